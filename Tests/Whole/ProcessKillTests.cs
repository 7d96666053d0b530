using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Client;
using TPWallet.Demo.Acts;
using TPWallet.Demo.Chain;
using TPWallet.Demo.People;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Tests.Whole;

/// <summary>
/// kill -9 of the real silo and the real signer at every effect boundary of a payment, on a chain that goes on: after each restart it goes on, nothing is
/// sent twice, and ledger and chain agree to the wei.
/// </summary>
public sealed class ProcessKillTests
{
    /// <summary>A boundary that a payment did not reach after its last death is left to the next payment.</summary>
    private const int MaxPayments = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>In the order of a payment. <see cref="Grains.Shell.ICrossings"/> explains the names.</summary>
    private static readonly string[] Boundaries =
    [
        "append.packet.drafted.after", "effect.simulate.before", "effect.simulate.after", "append.packet.vote-cast.before", "append.packet.approved.after",
        "append.account.Reserved.before", "append.account.Reserved.after", "append.account.TransferReceived.before",
        "append.account.TransferReceived.after", "append.lane.nonce-claimed.before", "append.lane.nonce-claimed.after", "effect.requestsignature.after",
        "effect.sign.before", "effect.sign.after", "append.key.signature-made.after", "append.lane.version-signed.before",
        "append.lane.version-signed.after", "effect.broadcast.before", "effect.broadcast.after", "append.lane.broadcast-answered.after",
        "append.watched.included.before", "append.lane.version-mined.after", "append.watched.became-final.before", "append.account.LegPosted.before",
        "append.account.LegPosted.after", "effect.tellrevenue.after", "signer.decided", "signer.signed", "signer.persisted", "effect.sign.after:2",
        "effect.broadcast.after:2", "append.lane.version-final.before",
    ];

    private static readonly string[] WithSigner = ["effect.sign.after:2", "effect.broadcast.after:2", "append.lane.version-final.before"];

    [Fact]
    public async Task Payments_KilledAtEveryBoundary_SettleOnceAndLedgerAgreesWithTheChain()
    {
        var folder = Directory.CreateTempSubdirectory("tpw-kill-").FullName;
        await using var processes = await KilledProcesses.StartAsync(folder, Boundaries, WithSigner);
        var payments = 0;
        while (processes.Next is { } next)
        {
            (++payments).Should().BeLessThanOrEqualTo(MaxPayments, "a payment crosses {0}", next);
            var payment = new Payment(processes.Play, $"pay-{payments}");
            await processes.LiveAsync(payment.DriveAsync);
        }

        processes.Crossed.Should().Equal(Boundaries);
        await processes.LiveAsync(NothingIsUnderWayAsync(processes.Play));
        await ShouldHaveMovedOnceAsync(processes, payments);
        await ShouldHaveSignedOnceAsync(processes, payments);
        Directory.Delete(folder, recursive: true);
    }

    private static Func<ITPWallet, CancellationToken, Task> NothingIsUnderWayAsync(Play play) => async (wallet, cancellationToken) =>
    {
        await foreach (var view in wallet.WatchAccountAsync(play.Payer.Account, 0, cancellationToken))
            if (view.Balances.All(balance => balance.Reserved.IsZero && balance.InTransit.IsZero)) return;
    };

    /// <summary>Every transaction of the payer's address, by nonce: one per leg, and the balances that follow.</summary>
    private static async Task ShouldHaveMovedOnceAsync(KilledProcesses processes, int payments)
    {
        var (chain, play) = (processes.Stage.Chain, processes.Play);
        var head = await chain.HeadAsync(CancellationToken.None);
        var sent = new List<NodeTransaction>();
        for (ulong number = 1; number <= head.Number; number++)
        {
            var block = await chain.BlockAsync(new BlockSelector.ByNumber(number), CancellationToken.None);
            foreach (var transaction in block.Transactions!.Value)
                if (transaction.From == play.Own) sent.Add(transaction);
        }

        sent.Select(transaction => ((SignedTransaction)transaction.Body!).Transaction.Nonce).Should().Equal(Enumerable.Range(0, 2 * payments).Select(n => (ulong)n));
        sent.Count(transaction => transaction.Body!.To == Play.Shop).Should().Be(payments, "one per coin leg");
        sent.Count(transaction => transaction.Body!.To == chain.Token).Should().Be(payments, "one per token leg");
        (await chain.BalanceAsync(LocalChain.Coin, Play.Shop, CancellationToken.None)).Should().Be(Payment.Coin * (ulong)payments);
        (await chain.BalanceAsync(chain.TokenAsset, Play.Worker, CancellationToken.None)).Should().Be(Payment.Tokens * (ulong)payments);
        foreach (var asset in (AssetId[])[LocalChain.Coin, chain.TokenAsset])
        {
            var fees = asset == LocalChain.Coin ? Payment.Fee * (ulong)payments : UInt256.Zero;
            var ledger = await AvailableAsync(processes, play.Payer, asset) + await AvailableAsync(processes, play.Payee, asset) + fees;
            ledger.Should().Be(await chain.BalanceAsync(asset, play.Own, CancellationToken.None), "ledger and chain agree on {0}", asset);
        }

        (await AvailableAsync(processes, play.Payee, LocalChain.Coin)).Should().Be(Payment.Inside * (ulong)payments);
    }

    /// <summary>
    /// What the signer remembers of its signatures: one leg, one nonce. A second signature for it is a higher bid, as nodes demand of a replacement: a payment that
    /// dies so often can come near its lane's deadline.
    /// </summary>
    private static async Task ShouldHaveSignedOnceAsync(KilledProcesses processes, int payments)
    {
        await processes.Stage.StopAsync("signer");
        var signed = await SignerFacts.SignedAsync(processes.Stage.Places.SignerData);
        var legs = signed.GroupBy(one => one.Leg).ToArray();
        legs.Should().HaveCount(2 * payments);
        foreach (var leg in legs)
        {
            leg.Select(one => one.Nonce).Distinct().Should().ContainSingle("{0} has one nonce", leg.Key);
            foreach (var (before, after) in leg.Zip(leg.Skip(1)))
                (after.MaxFeePerGas * 10 >= before.MaxFeePerGas * 11).Should().BeTrue("a version of {0} bids more than {1}, not {2}", leg.Key, before.MaxFeePerGas, after.MaxFeePerGas);
        }

        legs.Select(leg => leg.First().Nonce).Should().OnlyHaveUniqueItems();
    }

    private static async Task<UInt256> AvailableAsync(KilledProcesses processes, Team team, AssetId asset) =>
        (await processes.Stage.Wallet.ReadAccountAsync(team.Account))!.Balances.FirstOrDefault(balance => balance.Asset == asset)?.Available ?? UInt256.Zero;

    /// <summary>One payment as its user sees it: coin and tokens on the chain, coin inside; every command has one id for ever.</summary>
    private sealed class Payment(Play play, string id)
    {
        public static readonly UInt256 Coin = Team.Ether / 10;
        public static readonly UInt256 Tokens = Team.Ether * 3;
        public static readonly UInt256 Inside = Team.Ether / 50;
        public static readonly UInt256 Fee = Team.Ether / 1000;

        private readonly PacketContent _content = play.Content(
            id,
            [
                new Leg.ChainTransfer("coin", [], play.Own, Play.Shop, new(LocalChain.Coin, Coin), new(Play.FeeBudget)),
                new Leg.ChainTransfer("token", [], play.Own, Play.Worker, new(play.Token, Tokens), new(Play.FeeBudget)),
                new Leg.LedgerTransfer("inside", [], play.Payee.Account, new(LocalChain.Coin, Inside)),
            ],
            [new(new(LocalChain.Coin, Coin + Inside + Fee), Fee, [new("coin", Coin), new("inside", Inside)], "coin")]);

        private readonly Dictionary<int, Vote> _votes = [];

        public async Task DriveAsync(ITPWallet wallet, CancellationToken cancellationToken)
        {
            Accepted(await wallet.DraftPacketAsync(new($"{id}-draft"), _content, cancellationToken));
            Accepted(await wallet.ProposePacketAsync(new($"{id}-propose"), _content.Ref, 1, cancellationToken: cancellationToken));
            var view = await UntilAsync(wallet, one => one.State is not ("draft" or "proposed"), "judged", cancellationToken);
            foreach (var member in (int[])[0, 1])
            {
                if (!_votes.TryGetValue(member, out var vote)) _votes[member] = vote = await play.BuildVoteAsync(member, view, cancellationToken);
                Accepted(await wallet.CastVoteAsync(new($"{id}-vote-{member}"), _content.Ref, vote, cancellationToken));
            }

            await UntilAsync(wallet, one => one.State == "settled", "settled", cancellationToken);
        }

        private async Task<PacketView> UntilAsync(ITPWallet wallet, Func<PacketView, bool> wanted, string awaited, CancellationToken cancellationToken)
        {
            using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            bound.CancelAfter(Patience);
            PacketView? last = null;
            try
            {
                await foreach (var view in wallet.WatchPacketAsync(_content.Ref, 0, bound.Token))
                    if (wanted(last = view)) return view;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"Packet {id} was not {awaited} within {Patience.TotalSeconds} s; it is {last}.");
            }

            throw new IOException("The silo ended the stream of events.");
        }

        private static void Accepted(CommandReply reply) => reply.Should().BeOfType<CommandReply.Accepted>();
    }
}
