using TPWallet.Demo.Chain;
using TPWallet.Demo.People;
using TPWallet.Demo.Processes;
using TPWallet.Demo.Telling;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Demo.Acts;

/// <summary>The packet on the chain: signed, mined, taken away by a reorg, mined again, final; and what the ledger makes of it.</summary>
internal sealed partial class Play
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(40);

    private readonly Dictionary<string, string> _stages = [];

    private async Task FollowAsync(PacketContent packet, CancellationToken cancellationToken)
    {
        _teller.Step("6", "Signed, submitted, settled");
        var before = await Wallet.ReadChainAsync(LocalChain.Id, cancellationToken);
        BlockRef lost;
        ImmutableArray<Bytes32?> sent;
        using (await Chain.HoldAsync(cancellationToken))
        {
            var view = await WatchAsync(
                packet.Ref,
                static view => OnChain(view).All(static leg => leg.Stage == "accepted"),
                "both transactions in a node's pool",
                cancellationToken);
            _teller.Check(OnChain(view).All(static leg => leg.TxHash is not null), "signed and taken by a node", $"{view.State}");
            await WatchAsync(packet.Ref, static view => Leg(view, "inside").Stage == "settled", "the ledger leg", cancellationToken);
            _teller.Check(true, "the ledger leg has arrived at the other account");
            await Chain.MineOneAsync(cancellationToken);
            view = await WatchAsync(
                packet.Ref, static view => OnChain(view).All(static leg => leg.Stage == "mined"), "both to be mined", cancellationToken);
            lost = Leg(view, "coin").Inclusion!.Block;
            sent = [.. OnChain(view).Select(static leg => leg.TxHash)];
            await LoseBlockAsync(packet.Ref, lost, before, cancellationToken);
        }

        var settled = await WatchAsync(
            packet.Ref, static view => view.State is "settled" or "rejected" or "invalidated", "settlement", cancellationToken);
        _teller.Check(settled.State == "settled", "healed: mined again, final, settled", settled.State);
        _teller.Check(OnChain(settled).Select(static leg => leg.TxHash).SequenceEqual(sent), "by the same signed bytes, sent again");
        foreach (var leg in OnChain(settled))
        {
            _teller.Check(
                leg.Inclusion is { Succeeded: true } inclusion && inclusion.Block.Hash != lost.Hash,
                $"{leg.Leg} is final in block {leg.Inclusion?.Block.Number}",
                $"{leg.TxHash}");
            _teller.Figure($"legs.{leg.Leg}.transaction", leg.TxHash?.ToString());
            _teller.Figure($"legs.{leg.Leg}.block", leg.Inclusion?.Block.Hash.ToString());
            _teller.Figure($"legs.{leg.Leg}.feeWei", leg.Inclusion?.FeePaid.ToString());
        }

        _teller.Figure("packet.state", settled.State);
    }

    /// <summary>Takes the block with both transactions away, and waits until it was noticed.</summary>
    private async Task LoseBlockAsync(PacketRef packet, BlockRef lost, ChainView before, CancellationToken cancellationToken)
    {
        _teller.Step("7", "A one-block reorg takes that block away");
        await Chain.ReorgAsync(cancellationToken);
        var head = await Chain.HeadAsync(cancellationToken);
        _teller.Say(
            $"block {lost.Number} {Short(lost.Hash)} is gone, {Short(head.Hash)} stands in its place, without our transactions");
        await WatchAsync(
            packet,
            static view => OnChain(view).All(static leg => leg.Stage is "accepted" or "signed"),
            "the reorg to be noticed",
            cancellationToken);
        var tracker = await Wallet.ReadChainAsync(LocalChain.Id, cancellationToken);
        _teller.Check(
            tracker.Reorgs == before.Reorgs + 1 && tracker.DeepestReorg >= 1,
            "noticed: both legs are unmined again",
            $"reorgs {tracker.Reorgs}, depth {tracker.DeepestReorg}");
        var account = await AccountAsync(static _ => true, "the account", cancellationToken);
        var reserved = account.Balances.FirstOrDefault(static balance => balance.Asset == LocalChain.Coin)?.Reserved;
        _teller.Check(reserved >= Team.Ether, "and their amounts are reserved, not posted", $"{reserved} wei");
        _teller.Figure("reorg.lostBlock", lost.Hash.ToString());
        _teller.Figure("reorg.noticed", tracker.Reorgs);
    }

    /// <summary>Follows the packet live and says each change of a leg.</summary>
    private async Task<PacketView> WatchAsync(
        PacketRef packet, Func<PacketView, bool> wanted, string awaited, CancellationToken cancellationToken) =>
        await Wait.ForAsync(
            async () =>
            {
                var view = await Wallet.ReadPacketAsync(packet, cancellationToken);
                foreach (var leg in view?.Legs ?? [])
                {
                    if (_stages.GetValueOrDefault(leg.Leg.Value) == leg.Stage) continue;
                    _stages[leg.Leg.Value] = leg.Stage;
                    _teller.Say($"{leg.Leg}: {leg.Stage} {leg.Inclusion?.Block.Number}{leg.Rejection}");
                }

                return view;
            },
            wanted,
            Settling,
            awaited,
            cancellationToken);

    private static IEnumerable<LegView> OnChain(PacketView view) => view.Legs.Where(static leg => leg.Leg.Value != "inside");

    private static LegView Leg(PacketView view, string name) => view.Legs.First(leg => leg.Leg.Value == name);

    private async Task CompareBalancesAsync(PacketContent packet, CancellationToken cancellationToken)
    {
        _teller.Step("8", "Chain and ledger agree to the wei");
        var fee = packet.Allocations[0].OperatorFee;
        var payer = await AccountAsync(
            static view => view.Balances.All(static balance => balance.Reserved.IsZero && balance.InTransit.IsZero),
            "nothing to be under way",
            cancellationToken);
        var payee = await Wallet.ReadAccountAsync(_payee.Account, cancellationToken) ?? throw new DemoFailedException("no payee");
        foreach (var (name, asset) in ((string, AssetId)[])[("wei", LocalChain.Coin), ("token", Chain.TokenAsset)])
        {
            var custody = await Chain.BalanceAsync(asset, Own, cancellationToken);
            var operatorFee = asset == LocalChain.Coin ? fee : UInt256.Zero;
            var ledger = Available(payer, asset) + Available(payee, asset) + operatorFee;
            _teller.Check(
                custody == ledger,
                $"{name}: custody {custody}",
                $"= payer {Available(payer, asset)} + payee {Available(payee, asset)} + operator {operatorFee}");
            _teller.Figure($"balances.{name}.custody", custody.ToString());
            _teller.Figure($"balances.{name}.payer", Available(payer, asset).ToString());
            _teller.Figure($"balances.{name}.payee", Available(payee, asset).ToString());
            _teller.Figure($"balances.{name}.operatorFee", operatorFee.ToString());
        }

        var shop = await Chain.BalanceAsync(LocalChain.Coin, Shop, cancellationToken);
        var worker = await Chain.BalanceAsync(Chain.TokenAsset, Worker, cancellationToken);
        _teller.Check(shop == ((Leg.ChainTransfer)packet.Legs[0]).Amount.Value, "the shop has its ether, once", $"{shop}");
        _teller.Check(worker == ((Leg.ChainTransfer)packet.Legs[1]).Amount.Value, "the worker has the tokens, once", $"{worker}");
        _teller.Figure("balances.paid.wei", shop.ToString());
        _teller.Figure("balances.paid.token", worker.ToString());
    }
}
