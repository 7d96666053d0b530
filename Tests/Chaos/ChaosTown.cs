using TPWallet.Client;
using TPWallet.Demo.Chain;
using TPWallet.Demo.Processes;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Simulation;

namespace TPWallet.Tests.Chaos;

/// <summary>Accounts that pay one another. The first is paid a real deposit on the chain, and shares it out by packets like any other payment.</summary>
internal sealed class ChaosTown
{
    /// <summary>Far more than all payments of a run: nothing is refused for lack of money.</summary>
    private static readonly UInt256 Funds = People.Ether;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    public ChaosTown(ulong seed, int accounts) =>
        Teams = [.. Enumerable.Range(0, accounts).Select(i => new Team(Stage.Tenant, $"chaos {seed} {i}", Policy))];

    public ImmutableArray<Team> Teams { get; }

    /// <summary>Two of three approve any payment, at once; the one who proposes has no vote.</summary>
    private static Policy Policy { get; } = new(
        1, [People.Rule("pay", [EffectKind.NativeOut, EffectKind.LedgerOut], People.TwoOfThree)], [], People.StandardChanges, ProposerVotes: false);

    /// <summary>Registers everybody and brings the deposit in. From then on the chain stands still: what is tried is not the chain.</summary>
    public async Task FoundAsync(Stage stage, CancellationToken cancellationToken)
    {
        foreach (var team in Teams)
        {
            var reply = await stage.Wallet.RegisterAccountAsync(IdempotencyKey.New(), team.Genesis, team.Proofs, cancellationToken);
            reply.Should().BeOfType<CommandReply.Accepted>();
        }

        var bank = Teams[0];
        var requested = await stage.Wallet.RequestKeyAsync(IdempotencyKey.New(), bank.Id, "hot", People.Chain, Tier.Hot, cancellationToken);
        requested.Should().BeOfType<CommandReply.Accepted>();
        var view = await UntilAsync(stage.Wallet, bank.Id, account => !account.Addresses.IsEmpty, "an address", cancellationToken);
        await stage.Chain.SendAsync(view.Addresses[0].Address, Funds * (ulong)(2 * Teams.Length), "0x", cancellationToken);
        await UntilAsync(stage.Wallet, bank.Id, account => account.Balances.Any(balance => !balance.Available.IsZero), "a deposit", cancellationToken);
    }

    /// <summary>The packets by which the first account gives every other its share.</summary>
    public IEnumerable<PacketContent> Shares() => Teams.Skip(1).Chunk(PacketContent.MaxLegs).Select((teams, i) =>
        Content(Teams[0], $"share-{i}", teams.Select(team => (team.Id, Funds))));

    /// <summary>One packet of an account: a payment to each of these.</summary>
    public static PacketContent Content(Team payer, Name id, IEnumerable<(AccountId To, UInt256 Amount)> payments)
    {
        var now = new Instant(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        ImmutableArray<Leg> legs = [.. payments.Select((payment, i) => new Leg.LedgerTransfer($"leg{i}", [], payment.To, new(LocalChain.Coin, payment.Amount)))];
        return new(new(payer.Id, id), 1, Team.Proposer, legs, [], now + Span.Hours(24), now + Span.Hours(48));
    }

    private static async Task<AccountView> UntilAsync(
        ITPWallet wallet, AccountId account, Func<AccountView, bool> wanted, string awaited, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(Longest);
        try
        {
            await foreach (var view in wallet.WatchAccountAsync(account, 0, bound.Token))
                if (wanted(view)) return view;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The first account had not {awaited} within {Longest.TotalSeconds} s.");
        }

        throw new IOException("The silo ended the stream of events.");
    }
}
