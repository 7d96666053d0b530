using System.Numerics;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Lanes;

/// <summary>How events change the state.</summary>
public sealed partial class LaneDecider
{
    public static LaneState Evolve(LaneState state, LaneEvent @event, Instant at) => @event switch
    {
        LaneEvent.LegQueued e => Numbered(state, e.Sequence).With(new LaneEntry(e.Sequence, e.Intent, new EntryStage.Queued(), null)),
        LaneEvent.FactsRequested e => Numbered(state, e.Number) with { FactsWanted = e.Number },
        LaneEvent.FactsRead e => state with
        {
            FactsWanted = null,
            Facts = new(at, e.NextNonce, e.Balance, e.BaseFeePerGas, e.PriorityFeePerGas, e.HasDelegate) { BlockTime = e.BlockTime },
            NextNonce = state.Facts is null ? AfterOwn(state, e.NextNonce) : state.NextNonce,
            IsNextKnown = false,
        },
        LaneEvent.NonceClaimed e => OnClaimed(state, state.Entries[e.Sequence], e.Nonce),
        LaneEvent.TermsFixed e => state.With(state.Entries[e.Sequence] with
        {
            Stage = new EntryStage.Priced(state.Entries[e.Sequence].Stage.Nonce!.Value, e.Terms),
            DataFee = e.DataFee,
        }),
        LaneEvent.SignatureRequested e => OnSignatureRequested(Numbered(state, e.Request), state.Entries[e.Sequence], e),
        LaneEvent.SignatureUnderway e => OnSignatureUnderway(state, state.Entries[e.Sequence]),
        LaneEvent.VersionSigned e => OnSigned(state, state.Entries[e.Sequence], e, at),
        LaneEvent.VersionRefused e => Body(
            state, e.Sequence, body => Delayed(body with { Pending = null, Resend = Math.Max(1, body.Resend) }, at, hold: true)),
        LaneEvent.LegRefused e => OnLegRefused(state, state.Entries[e.Sequence], e),
        LaneEvent.VersionWatched e => Version(state, e.Sequence, e.TxHash, v => v with { Watched = true }),
        LaneEvent.VersionTracked e => Version(state, e.Sequence, e.TxHash, v => v with { Tracked = true, Lookup = null }),
        LaneEvent.LookupRequested e => Version(Numbered(state, e.Number), e.Sequence, e.TxHash, v => v with { Lookup = e.Number }),
        LaneEvent.BroadcastRequested e => Body(
            Numbered(state, e.Number),
            e.Sequence,
            body => body.With(body.Find(e.TxHash)! with { Sending = e.Number }) with { Resend = body.Resend + 1 }),
        LaneEvent.BroadcastAnswered e => OnBroadcast(state, state.Entries[e.Sequence], e, at),
        LaneEvent.VersionMined e => OnMined(state, state.Entries[e.Sequence], e),
        LaneEvent.VersionUnmined e => OnUnmined(state, state.Entries[e.Sequence], e, at),
        LaneEvent.VersionFinal e => OnFinal(state, state.Entries[e.Sequence], e),
        LaneEvent.NonceTaken e => OnTaken(state, state.Entries[e.Sequence], e),
        LaneEvent.NonceReturned e => OnReturned(state, state.Entries[e.Sequence], at),
        LaneEvent.CloseRequested e => state.With(state.Entries[e.Sequence] with { Closing = e.Reason }),
        LaneEvent.LaneStopped e => state with { Stop = new(e.Reason, e.ForeignTx) },
        LaneEvent.LaneResumed => state with { Stop = null, Facts = null, IsNextKnown = false },
        LaneEvent.ReportDelivered e => state with { Reports = state.Reports.Remove(e.Number) },
        LaneEvent.RecoveryBegun or LaneEvent.LegFound or LaneEvent.VersionFound or LaneEvent.PageRead or LaneEvent.RecoveryEnded =>
            OnRecovery(state, @event, at),
        _ => throw new UnreachableException($"No lane event {@event}."),
    };

    // After a stop or a restore, signed nonces may be in flight beyond the chain's: they are not claimed a second time.
    private static ulong AfterOwn(LaneState state, ulong chain) =>
        state.Entries.Values.Select(entry => entry.Stage.Nonce + 1).OfType<ulong>().Append(chain).Max();

    private static LaneState Numbered(LaneState state, long number) => state with { Counter = Math.Max(state.Counter, number) };

    private static LaneState OnClaimed(LaneState state, LaneEntry entry, ulong nonce)
    {
        EntryStage stage = entry.Stage is EntryStage.Priced priced ? priced with { At = nonce } : new EntryStage.Claimed(nonce);
        return Report(state with { NextNonce = nonce + 1 }, entry, new LegProgress.Claimed(nonce)).With(entry with { Stage = stage });
    }

    private static LaneState OnSignatureRequested(LaneState state, LaneEntry entry, LaneEvent.SignatureRequested e) =>
        entry.Stage is EntryStage.Priced priced
            ? state.With(entry with { Stage = new EntryStage.Signing(priced.At, e.Terms, e.Request, Owed: true) })
            : Body(state, e.Sequence, body => body with { Pending = new(e.Terms, e.NoOp, e.Request, Owed: true) });

    private static LaneState OnSignatureUnderway(LaneState state, LaneEntry entry) =>
        entry.Stage is EntryStage.Signing signing
            ? state.With(entry with { Stage = signing with { Owed = false } })
            : Body(state, entry.Sequence, body => body with { Pending = body.Pending! with { Owed = false } });

    private static LaneState OnSigned(LaneState state, LaneEntry entry, LaneEvent.VersionSigned e, Instant at)
    {
        var (terms, noOp) = entry.Stage is EntryStage.Signing signing
            ? (signing.Terms, false)
            : (entry.Signed!.Pending!.Terms, entry.Signed.Pending.NoOp);
        var version = new SignedVersion(terms, e.Raw, e.TxHash, noOp, at, false, false, false, null, null, 0, false);
        var signed = entry.Stage is EntryStage.Signing first
            ? state.With(entry with { Stage = new EntryStage.Signed(new(first.At, [version], null, at, 0, at, default)) })
            : Body(state, e.Sequence, body => body with { Versions = body.Versions.Add(version), Pending = null, Resend = 0, NextAt = at });
        return noOp || signed.Entries[e.Sequence].Stage is not EntryStage.Signed ? signed : Report(signed, entry, new LegProgress.Signed(e.TxHash));
    }

    private static LaneState OnLegRefused(LaneState state, LaneEntry entry, LaneEvent.LegRefused e) =>
        Report(state, entry, new LegProgress.Refused(e.Rejection)) with
        {
            Entries = state.Entries.Remove(e.Sequence),
            NextNonce = entry.Stage.Nonce is { } nonce && !IsSignedFrom(state, nonce) ? nonce : state.NextNonce,
        };

    private static LaneState OnBroadcast(LaneState state, LaneEntry entry, LaneEvent.BroadcastAnswered e, Instant at)
    {
        var before = entry.Signed!.Find(e.TxHash)!;
        var accepted = e.Outcome is BroadcastOutcome.Accepted;
        var underpriced = e.Outcome is BroadcastOutcome.Refused { Rejection.Code: Grains.Interfaces.RejectionCode.Underpriced };
        var after = before with { Sending = null, Accepted = before.Accepted || accepted, Underpriced = underpriced };

        // An answer about the newest version counts as its sending, also when a reorg asked for another meanwhile: that one waits its turn.
        var next = Body(state, e.Sequence, body => Delayed(
            body.With(after) with { Resend = Math.Max(body.Resend, body.Newest.TxHash == e.TxHash ? 1 : 0) }, at, hold: false));
        return accepted && !before.Accepted && !before.NoOp && entry.Stage is EntryStage.Signed
            ? Report(next, entry, new LegProgress.AcceptedByNode(e.TxHash))
            : next;
    }

    private static LaneState OnMined(LaneState state, LaneEntry entry, LaneEvent.VersionMined e)
    {
        var body = Reported(entry, e.Inclusion.TxHash, e.Report);
        var next = Paid(state, entry, e.Inclusion).With(entry with { Stage = new EntryStage.Mined(body, e.Inclusion) });
        return body.Find(e.Inclusion.TxHash)!.NoOp ? next : Report(next, entry, new LegProgress.Mined(e.Inclusion));
    }

    private static LaneState OnUnmined(LaneState state, LaneEntry entry, LaneEvent.VersionUnmined e, Instant at)
    {
        var body = Reported(entry, e.TxHash, e.Report) with { Resend = 0, NextAt = at };
        var next = state.With(entry with { Stage = new EntryStage.Signed(body) });

        // A packet never heard that a no-op was mined, only that it was final.
        return body.Find(e.TxHash)!.NoOp && entry.Stage is not EntryStage.Final
            ? next
            : Report(next, entry, new LegProgress.Unmined(e.TxHash, e.LostBlock));
    }

    private static LaneState OnFinal(LaneState state, LaneEntry entry, LaneEvent.VersionFinal e)
    {
        var body = Reported(entry, e.Inclusion.TxHash, e.Report);
        LegProgress progress = body.Find(e.Inclusion.TxHash)!.NoOp ? new LegProgress.Impossible(e.Inclusion, e.Inclusion.FeePaid)
            : e.Inclusion.Succeeded ? new LegProgress.Final(e.Inclusion)
            : new LegProgress.Reverted(e.Inclusion);
        var paid = entry.Stage is EntryStage.Signed ? Paid(state, entry, e.Inclusion) : state;
        return Forget(Report(paid, entry, progress).With(entry with { Stage = new EntryStage.Final(body, e.Inclusion) }));
    }

    // The fee of a foreign transaction is not the packet's: reconciliation of the stopped lane books it.
    private static LaneState OnTaken(LaneState state, LaneEntry entry, LaneEvent.NonceTaken e) =>
        Forget(Report(state, entry, new LegProgress.Impossible(e.By, UInt256.Zero))
            .With(entry with { Stage = new EntryStage.Taken(entry.Signed!, e.By) }));

    private static LaneState OnReturned(LaneState state, LaneEntry entry, Instant at)
    {
        var taken = (EntryStage.Taken)entry.Stage;
        var body = taken.Body with { Resend = 0, NextAt = at };
        return Report(state, entry, new LegProgress.Unmined(taken.By.TxHash, taken.By.Block.Hash)).With(entry with { Stage = new EntryStage.Signed(body) });
    }

    // The balance was read before: what is mined since is gone from it. It is read again when a claim waits.
    private static LaneState Paid(LaneState state, LaneEntry entry, Inclusion inclusion)
    {
        var noOp = entry.Signed!.Find(inclusion.TxHash)!.NoOp;
        var cost = (noOp || !inclusion.Succeeded ? BigInteger.Zero : entry.WorstCost - entry.Intent.FeeBudget) + inclusion.FeePaid;
        return state.Facts is not { } facts ? state : state with
        {
            Facts = facts with { Balance = (UInt256)BigInteger.Max(BigInteger.Zero, facts.Balance - cost) },
        };
    }

    private static LaneState Forget(LaneState state)
    {
        var finished = state.Entries.Values.Where(e => e.IsFinished).Select(e => e.Sequence).ToArray();
        return finished.Length <= LaneLimits.Finished ? state : state with { Entries = state.Entries.RemoveRange(finished[..^LaneLimits.Finished]) };
    }

    private static SignedNonce Reported(LaneEntry entry, Bytes32 txHash, int number)
    {
        var version = entry.Signed!.Find(txHash)!;
        return entry.Signed.With(version with { LastReport = Math.Max(version.LastReport, number) });
    }

    private static LaneState Report(LaneState state, LaneEntry entry, LegProgress progress) => Report(state, entry.Intent.Leg, progress);

    private static LaneState Report(LaneState state, LegRef leg, LegProgress progress) =>
        state with { Counter = state.Counter + 1, Reports = state.Reports.Add(state.Counter + 1, new(leg, progress)) };

    private static LaneState Version(LaneState state, long sequence, Bytes32 txHash, Func<SignedVersion, SignedVersion> change) =>
        Body(state, sequence, body => body.With(change(body.Find(txHash)!)));

    private static LaneState Body(LaneState state, long sequence, Func<SignedNonce, SignedNonce> change)
    {
        var entry = state.Entries[sequence];
        EntryStage stage = entry.Stage switch
        {
            EntryStage.Signed signed => new EntryStage.Signed(change(signed.Body)),
            EntryStage.Mined mined => mined with { Body = change(mined.Body) },
            EntryStage.Final final => final with { Body = change(final.Body) },
            EntryStage.Taken taken => taken with { Body = change(taken.Body) },
            _ => throw new UnreachableException($"Entry {sequence} has no signed version."),
        };
        return state.With(entry with { Stage = stage });
    }

    private static SignedNonce Delayed(SignedNonce body, Instant at, bool hold)
    {
        // Doubles up to its maximum; the shift is bounded so that it cannot overflow.
        var wait = Math.Min(LaneLimits.LongestRetry.Ms, LaneLimits.FirstRetry.Ms << Math.Min(body.Resend, 10));
        var next = at + new Span(wait);
        return body with { NextAt = next, HeldUntil = hold ? next : body.HeldUntil };
    }
}
