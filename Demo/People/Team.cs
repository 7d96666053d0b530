using TPWallet.Client.Devices;
using TPWallet.Demo.Processes;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Demo.People;

/// <summary>Three members with one device each, one of each curve, and the account that they found.</summary>
internal sealed class Team : IDisposable
{
    private Team(ImmutableArray<Voter> voters, Genesis genesis) => (Voters, Genesis) = (voters, genesis);

    public static UInt256 Ether { get; } = UInt256.Parse("1000000000000000000");

    /// <summary>In the order secp256k1, P-256, Ed25519.</summary>
    public ImmutableArray<Voter> Voters { get; }

    public Genesis Genesis { get; }

    public AccountId Account => Canonical.AccountId(Genesis);

    public ImmutableArray<DeviceProof> Proofs => [.. Voters.Select(voter => GenesisBuilder.Prove(Genesis, voter).OrThrow())];

    /// <summary>Two of three approve; above 5 ether at once all three; above 50 nobody. A member's own proposal has his vote.</summary>
    public static Team Found(Bytes32 deployment, params ReadOnlySpan<string> names) => Found(deployment, Span.Hours(24), names);

    /// <summary>One who decides alone, and whose changes of policy are in force at once.</summary>
    public static Team Alone(Bytes32 deployment, string name) => Found(deployment, Span.Zero, name);

    private static Team Found(Bytes32 deployment, Span policyTimelock, params ReadOnlySpan<string> names)
    {
        SignatureScheme[] schemes = [SignatureScheme.Secp256k1, SignatureScheme.P256, SignatureScheme.Ed25519];
        var voters = ImmutableArray.CreateBuilder<Voter>();
        for (var i = 0; i < names.Length; i++) voters.Add(new(names[i], "phone", DeviceKey.Create(schemes[i])));
        var members = voters.Select(
            static voter => new Member(voter.Member, Roles.Owner | Roles.Approver | Roles.Operator, [voter.Key.ToDevice(voter.Device)]));
        return new(voters.ToImmutable(), GenesisBuilder.Build(deployment, Stage.Tenant, [.. members], Policy(names.Length, policyTimelock)).OrThrow());
    }

    public void Dispose()
    {
        foreach (var voter in Voters) voter.Key.Dispose();
    }

    private static Policy Policy(int members, Span timelock)
    {
        var all = new Quorum(members, Roles.Approver);
        var most = new Quorum((members / 2) + 1, Roles.Approver);
        var owners = most with { Eligible = Roles.Owner };
        var coin = Chain.LocalChain.Coin;
        var payments = new RuleMatch([EffectKind.NativeOut, EffectKind.TokenOut, EffectKind.LedgerOut], [], [], DestinationScope.Any, null);
        return new(
            1,
            [new("pay", RuleEffect.Require, payments, most, Span.Zero, SeparateDuties: false)],
            [new("coin", coin, [], Ether * 5, Ether * 50, Span.Hours(24), Ether * 40, Ether * 100, all)],
            new(owners, Span.Hours(48), owners, timelock, most, Span.Hours(12), owners, Span.Hours(24)),
            ProposerVotes: true);
    }
}
