using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Lanes.Coins;

/// <summary>How events change the state.</summary>
public sealed partial class CoinLaneDecider
{
    public static CoinLaneState Evolve(CoinLaneState state, CoinLaneEvent @event, Instant at) => @event switch
    {
        CoinLaneEvent.CoinFound e => Found(state, e.Coin),
        CoinLaneEvent.CoinLost e => state with { Coins = state.Coins.Remove(CoinLaneState.KeyOf(e.Output)) },
        CoinLaneEvent.LegQueued e => Numbered(state, e.Sequence).With(new(e.Sequence, e.Intent, e.ToOwn, new CoinStage.Queued(default), null)),
        CoinLaneEvent.MarketRequested e => Numbered(state, e.Number) with { MarketWanted = e.Number },
        CoinLaneEvent.MarketRead e => state with
        {
            MarketWanted = null,
            Market = new(at, e.RateSatPerKvb, e.LeastSatPerKvb, e.IncrementSatPerKvb),
        },
        CoinLaneEvent.SelectionRequested e => Numbered(state, e.Number) with { Selecting = new(e.Sequence, e.Number) },
        CoinLaneEvent.SelectionDeferred e => (state with { Selecting = null }).With(
            state.Entries[e.Sequence] with { Stage = new CoinStage.Queued(at + CoinLaneState.SelectAgain) }),
        CoinLaneEvent.CoinsReserved e => (state with { Selecting = null }).With(state.Entries[e.Sequence] with { Stage = new CoinStage.Reserved(e.Spend) }),
        CoinLaneEvent.CoinsReleased e => state.With(state.Entries[e.Sequence] with { Stage = new CoinStage.Queued(default) }),
        CoinLaneEvent.SignatureRequested e => OnSignatureRequested(Numbered(state, e.Request), state.Entries[e.Sequence], e),
        CoinLaneEvent.SignatureUnderway e => state.Entries[e.Sequence] is { Stage: CoinStage.Signing signing } first
            ? state.With(first with { Stage = signing with { Owed = false } })
            : Body(state, e.Sequence, body => body with { Pending = body.Pending! with { Owed = false } }),
        CoinLaneEvent.VersionSigned e => OnSigned(state, state.Entries[e.Sequence], e, at),
        CoinLaneEvent.VersionRefused e => Body(
            state, e.Sequence, body => Delayed(body with { Pending = null, Resend = Math.Max(1, body.Resend) }, at, hold: true)),
        CoinLaneEvent.LegRefused e => Report(state, state.Entries[e.Sequence], new LegProgress.Refused(e.Rejection)) with
        {
            Entries = state.Entries.Remove(e.Sequence),
            Selecting = state.Selecting?.Sequence == e.Sequence ? null : state.Selecting,
        },
        CoinLaneEvent.VersionWatched e => Version(state, e.Sequence, e.TxHash, v => v with { Watched = true }),
        CoinLaneEvent.VersionTracked e => Version(state, e.Sequence, e.TxHash, v => v with { Tracked = true, Lookup = null }),
        CoinLaneEvent.LookupRequested e => Version(Numbered(state, e.Number), e.Sequence, e.TxHash, v => v with { Lookup = e.Number }),
        CoinLaneEvent.BroadcastRequested e => Body(
            Numbered(state, e.Number), e.Sequence, body => body.With(body.Find(e.TxHash)! with { Sending = e.Number }) with { Resend = body.Resend + 1 }),
        CoinLaneEvent.BroadcastAnswered e => OnBroadcast(state, state.Entries[e.Sequence], e, at),
        CoinLaneEvent.VersionMined or CoinLaneEvent.VersionUnmined or CoinLaneEvent.VersionFinal or CoinLaneEvent.CoinsTaken or CoinLaneEvent.CoinsReturned
            or CoinLaneEvent.InputLost or CoinLaneEvent.InputReturned => OnChain(state, @event, at),
        CoinLaneEvent.CloseRequested e => state.With(state.Entries[e.Sequence] with { Closing = e.Reason }),
        CoinLaneEvent.LaneStopped e => state with { Stop = new(e.Reason, e.ForeignTx), Selecting = null },
        CoinLaneEvent.LaneResumed => state with { Stop = null },
        CoinLaneEvent.ReportDelivered e => state with { Reports = state.Reports.Remove(e.Number) },
        CoinLaneEvent.GiftDelivered e => state with { Gifts = state.Gifts.Remove(e.Number) },
        CoinLaneEvent.RecoveryBegun or CoinLaneEvent.LegFound or CoinLaneEvent.VersionFound or CoinLaneEvent.PageRead or CoinLaneEvent.RecoveryEnded =>
            OnRecovery(state, @event, at),
        _ => throw new UnreachableException($"No event of a lane of coins {@event}."),
    };

    private static CoinLaneState Numbered(CoinLaneState state, long number) => state with { Counter = Math.Max(state.Counter, number) };

    // Whoever waits for coins looks again at once.
    private static CoinLaneState Found(CoinLaneState state, LaneCoin coin) => state with
    {
        Coins = state.Coins.SetItem(
            CoinLaneState.KeyOf(coin.Output),
            new(coin.Output, coin.ValueSat, coin.Block, BoundTo(state, coin.Output)) { Returns = coin.Returns }),
        Entries = state.Entries.SetItems(state.Entries.Where(entry => entry.Value.Stage is CoinStage.Queued)
            .Select(entry => KeyValuePair.Create(entry.Key, entry.Value with { Stage = new CoinStage.Queued(default) }))),
    };

    private static CoinLaneState OnSignatureRequested(CoinLaneState state, CoinLeg entry, CoinLaneEvent.SignatureRequested e) =>
        entry.Stage is CoinStage.Reserved
            ? state.With(entry with { Stage = new CoinStage.Signing(e.Spend, e.Request, Owed: true) })
            : Body(state, e.Sequence, body => body with { Pending = new(e.Spend, e.Request, Owed: true) });

    private static CoinLaneState OnSigned(CoinLaneState state, CoinLeg entry, CoinLaneEvent.VersionSigned e, Instant at)
    {
        var spend = entry.Stage is CoinStage.Signing signing ? signing.Spend : entry.Body!.Pending!.Spend;
        var version = new CoinVersion(spend, e.Raw, e.TxHash, at, false, false, false, null, null, 0, false);
        var signed = entry.Stage is CoinStage.Signing
            ? state.With(entry with { Stage = new CoinStage.Signed(new([version], null, at, 0, at, default)) })
            : Body(state, e.Sequence, body => body with { Versions = body.Versions.Add(version), Pending = null, Resend = 0, NextAt = at });
        return version.NoOp || signed.Entries[e.Sequence].Stage is not CoinStage.Signed ? signed : Report(signed, entry, new LegProgress.Signed(e.TxHash));
    }

    private static CoinLaneState OnBroadcast(CoinLaneState state, CoinLeg entry, CoinLaneEvent.BroadcastAnswered e, Instant at)
    {
        var before = entry.Body!.Find(e.TxHash)!;
        var accepted = e.Outcome is BroadcastOutcome.Accepted;
        var underpriced = e.Outcome is BroadcastOutcome.Refused { Rejection.Code: RejectionCode.Underpriced };
        var after = before with { Sending = null, Accepted = before.Accepted || accepted, Underpriced = underpriced };

        // An answer about the newest version counts as its sending, also when a reorg asked for another meanwhile: that one waits its turn.
        var next = Body(state, e.Sequence, body => Delayed(
            body.With(after) with { Resend = Math.Max(body.Resend, body.Newest.TxHash == e.TxHash ? 1 : 0) }, at, hold: false));
        return accepted && !before.Accepted && !before.NoOp && entry.Stage is CoinStage.Signed
            ? Report(next, entry, new LegProgress.AcceptedByNode(e.TxHash))
            : next;
    }

    private static CoinLaneState Forget(CoinLaneState state)
    {
        var finished = state.Entries.Values.Where(e => e.IsFinished).Select(e => e.Sequence).ToArray();
        return finished.Length <= LaneLimits.Finished ? state : state with { Entries = state.Entries.RemoveRange(finished[..^LaneLimits.Finished]) };
    }

    private static CoinLaneState Report(CoinLaneState state, CoinLeg entry, LegProgress progress) =>
        state with { Counter = state.Counter + 1, Reports = state.Reports.Add(state.Counter + 1, new(entry.Intent.Leg, progress)) };

    private static CoinLaneState Version(CoinLaneState state, long sequence, Bytes32 txHash, Func<CoinVersion, CoinVersion> change) =>
        Body(state, sequence, body => body.With(change(body.Find(txHash)!)));

    private static CoinLaneState Body(CoinLaneState state, long sequence, Func<CoinBody, CoinBody> change)
    {
        var entry = state.Entries[sequence];
        CoinStage stage = entry.Stage switch
        {
            CoinStage.Signed signed => new CoinStage.Signed(change(signed.Body)),
            CoinStage.Mined mined => mined with { Body = change(mined.Body) },
            CoinStage.Final final => final with { Body = change(final.Body) },
            CoinStage.Taken taken => taken with { Body = change(taken.Body) },
            _ => throw new UnreachableException($"Leg {sequence} has no signed version."),
        };
        return state.With(entry with { Stage = stage });
    }

    private static CoinBody Delayed(CoinBody body, Instant at, bool hold)
    {
        // Doubles up to its maximum; the shift is bounded so that it cannot overflow.
        var wait = Math.Min(LaneLimits.LongestRetry.Ms, LaneLimits.FirstRetry.Ms << Math.Min(body.Resend, 10));
        var next = at + new Span(wait);
        return body with { NextAt = next, HeldUntil = hold ? next : body.HeldUntil };
    }
}
