using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Lanes.Coins;

/// <summary>How what the chain says changes the state: legs, and the coins that they take and make.</summary>
public sealed partial class CoinLaneDecider
{
    private static CoinLaneState OnChain(CoinLaneState state, CoinLaneEvent @event, Instant at) => @event switch
    {
        CoinLaneEvent.VersionMined e => OnMined(state, state.Entries[e.Sequence], e),
        CoinLaneEvent.VersionUnmined e => OnUnmined(state, state.Entries[e.Sequence], e, at),
        CoinLaneEvent.VersionFinal e => OnFinal(state, state.Entries[e.Sequence], e),
        CoinLaneEvent.CoinsTaken e => OnTaken(state, state.Entries[e.Sequence], e),
        CoinLaneEvent.CoinsReturned e => OnReturned(state, state.Entries[e.Sequence], at),
        CoinLaneEvent.InputLost e => OnInputLost(state, state.Entries[e.Sequence], e),
        CoinLaneEvent.InputReturned e => state.With(state.Entries[e.Sequence] is var entry ? entry with { Lost = entry.Lost!.Without(e.LostBlock) } : null!),
        _ => throw new UnreachableException($"No event of the chain {@event}."),
    };

    private static CoinLaneState OnMined(CoinLaneState state, CoinLeg entry, CoinLaneEvent.VersionMined e)
    {
        var body = Reported(entry, e.Inclusion.TxHash, e.Report);
        var next = state.With(entry with { Stage = new CoinStage.Mined(body, e.Inclusion) });
        return body.Find(e.Inclusion.TxHash)!.NoOp ? next : Report(next, entry, new LegProgress.Mined(e.Inclusion));
    }

    private static CoinLaneState OnUnmined(CoinLaneState state, CoinLeg entry, CoinLaneEvent.VersionUnmined e, Instant at)
    {
        var body = Reported(entry, e.TxHash, e.Report) with { Resend = 0, NextAt = at };
        var version = body.Find(e.TxHash)!;
        var final = entry.Stage as CoinStage.Final;
        var next = (final is null ? state : GiveBack(state, entry, version, final.Inclusion)).With(entry with { Stage = new CoinStage.Signed(body) });

        // A packet never heard that a no-op was mined, only that it was final.
        return version.NoOp && final is null ? next : Report(next, entry, new LegProgress.Unmined(e.TxHash, e.LostBlock));
    }

    private static CoinLaneState OnFinal(CoinLaneState state, CoinLeg entry, CoinLaneEvent.VersionFinal e)
    {
        var body = Reported(entry, e.Inclusion.TxHash, e.Report);
        var version = body.Find(e.Inclusion.TxHash)!;
        LegProgress progress = version.NoOp
            ? new LegProgress.Impossible(e.Inclusion, e.Inclusion.FeePaid) { Lost = LostTo(entry) }
            : new LegProgress.Final(e.Inclusion);
        var spent = state with
        {
            // What a no-op leaves out, since it can never be, was signed for the leg all the same: it is the leg's at the signer should it come back.
            Coins = Bind(state, entry, entry.Intent.Leg).Coins.RemoveRange(version.Spend.Inputs.Select(input => CoinLaneState.KeyOf(input.Output)))
                .SetItem(CoinLaneState.KeyOf(version.Change), new(version.Change, version.Spend.ChangeSat, e.Inclusion.Block, BoundTo(state, version.Change))),
        };
        if (Kept(entry, version, e.Inclusion) is { } kept) spent = spent with { Coins = spent.Coins.SetItem(CoinLaneState.KeyOf(kept.Output), kept) };
        return Forget(Report(Give(spent, entry, version, e.Inclusion, isLost: false), entry, progress)
            .With(entry with { Stage = new CoinStage.Final(body, e.Inclusion) }));
    }

    /// <summary>What a final version had taken and made, before the reorg that took it away. Its coins are held by the leg again.</summary>
    private static CoinLaneState GiveBack(CoinLaneState state, CoinLeg entry, CoinVersion version, Inclusion lost)
    {
        var deposit = DepositedBy(entry);
        var back = version.Spend.Inputs.Where(input => input.Block is not null).Select(input => KeyValuePair.Create(
            CoinLaneState.KeyOf(input.Output),
            new OwnCoin(input.Output, input.ValueSat, input.Block!.Value, null) { Returns = input.Output == deposit ? entry.Returns : null }));
        var made = Kept(entry, version, lost) is { } kept ? state.Coins.Remove(CoinLaneState.KeyOf(kept.Output)) : state.Coins;
        return Give(state with { Coins = made.Remove(CoinLaneState.KeyOf(version.Change)).SetItems(back) }, entry, version, lost, isLost: true);
    }

    /// <summary>The deposit that a no-op keeps apart: it may be given back by another leg.</summary>
    private static OwnCoin? Kept(CoinLeg entry, CoinVersion version, Inclusion inclusion) => version.Spend.KeptSat == 0 ? null
        : new(new(version.TxHash, 0), version.Spend.KeptSat, inclusion.Block, null) { Returns = entry.Returns };

    /// <summary>The lane of another own address is told of what it was paid; a payment to it is no deposit (BlockScan).</summary>
    private static CoinLaneState Give(CoinLaneState state, CoinLeg entry, CoinVersion version, Inclusion inclusion, bool isLost)
    {
        // Only a single payment goes to an own address.
        if (!entry.ToOwn || version.NoOp || entry.Intent.Content is not Leg.ChainTransfer { To: var to }) return state;
        if (to == state.Address) return Keep(state, version, inclusion, isLost);
        var coin = new LaneCoin(new(version.TxHash, 0), version.Spend.PaySat, inclusion.Block);
        return state with { Counter = state.Counter + 1, Gifts = state.Gifts.Add(state.Counter + 1, new(to, coin, isLost)) };
    }

    /// <summary>A payment to this very address.</summary>
    private static CoinLaneState Keep(CoinLaneState state, CoinVersion version, Inclusion inclusion, bool isLost)
    {
        var paid = new SpentOutput(version.TxHash, 0);
        var own = new OwnCoin(paid, version.Spend.PaySat, inclusion.Block, BoundTo(state, paid));
        var key = CoinLaneState.KeyOf(own.Output);
        return state with { Coins = isLost ? state.Coins.Remove(key) : state.Coins.SetItem(key, own) };
    }

    // The fee of another's transaction is not the packet's. What the leg was signed for stays its own at the signer (Bound).
    private static CoinLaneState OnTaken(CoinLaneState state, CoinLeg entry, CoinLaneEvent.CoinsTaken e) =>
        Forget(Report(Bind(state, entry, entry.Intent.Leg), entry, new LegProgress.Impossible(e.By, UInt256.Zero) { Lost = LostTo(entry) })
            .With(entry with { Stage = new CoinStage.Taken(entry.Body!, e.By) }));

    private static CoinLaneState OnReturned(CoinLaneState state, CoinLeg entry, Instant at)
    {
        var taken = (CoinStage.Taken)entry.Stage;
        var body = taken.Body with { Resend = 0, NextAt = at };
        return Report(Bind(state, entry, null), entry, new LegProgress.Unmined(taken.By.TxHash, taken.By.Block.Hash))
            .With(entry with { Stage = new CoinStage.Signed(body) });
    }

    private static CoinLaneState Bind(CoinLaneState state, CoinLeg entry, LegRef? leg) => state with
    {
        Coins = state.Coins.SetItems(entry.Inputs.Select(input => CoinLaneState.KeyOf(input.Output)).Where(state.Coins.ContainsKey)
            .Select(key => KeyValuePair.Create(key, state.Coins[key] with { Bound = leg }))),
    };

    private static CoinBody Reported(CoinLeg entry, Bytes32 txHash, int number)
    {
        var version = entry.Body!.Find(txHash)!;
        return entry.Body.With(version with { LastReport = Math.Max(version.LastReport, number) });
    }
}
