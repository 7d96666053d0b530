using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Lanes;

/// <summary>What the lane owes to the world, when it wakes, and what callers see of it.</summary>
public sealed partial class LaneDecider
{
    public static ImmutableSortedDictionary<string, Effect> Owed(LaneState state)
    {
        var owed = ImmutableSortedDictionary.CreateBuilder<string, Effect>(StringComparer.Ordinal);
        if (state.Recovery is { } recovery)
        {
            // Nothing else: what was decided before the restore may be overtaken by what was signed since.
            owed.Add(LaneIntent.Of(LaneIntent.Signed, recovery.Number), new Effect.ReadSigned(
                new(state.Chain, state.Address, recovery.FromNonce, recovery.Before)));
            return owed.ToImmutable();
        }

        if (state.FactsWanted is { } number) owed.Add(LaneIntent.Of(LaneIntent.Facts, number), new Effect.ReadLaneFacts(state.Chain, state.Address));
        foreach (var entry in state.Entries.Values)
        {
            switch (entry.Stage)
            {
                case EntryStage.Claimed:
                    owed.Add(LaneIntent.Of(LaneIntent.Terms, entry.Sequence), new Effect.EstimateTerms(state.Chain, state.Address, entry.Intent));
                    break;
                case EntryStage.Signing { Owed: true } signing:
                    AddSign(owed, state, entry, signing.At, new(signing.Terms, false, signing.Request, true));
                    break;
                case EntryStage.Signed signed:
                    AddSigned(owed, state, entry, signed.Body);
                    break;
                default:
                    // A signature that was asked for is still asked for when the nonce is mined meanwhile: its outcome ends it.
                    if (entry.Signed is not { } settled) break;
                    if (settled.Pending is { Owed: true } pending) AddSign(owed, state, entry, settled.Nonce, pending);
                    foreach (var version in settled.Versions) AddFollow(owed, state, entry, settled, version, first: false);
                    break;
            }
        }

        if (state.Admissible is { } next)
        {
            var admit = LaneIntent.Of(LaneIntent.Admit, next.Sequence);
            owed.Add(admit, new Effect.Admit(EffectId.Of(Kind, state.Key, admit), next.Intent.Leg, state.Chain, null));
        }

        AddReports(owed, state);
        return owed.ToImmutable();
    }

    public static LaneCommand? Resume(LaneState state, string intent, EffectResult result)
    {
        var id = EffectId.ResultOf(Kind, state.Key, intent);
        var parsed = LaneIntent.Parse(intent);
        switch (parsed.Name, result)
        {
            case (LaneIntent.Facts, EffectResult.LaneFacts facts):
                return new LaneCommand.RecordFacts(id, facts.NextNonce, facts.Balance, facts.Fees, facts.HasDelegate);
            case (LaneIntent.Signed, EffectResult.SignedSaid said):
                return new LaneCommand.RecordSigned(id, parsed.Number, said.Page);
            case (LaneIntent.Facts or LaneIntent.Signed, _):
                return null;
            case (LaneIntent.Terms, EffectResult.Terms terms) when state.Entries.TryGetValue(parsed.Number, out var entry):
                return new LaneCommand.RecordTerms(id, entry.Intent.Leg, terms.GasLimit, terms.Fees) { DataFee = terms.DataFee };
            case (LaneIntent.Broadcast, EffectResult.BroadcastSaid said) when state.Entries.TryGetValue(parsed.Number, out var entry):
                return new LaneCommand.RecordBroadcast(id, entry.Intent.Leg, parsed.TxHash, said.Outcome);
            case (LaneIntent.Broadcast, EffectResult.Failed failed) when state.Entries.TryGetValue(parsed.Number, out var entry):
                return new LaneCommand.RecordBroadcast(id, entry.Intent.Leg, parsed.TxHash, new BroadcastOutcome.Refused(failed.Rejection));
            case (LaneIntent.Broadcast, _):
            case (LaneIntent.Admit, not EffectResult.Replied { Reply: CommandReply.Accepted }):
            case (LaneIntent.Track, EffectResult.Replied { Reply: CommandReply.Refused { Rejection.Code: RejectionCode.OperatorStopped or RejectionCode.ChainStopped } }):
                // A stop ends one day; until then what it holds back is asked again, and the leg's own deadline ends the wait.
                return null;
            default:
                return Answers.Definite(result) is { } reply ? new LaneCommand.Acknowledge(id, intent, reply) : null;
        }
    }

    public static Instant? NextWake(LaneState state)
    {
        if (state.Recovery is not null) return null;
        Instant? wake = FactsDue(state);
        foreach (var entry in state.Entries.Values)
        {
            var due = entry.Stage is EntryStage.Queued or EntryStage.Claimed or EntryStage.Priced ? entry.Intent.SettleBefore
                : Sendable(entry) is { Resend: > 0 } signed ? signed.NextAt
                : HeldNoOp(entry);
            if (due is { } at && (wake is not { } soonest || at < soonest)) wake = at;
        }

        return wake;
    }

    public static LaneView View(LaneState state, long version) => new(
        state.Key,
        version,
        state.NextNonce,
        state.Stop is not null,
        state.Stop?.Reason.ToString(),
        [.. state.Entries.Values.Select(e => new LaneEntryView(e.Intent, e.Stage.Nonce, StageName(e.Stage), Versions(e)))]);

    private static ImmutableArray<LaneVersion> Versions(LaneEntry entry) => entry.Signed is { } signed
        ? [.. signed.Versions.Select(v => new LaneVersion(v.Terms, v.Raw, v.TxHash, v.NoOp, v.Accepted))]
        : [];

    // A payment that is bid for by the schedule looks at each block's fees. A claim that the balance does not cover waits for fresh facts; the settle-before
    // of its leg ends the wait.
    private static Instant? FactsDue(LaneState state)
    {
        if (state is not { FactsWanted: null, Stop: null, Facts: { } facts }) return null;
        if (state.Entries.Values.Any(entry => IsBidding(entry, facts))) return facts.At + facts.BidEvery;
        return state.Waiting is { } waiting && !state.Affords(waiting) ? facts.At + LaneLimits.FactsEvery : null;
    }

    private static bool IsBidding(LaneEntry entry, LaneFacts facts) =>
        entry is { Closing: null, Stage: EntryStage.Signed { Body: { Pending: null, Versions.Length: < LaneLimits.SpendVersions } body } }
        && facts.At < body.FirstSignedAt + facts.BidFor;

    private static Instant? HeldNoOp(LaneEntry entry) =>
        entry is { Closing: not null, Stage: EntryStage.Signed { Body: { Pending: null, Newest.NoOp: false } body } }
        && body.Versions.Length < LaneLimits.Versions
            ? body.HeldUntil
            : null;

    private static void AddSign(
        ImmutableSortedDictionary<string, Effect>.Builder owed, LaneState state, LaneEntry entry, ulong nonce, PendingVersion pending)
    {
        var intent = LaneIntent.Of(LaneIntent.Sign, entry.Sequence, pending.Request);
        owed.Add(intent, new Effect.RequestSignature(
            state.Chain, state.Address, entry.Intent, nonce, pending.Terms, pending.NoOp, EffectId.Of(Kind, state.Key, intent)));
    }

    private static void AddSigned(ImmutableSortedDictionary<string, Effect>.Builder owed, LaneState state, LaneEntry entry, SignedNonce body)
    {
        if (body.Pending is { Owed: true } pending) AddSign(owed, state, entry, body.Nonce, pending);
        foreach (var version in body.Versions)
        {
            AddFollow(owed, state, entry, body, version, IsFirst(entry, body));
            if (version is { Tracked: true, Lookup: { } lookup })
                AddTrack(owed, state, entry, LaneIntent.Of(LaneIntent.Lookup, entry.Sequence, version.TxHash, lookup), version.TxHash);
            if (version.Sending is { } sending)
            {
                var broadcast = LaneIntent.Of(LaneIntent.Broadcast, entry.Sequence, version.TxHash, sending);
                owed.Add(broadcast, new Effect.Broadcast(
                    state.Chain, version.TxHash, version.Raw, entry.Intent.Content, version.NoOp ? null : entry.Intent.SettleBefore));
            }
        }
    }

    // Whoever watches a version hears who got its nonce, also of one that was never sent because another was mined before.
    private static void AddFollow(
        ImmutableSortedDictionary<string, Effect>.Builder owed, LaneState state, LaneEntry entry, SignedNonce body, SignedVersion version, bool first)
    {
        if (!version.Watched)
        {
            var watch = LaneIntent.Of(LaneIntent.Watch, entry.Sequence, version.TxHash);
            var subject = new WatchSubject.LaneEntry(state.Chain, state.Address, body.Nonce, entry.Intent.Leg);
            var command = new WatchedCommand.Watch(EffectId.Of(Kind, state.Key, watch), state.Chain, version.TxHash, subject);
            owed.Add(watch, new Effect.TellWatched(state.Chain, version.TxHash, command));
        }

        if (!version.Tracked) AddTrack(owed, state, entry, LaneIntent.Of(LaneIntent.Track, entry.Sequence, version.TxHash), version.TxHash, first);
    }

    // Asking again to track a known transaction makes the tracker look for its receipt (field notes 7 and 8).
    private static void AddTrack(
        ImmutableSortedDictionary<string, Effect>.Builder owed, LaneState state, LaneEntry entry, string intent, Bytes32 txHash, bool first = false)
    {
        var watch = new TrackerCommand.WatchTransaction(
            EffectId.Of(Kind, state.Key, intent), txHash, state.Address, entry.Signed!.Nonce, entry.Intent.Content.Finality);

        // The question has an id of its own: the tracker remembers the other one for the transaction that it watches.
        owed.Add(intent, first ? new Effect.Admit(EffectId.Of(Kind, state.Key, $"{LaneIntent.Admit}/{intent}"), entry.Intent.Leg, state.Chain, watch) : new Effect.TellTracker(state.Chain, watch));
    }

    // Nothing of this nonce was ever sent, and it is not being closed: sending it is new spending. Everything later is defence.
    private static bool IsFirst(LaneEntry entry, SignedNonce body) => entry.Closing is null && body.Versions is [{ NoOp: false }];

    // Per leg only the oldest report is out, so that a packet hears them in order, whatever is lost or repeated.
    private static void AddReports(ImmutableSortedDictionary<string, Effect>.Builder owed, LaneState state)
    {
        foreach (var group in state.Reports.GroupBy(r => r.Value.Leg))
        {
            var (number, report) = group.First();
            var intent = LaneIntent.Of(LaneIntent.Report, number);
            owed.Add(intent, new Effect.TellPacket(
                report.Leg.Packet, new PacketCommand.RecordLeg(EffectId.Of(Kind, state.Key, intent), report.Leg.Leg, report.Progress)));
        }
    }
}
