using System.Numerics;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Lanes.Coins;

/// <summary>What follows from the state by itself, decided in the same step as the command that led to it.</summary>
public sealed partial class CoinLaneDecider
{
    /// <summary>The leg's stage as callers see it: the same names as in a lane of nonces.</summary>
    public static string StageName(CoinStage stage) => stage switch
    {
        CoinStage.Queued => "queued",
        CoinStage.Reserved => "reserved",
        CoinStage.Signing => "signing",
        CoinStage.Signed { Body.Newest.NoOp: true } => "closing",
        CoinStage.Signed { Body.Newest.Accepted: true } => "accepted",
        CoinStage.Signed => "signed",
        CoinStage.Mined => "mined",
        CoinStage.Final => "final",
        CoinStage.Taken => "taken",
        _ => throw new UnreachableException(),
    };

    private static void Advance(CoinDraft draft)
    {
        if (draft.State.Recovery is not null) return;
        foreach (var entry in draft.State.Entries.Values) GiveUp(draft, entry);
        FollowParents(draft);
        if (draft.State.Stop is null) Select(draft);
        foreach (var entry in draft.State.Entries.Values)
        {
            RequestNoOp(draft, entry);
            SendNewVersions(draft, entry.Sequence);
        }
    }

    private static void WantMarket(CoinDraft draft)
    {
        if (draft.State.MarketWanted is null) draft.Add(new CoinLaneEvent.MarketRequested(draft.Next()));
    }

    /// <summary>Asks for coins for the oldest leg that there are enough for, at fees of now.</summary>
    private static void Select(CoinDraft draft)
    {
        var state = draft.State;
        if (Selectable(state) is not { Stage: CoinStage.Queued queued } next || draft.Now < queued.RetryAt) return;
        if (state.Market is { } market && draft.Now <= market.At + CoinLaneState.MarketLasts)
            draft.Add(new CoinLaneEvent.SelectionRequested(next.Sequence, draft.Next()));
        else
            WantMarket(draft);
    }

    /// <summary>No operator's stop holds the leg back: its first signature is asked for.</summary>
    private static void RequestFirstSignature(CoinDraft draft, long sequence)
    {
        if (draft.State.Entries.GetValueOrDefault(sequence) is not { Stage: CoinStage.Reserved reserved } entry || draft.State.Stop is not null) return;
        if (draft.Now < entry.Intent.SettleBefore)
            draft.Add(new CoinLaneEvent.SignatureRequested(sequence, draft.Next(), reserved.Spend));
        else
            Refuse(draft, sequence, PastDeadline(draft, entry.Intent));
    }

    private static void RequestNoOp(CoinDraft draft, CoinLeg entry)
    {
        if (ToBeClosed(entry) is not { } body || draft.Now < body.HeldUntil || body.Versions.Length >= LaneLimits.Versions) return;
        if (NoOp(draft.State, entry, body) is { } noOp) draft.Add(new CoinLaneEvent.SignatureRequested(entry.Sequence, draft.Next(), noOp));
    }

    /// <summary>The leg that is to be closed by a no-op which was not asked for yet; or whose no-op spends what can never be.</summary>
    private static CoinBody? ToBeClosed(CoinLeg entry) =>
        entry is { Closing: not null, Stage: CoinStage.Signed { Body: { Pending: null } body } } && !entry.IsClosedBy(body.Newest) ? body : null;

    /// <summary>
    /// The no-op that replaces the newest version: above what that asks for the market's fee, as far as the budget goes, and what is left to close it with (field notes 6
    /// and 25). Null where those pay no further one, or where an earlier version spends none of the coins that are left: both could be mined.
    /// </summary>
    private static CoinSpend? NoOp(CoinLaneState state, CoinLeg entry, CoinBody body)
    {
        var live = entry.Live;
        if (!body.Versions.All(version => version.Spend.Inputs.Intersect(live).Any())) return null;
        var keptSat = DepositedBy(entry) is { } deposit && live.Any(input => input.Output == deposit) ? PaySat(entry) : 0;
        var bytes = CoinFees.VirtualBytes(live.Length, keptSat == 0 ? 1 : 2);
        var least = body.Newest.Spend.FeeSat + CoinFees.Step(state.Market?.IncrementSatPerKvb ?? 0, bytes);
        var budget = Math.Min((long)(BigInteger)entry.Intent.FeeBudget, live.Sum(static input => input.ValueSat) - keptSat - CoinFees.DustSat);
        if (least > budget) return null;
        var fee = Math.Max(least, Math.Min(budget, CoinFees.Fee(state.Market?.RateSatPerKvb ?? 0, bytes)));
        return CoinFees.NoOp(live, fee, keptSat);
    }

    private static void SendNewVersions(CoinDraft draft, long sequence)
    {
        if (Sendable(draft.State.Entries[sequence]) is { Resend: 0 } body)
            draft.Add(new CoinLaneEvent.BroadcastRequested(sequence, body.Newest.TxHash, draft.Next()));
    }

    /// <summary>The leg whose newest version may be sent now: watched first, not on its way, and no spend of a leg that is being closed.</summary>
    private static CoinBody? Sendable(CoinLeg entry) =>
        entry.Stage is CoinStage.Signed { Body: { Newest: { Watched: true, Tracked: true, Sending: null } newest } body } && (entry.Closing is null || newest.NoOp)
            ? body
            : null;

    /// <summary>Asks for a version with a higher fee where the newest is not mined at the market's price, inside budget and curve (BIP-125).</summary>
    private static void ReplaceByFee(CoinDraft draft, CoinLeg entry)
    {
        if (entry.Stage is not CoinStage.Signed { Body: { Pending: null } body } || draft.State.Market is not { } market) return;
        var newest = body.Newest;
        if (draft.Now < body.HeldUntil || body.Versions.Length >= LaneLimits.Versions || (entry.Closing is not null && !newest.NoOp)) return;
        var slow = draft.Now >= newest.SignedAt + CoinLaneState.ReplaceAfter && CoinFees.IsBelow(newest.Spend, market.RateSatPerKvb);
        if ((!slow && !newest.Underpriced) || HasChild(draft.State, entry)) return;
        var spend = newest.NoOp ? NoOp(draft.State, entry, body) : Replacement(draft, entry, body, market);
        if (spend is not null) draft.Add(new CoinLaneEvent.SignatureRequested(entry.Sequence, draft.Next(), spend));
    }

    private static CoinSpend? Replacement(CoinDraft draft, CoinLeg entry, CoinBody body, CoinMarket market)
    {
        if (draft.State.Stop is not null || draft.Now >= entry.Intent.SettleBefore) return null;
        var (newest, first) = (body.Newest.Spend, body.Versions[0].Spend.FeeSat);
        var ceiling = CoinFees.SpendCeiling(entry.Intent.FeeBudget, entry.Inputs.Length, market.IncrementSatPerKvb, entry.ClosingOutputs);
        if (ceiling <= first) return null;

        // A node that refuses the price outright leaves nothing to wait for; a slow one is outbid along the curve.
        var allowed = body.Newest.Underpriced
            ? ceiling
            : CoinFees.Allowance(first, ceiling, body.FirstSignedAt, entry.Intent.SettleBefore, draft.Now);
        var least = newest.FeeSat + CoinFees.Step(market.IncrementSatPerKvb, newest.VirtualBytes);
        return least > allowed
            ? null
            : CoinFees.Spend(entry.Inputs, entry.Payees, Math.Max(least, Math.Min(allowed, CoinFees.Fee(market.RateSatPerKvb, newest.VirtualBytes))));
    }

    /// <summary>Ends a leg that was never signed; its coins are free by that.</summary>
    private static void Refuse(CoinDraft draft, long sequence, Rejection rejection) => draft.Add(new CoinLaneEvent.LegRefused(sequence, rejection));

    /// <summary>Stops the lane: what was never signed ends, what was signed is still sent, watched and closed.</summary>
    private static void Stop(CoinDraft draft, Rejection reason, Bytes32? foreign)
    {
        if (draft.State.Stop is not null) return;
        draft.Add(new CoinLaneEvent.LaneStopped(reason, foreign));
        foreach (var entry in draft.State.Unsigned.ToArray()) Refuse(draft, entry.Sequence, reason);
    }

    private static Rejection? Acknowledge(CoinDraft draft, LaneCommand.Acknowledge command)
    {
        var intent = LaneIntent.Parse(command.Intent);
        switch (intent.Name)
        {
            case LaneIntent.Report when draft.State.Reports.ContainsKey(intent.Number):
                draft.Add(new CoinLaneEvent.ReportDelivered(intent.Number));
                break;
            case CoinIntent.Gift when draft.State.Gifts.ContainsKey(intent.Number):
                draft.Add(new CoinLaneEvent.GiftDelivered(intent.Number));
                break;
            default:
                if (draft.State.Entries.TryGetValue(intent.Number, out var entry))
                    Acknowledge(draft, entry, intent, (command.Reply as CommandReply.Refused)?.Rejection);
                break;
        }

        return null;
    }

    private static void Acknowledge(CoinDraft draft, CoinLeg entry, LaneIntent intent, Rejection? refused)
    {
        switch (intent.Name)
        {
            case CoinIntent.Select when refused is not null && draft.State.Selecting is { } selecting && selecting.Number == intent.Request:
                if (refused.Code == RejectionCode.InsufficientFunds) draft.Add(new CoinLaneEvent.SelectionDeferred(entry.Sequence, refused));
                else Refuse(draft, entry.Sequence, refused);
                break;
            case LaneIntent.Admit when refused is null:
                RequestFirstSignature(draft, entry.Sequence);
                break;
            case LaneIntent.Sign when Asked(entry) is { } request && request == intent.Request:
                if (refused is not null) RecordSigning(draft, entry.Intent.Leg, new SignOutcome.Refused(refused));
                else draft.Add(new CoinLaneEvent.SignatureUnderway(entry.Sequence, request));
                break;
            case LaneIntent.Watch when entry.Body?.Find(intent.TxHash) is { Watched: false }:
                draft.Add(new CoinLaneEvent.VersionWatched(entry.Sequence, intent.TxHash));
                break;
            case LaneIntent.Track or LaneIntent.Lookup when entry.Body?.Find(intent.TxHash) is { } v && (!v.Tracked || v.Lookup is not null):
                draft.Add(new CoinLaneEvent.VersionTracked(entry.Sequence, intent.TxHash));
                break;
            default:
                break;
        }
    }

    private static long? Asked(CoinLeg entry) => entry.Stage is CoinStage.Signing signing
        ? signing.Owed ? signing.Request : null
        : entry.Body?.Pending is { Owed: true } pending ? pending.Request : null;

    private static Rejection? RecordObservation(CoinDraft draft, LegRef leg, WatchReport report)
    {
        if (draft.State.Find(leg) is not { Body: { } body } entry) return null;
        var hash = report switch
        {
            WatchReport.Mined mined => mined.Inclusion.TxHash,
            WatchReport.Unmined unmined => unmined.TxHash,
            WatchReport.Final final => final.Inclusion.TxHash,
            WatchReport.Conflicted conflicted => conflicted.TxHash,
            _ => Bytes32.Zero,
        };
        if (body.Find(hash) is not { } version || report.Number <= version.LastReport) return null;
        entry = RegainInputs(draft, entry, report);
        if (entry.Stage is CoinStage.Taken taken)
        {
            if (!IsNews(draft.State, entry, taken, report)) return null;
            draft.Add(new CoinLaneEvent.CoinsReturned(entry.Sequence));
            entry = draft.State.Entries[entry.Sequence];
        }

        Observe(draft, entry, body, version, report);
        return null;
    }

    /// <summary>Whether a report says that the transaction which took the coin is no longer there.</summary>
    private static bool IsNews(CoinLaneState state, CoinLeg entry, CoinStage.Taken taken, WatchReport report) => report switch
    {
        WatchReport.Mined or WatchReport.Final => true,
        WatchReport.Unmined unmined => unmined.LostBlock == taken.By.Block.Hash,
        // Where the coin is the change of a leg of this lane, that leg's end has decided, and does so again.
        WatchReport.Conflicted { Lost: { } output } conflicted => ParentOf(state, output) is null && IsNews(entry, output, conflicted.By),
        WatchReport.Conflicted conflicted => conflicted.By.TxHash != taken.By.TxHash || conflicted.By.Block != taken.By.Block,
        _ => false,
    };

    private static void Observe(CoinDraft draft, CoinLeg entry, CoinBody body, CoinVersion version, WatchReport report)
    {
        var held = entry.Inclusion;
        switch (report)
        {
            case WatchReport.Mined { Inclusion: var seen } when entry.Stage is CoinStage.Final && held!.TxHash != seen.TxHash:
                // Another version is final. Whether it is lost its own watcher says, which says nothing again if it is not: a report that was long on the way takes nothing back.
                break;
            case WatchReport.Mined { Inclusion: var seen } when held is null || held.Block != seen.Block || held.TxHash != seen.TxHash:
                LoseFinal(draft, entry, held);
                draft.Add(new CoinLaneEvent.VersionMined(entry.Sequence, report.Number, Paid(seen, version)));
                break;
            case WatchReport.Unmined unmined when held?.TxHash == unmined.TxHash:
                draft.Add(new CoinLaneEvent.VersionUnmined(entry.Sequence, report.Number, unmined.TxHash, unmined.LostBlock));
                break;
            case WatchReport.Final { Inclusion: var seen } when entry.Stage is not CoinStage.Final || held != Paid(seen, version):
                LoseFinal(draft, entry, held);
                draft.Add(new CoinLaneEvent.VersionFinal(entry.Sequence, report.Number, Paid(seen, version)));
                break;
            case WatchReport.Conflicted { By: var by } when body.Find(by.TxHash) is not null || ParentOf(draft.State, new(by.TxHash, 0)) is not null:
                // Another transaction of ours took the coin. Its own watcher says so, and says also when that block is lost.
                break;
            case WatchReport.Conflicted { Lost: { } output, By: var by }:
                LoseInput(draft, entry, output, by);
                break;
            case WatchReport.Conflicted { By: var by }:
                LoseFinal(draft, entry, held);
                draft.Add(new CoinLaneEvent.CoinsTaken(entry.Sequence, by));
                Stop(draft, new(RejectionCode.ForeignNonceUse, $"a transaction of this lane for {entry.Intent.Leg}", by.TxHash.ToString()), by.TxHash);
                break;
            default:
                break;
        }
    }

    /// <summary>The blocks of the family do not say what inputs were worth: what a version pays is known here.</summary>
    private static Inclusion Paid(Inclusion inclusion, CoinVersion version) => inclusion with { FeePaid = (ulong)version.Spend.FeeSat };

    // A deep reorg: what was final is first taken back, so that the packet hears both.
    private static void LoseFinal(CoinDraft draft, CoinLeg entry, Inclusion? held)
    {
        if (entry.Stage is CoinStage.Final && held is not null)
            draft.Add(new CoinLaneEvent.VersionUnmined(entry.Sequence, entry.Body!.Find(held.TxHash)!.LastReport, held.TxHash, held.Block.Hash));
    }
}
