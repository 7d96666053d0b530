using TPWallet.Domain.Fees;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Lanes;

/// <summary>What follows from the state by itself, decided in the same step as the command that led to it.</summary>
public sealed partial class LaneDecider
{
    /// <summary>The entry's stage as callers see it.</summary>
    public static string StageName(EntryStage stage) => stage switch
    {
        EntryStage.Queued => "queued",
        EntryStage.Claimed => "claimed",
        EntryStage.Priced => "priced",
        EntryStage.Signing => "signing",
        EntryStage.Signed { Body.Newest.NoOp: true } => "closing",
        EntryStage.Signed { Body.Newest.Accepted: true } => "accepted",
        EntryStage.Signed => "signed",
        EntryStage.Mined => "mined",
        EntryStage.Final => "final",
        EntryStage.Taken => "taken",
        _ => throw new UnreachableException(),
    };

    private static void Advance(LaneDraft draft)
    {
        if (draft.State.Recovery is not null) return;
        if (draft.State.Stop is null)
        {
            if (NeedsFacts(draft.State, draft.Now)) WantFacts(draft);
            else Claim(draft);
        }

        foreach (var entry in draft.State.Entries.Values)
        {
            RequestNoOp(draft, entry);
            SendNewVersions(draft, entry.Sequence);
        }
    }

    // Before an idle lane signs again it looks at the chain: a nonce that was used elsewhere is noticed before, not after (field notes 10, 14).
    private static bool NeedsFacts(LaneState state, Instant now) => state.Waiting is not null
        && (state.Facts is not { } facts || (!state.InFlight.Any() && now > facts.At + LaneLimits.FactsLast));

    private static void WantFacts(LaneDraft draft)
    {
        if (draft.State.FactsWanted is null) draft.Add(new LaneEvent.FactsRequested(draft.Next()));
    }

    private static void Claim(LaneDraft draft)
    {
        // Bounded by the limit of nonces in flight.
        while (draft.State is { Facts: { } facts, Waiting: { } waiting } state)
        {
            var limit = facts.HasDelegate ? 1 : LaneLimits.InFlight;
            if (state.InFlight.Count() >= limit || !state.Affords(waiting)) return;
            draft.Add(new LaneEvent.NonceClaimed(waiting.Sequence, state.NextNonce));
        }
    }

    /// <summary>The lowest claim may begin: no operator's stop holds it back.</summary>
    private static void RequestFirstSignature(LaneDraft draft, long sequence)
    {
        if (draft.State.Admissible is not { Stage: EntryStage.Priced priced } lowest || lowest.Sequence != sequence) return;
        if (draft.Now < lowest.Intent.SettleBefore)
            draft.Add(new LaneEvent.SignatureRequested(sequence, draft.Next(), priced.Terms, NoOp: false));
        else
            Refuse(draft, sequence, PastDeadline(draft, lowest.Intent));
    }

    private static void RequestNoOp(LaneDraft draft, LaneEntry entry)
    {
        if (entry is not { Closing: not null, Stage: EntryStage.Signed { Body: { Pending: null } signed } }) return;
        if (signed.Newest.NoOp || draft.Now < signed.HeldUntil || signed.Versions.Length >= LaneLimits.Versions) return;
        var terms = FeeReplacement.NoOp(signed.Newest.Terms, draft.State.Facts?.Urgent, entry.GasBudget);
        draft.Add(new LaneEvent.SignatureRequested(entry.Sequence, draft.Next(), terms, NoOp: true));
    }

    private static void SendNewVersions(LaneDraft draft, long sequence)
    {
        var entry = draft.State.Entries[sequence];
        if (Sendable(entry) is { Resend: 0 } signed)
            draft.Add(new LaneEvent.BroadcastRequested(sequence, signed.Newest.TxHash, draft.Next()));
    }

    /// <summary>The nonce whose newest version may be sent now: watched first, not on its way, and no spend of a leg that is being closed.</summary>
    private static SignedNonce? Sendable(LaneEntry entry) =>
        entry.Stage is EntryStage.Signed { Body: { Newest: { Watched: true, Tracked: true, Sending: null } newest } body }
        && (entry.Closing is null || newest.NoOp)
            ? body
            : null;

    /// <summary>Asks for a version with higher fees where the schedule bids so, or a node refuses the newest for its price.</summary>
    /// <param name="market">The bids of now; null where only a node's word is news.</param>
    private static void ReplaceByFee(LaneDraft draft, LaneEntry entry, ulong chainNonce, FeeMarket? market)
    {
        if (entry.Stage is not EntryStage.Signed { Body: { Pending: null } signed }) return;
        if (draft.State.Facts is not { } facts || chainNonce > signed.Nonce || draft.Now < signed.HeldUntil) return;
        if (signed.Versions.Length >= LaneLimits.Versions || (entry.Closing is not null && !signed.Newest.NoOp)) return;
        var noOp = signed.Newest.NoOp;
        var terms = noOp ? NextNoOp(draft, entry, signed.Newest, facts) : NextSpend(draft, entry, signed, facts, market);
        if (terms is not null) draft.Add(new LaneEvent.SignatureRequested(entry.Sequence, draft.Next(), terms, noOp));
    }

    /// <summary>A no-op is bid for the next block at once, so it only follows where it cannot be in that one: its fee cap does not cover the base fee (EIP-1559).</summary>
    private static GasTerms? NextNoOp(LaneDraft draft, LaneEntry entry, SignedVersion newest, LaneFacts facts)
    {
        var isOut = draft.Now >= newest.SignedAt + LaneLimits.ReplaceAfter && newest.Terms.MaxFeePerGas < facts.BaseFeePerGas;
        return isOut || newest.Underpriced ? FeeReplacement.NoOp(newest.Terms, facts.Urgent, entry.GasBudget) : null;
    }

    private static GasTerms? NextSpend(LaneDraft draft, LaneEntry entry, SignedNonce signed, LaneFacts facts, FeeMarket? market)
    {
        var (newest, deadline) = (signed.Newest, entry.Intent.SettleBefore);
        if (draft.State.Stop is not null || draft.Now >= deadline || signed.Versions.Length >= LaneLimits.SpendVersions) return null;
        var ceiling = FeeReplacement.SpendCeiling(entry.GasBudget);

        // A node that refuses the price outright leaves nothing to wait for.
        if (newest.Underpriced) return FeeReplacement.Force(newest.Terms, facts.Urgent, ceiling);
        return market is null
            ? null
            : FeeReplacement.Follow(newest.Terms, FeeSchedule.Choose(market, signed.FirstSignedAt, deadline, draft.Now), ceiling);
    }

    /// <summary>Ends an entry that was never signed. Later claims are unsigned too and move down, so that no gap is left (field note 1).</summary>
    private static void Refuse(LaneDraft draft, long sequence, Rejection rejection)
    {
        var freed = draft.State.Entries[sequence].Stage.Nonce;
        draft.Add(new LaneEvent.LegRefused(sequence, rejection));
        if (freed is not { } nonce || IsSignedFrom(draft.State, nonce)) return;
        foreach (var entry in draft.State.Claims.Where(e => e.Stage.Nonce > nonce).ToArray())
            draft.Add(new LaneEvent.NonceClaimed(entry.Sequence, nonce++));
    }

    /// <summary>Stops the lane: what was never signed ends, what was signed is still sent, watched and closed.</summary>
    private static void Stop(LaneDraft draft, Rejection reason, Bytes32? foreign)
    {
        if (draft.State.Stop is not null) return;
        draft.Add(new LaneEvent.LaneStopped(reason, foreign));
        foreach (var entry in draft.State.Unsigned.OrderByDescending(e => e.Sequence).ToArray()) Refuse(draft, entry.Sequence, reason);
    }

    private static Rejection? RecordObservation(LaneDraft draft, LegRef leg, WatchReport report)
    {
        if (draft.State.Find(leg) is not { Signed: { } signed } entry) return null;
        var hash = report switch
        {
            WatchReport.Mined mined => mined.Inclusion.TxHash,
            WatchReport.Unmined unmined => unmined.TxHash,
            WatchReport.Final final => final.Inclusion.TxHash,
            WatchReport.Conflicted conflicted => conflicted.TxHash,
            _ => Bytes32.Zero,
        };
        if (signed.Find(hash) is not { } version || report.Number <= version.LastReport) return null;
        if (entry.Stage is EntryStage.Taken taken)
        {
            if (!IsNews(taken, report)) return null;
            draft.Add(new LaneEvent.NonceReturned(entry.Sequence));
            entry = draft.State.Entries[entry.Sequence];
        }

        Observe(draft, entry, signed, report);
        return null;
    }

    /// <summary>Whether a report says that the transaction which took the nonce is no longer there.</summary>
    private static bool IsNews(EntryStage.Taken taken, WatchReport report) => report switch
    {
        WatchReport.Mined or WatchReport.Final => true,
        WatchReport.Unmined unmined => unmined.LostBlock == taken.By.Block.Hash,
        WatchReport.Conflicted conflicted => conflicted.By != taken.By,
        _ => false,
    };

    private static void Observe(LaneDraft draft, LaneEntry entry, SignedNonce signed, WatchReport report)
    {
        var held = entry.Stage switch
        {
            EntryStage.Mined mined => mined.Inclusion,
            EntryStage.Final final => final.Inclusion,
            _ => null,
        };
        switch (report)
        {
            case WatchReport.Mined mined when entry.Stage is EntryStage.Final && held!.TxHash != mined.Inclusion.TxHash:
                // Another version is final. Whether it is lost its own watcher says, which says nothing again if it is not: a report that was long on the way takes nothing back.
                break;
            case WatchReport.Mined mined when held is null || held.Block != mined.Inclusion.Block || held.TxHash != mined.Inclusion.TxHash:
                LoseFinal(draft, entry, held);
                draft.Add(new LaneEvent.VersionMined(entry.Sequence, mined.Number, mined.Inclusion));
                break;
            case WatchReport.Unmined unmined when held?.TxHash == unmined.TxHash:
                draft.Add(new LaneEvent.VersionUnmined(entry.Sequence, unmined.Number, unmined.TxHash, unmined.LostBlock));
                break;
            case WatchReport.Final final when entry.Stage is not EntryStage.Final || held != final.Inclusion:
                LoseFinal(draft, entry, held);
                draft.Add(new LaneEvent.VersionFinal(entry.Sequence, final.Number, final.Inclusion));
                break;
            case WatchReport.Conflicted { By: var by } when signed.Find(by.TxHash) is not null:
                // Another version of ours took the nonce. Its own watcher says so, and says also when that block is lost; this report has no order with those.
                break;
            case WatchReport.Conflicted { By: var by }:
                LoseFinal(draft, entry, held);
                draft.Add(new LaneEvent.NonceTaken(entry.Sequence, by));
                Stop(draft, new(RejectionCode.ForeignNonceUse, $"a transaction of this lane at nonce {signed.Nonce}", by.TxHash.ToString()), by.TxHash);
                break;
            default:
                break;
        }
    }

    // A deep reorg: what was final is first taken back, so that the packet hears both.
    private static void LoseFinal(LaneDraft draft, LaneEntry entry, Inclusion? held)
    {
        if (entry.Stage is EntryStage.Final && held is not null)
            draft.Add(new LaneEvent.VersionUnmined(entry.Sequence, entry.Signed!.Find(held.TxHash)!.LastReport, held.TxHash, held.Block.Hash));
    }
}
