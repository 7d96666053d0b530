using System.Globalization;
using System.Security.Cryptography;
using TPWallet.Crypto;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Benchmarks.Accounts;

/// <summary>
/// Three people with a device each who found any number of accounts under one policy, and vote. Nothing is left out: every genesis is proved by every
/// device, every packet is voted on. The policy lets one approver decide, so that preparing a benchmark does not take longer than the benchmark.
/// </summary>
internal sealed class Founder : IDisposable
{
    private static readonly Name[] _people = ["ana", "ben", "cleo"];
    private static readonly Name _device = "phone";

    private readonly PrivateKey[] _keys = [.. _people.Select(_ => Secp256k1.GenerateKey())];
    private readonly ImmutableArray<Member> _members;
    private readonly Policy _policy;

    /// <param name="policyTimelock">How long a change of what the accounts may do waits once it is carried; null: a day.</param>
    public Founder(Span? policyTimelock = null)
    {
        _members =
        [.. _people.Zip(_keys, (id, key) => new Member(
            id,
            Roles.Owner | Roles.Approver,
            [new(_device, SignatureScheme.Secp256k1, Secp256k1.CreatePublicKey(key), new Instant(0))]))];
        _policy = PolicyOf(policyTimelock ?? Span.Hours(24));
    }

    /// <summary>The asset that is moved.</summary>
    public static AssetId Asset { get; } = AssetId.Erc20(ChainId.Evm(1), Address.From(SHA256.HashData("asset"u8).AsSpan(0, 20)));

    public static Bytes32 Deployment { get; } = Bytes32.From(SHA256.HashData("tpw.bench"u8));

    private static Policy PolicyOf(Span timelock) => new(
        1,
        [new("pay", RuleEffect.Require, new([EffectKind.LedgerOut], [], [], DestinationScope.Any, null), new(1, Roles.Approver), default, false)],
        [],
        new(
            new(2, Roles.Owner), Span.Hours(48), new(2, Roles.Owner), timelock, new(2, Roles.Approver), Span.Hours(12), new(2, Roles.Owner), Span.Hours(24)),
        ProposerVotes: true);

    /// <summary>The genesis of the account with this number.</summary>
    public Genesis Genesis(int number) => new(
        Deployment,
        "bench",
        _members,
        _policy,
        new(0, [], GenesisCheck.MinRecoveryDelay),
        Bytes32.From(SHA256.HashData(BitConverter.GetBytes(number))));

    public AccountCommand.Register Register(Genesis genesis) => new(
        Guid.NewGuid(),
        genesis,
        [.. _people.Select((id, i) => new DeviceProof(id, _device, Sign(i, VoteTypedData.ForGenesis(genesis, id, _device).Digest())))]);

    /// <summary>A packet of ledger legs with the vote that carries it, ready to be reserved.</summary>
    public AccountCommand.Reserve Reserve(Genesis genesis, Name packet, Instant now, IEnumerable<(AccountId To, UInt256 Amount)> legs)
    {
        var owner = Canonical.AccountId(genesis);
        var content = new PacketContent(
            new(owner, packet),
            1,
            _people[0],
            [.. legs.Select((leg, i) => (Leg)new Leg.LedgerTransfer(LegName(i), [], leg.To, new(Asset, leg.Amount)))],
            [],
            now + Span.Hours(24),
            now + Span.Hours(48));
        var subject = new VoteSubject.Packet(content, Bounds.Empty);
        var terms = VoteTerms.Of(Governance.FromGenesis(genesis));
        var vote = subject.Draft(terms, VoteDecision.Approve, _people[0], _device, now, now + Span.Hours(24), Bytes32.Zero);
        var signed = new Vote(vote, Sign(0, subject.TypedData(Deployment, vote).Digest()));
        return new(Guid.NewGuid(), content, Bounds.Empty, [signed]);
    }

    /// <summary>An account's first change, with the two votes that carry it.</summary>
    public (AccountCommand Propose, AccountCommand Vote) Change(Genesis genesis, AccountChange change, Instant now)
    {
        var proposal = new ChangeProposal("change-1", Canonical.AccountId(genesis), 1, change, _people[0], now);
        var subject = new VoteSubject.Change(proposal);
        var terms = VoteTerms.Of(Governance.FromGenesis(genesis));
        return (new AccountCommand.ProposeChange(Guid.NewGuid(), proposal, VoteOf(0)), new AccountCommand.VoteOnChange(Guid.NewGuid(), proposal.Id, VoteOf(1)));

        Vote VoteOf(int person)
        {
            var content = subject.Draft(terms, VoteDecision.Approve, _people[person], _device, now, now + Span.Hours(24), Bytes32.Zero);
            return new(content, Sign(person, subject.TypedData(Deployment, content).Digest()));
        }
    }

    public static Name LegName(int index) => string.Create(CultureInfo.InvariantCulture, $"leg-{index}");

    public void Dispose()
    {
        foreach (var key in _keys) key.Dispose();
    }

    private HexBytes Sign(int person, Bytes32 digest)
    {
        var signature = new byte[64];
        Secp256k1.Sign(_keys[person], digest.ToArray(), signature);
        return signature;
    }
}
