using System.Globalization;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>What this side's events say of a peer at another operator, for whoever keeps its standing. Nothing here holds a payment up.</summary>
public sealed partial class ChannelDecider
{
    private const string DealingsName = "peer";

    /// <summary>Follows from events that are there anyway.</summary>
    private static ChannelState Dealt(ChannelState before, ChannelState after, ChannelEvent @event, Instant at)
    {
        if (after.Opening is not { Peer: not null }) return after;
        var known = (after.Dealings ?? PeerDealings.None).At(at);
        var dealings = @event switch
        {
            ChannelEvent.ProposalSigned => known.WaitsSince is null ? known with { WaitsSince = at } : known,
            ChannelEvent.StateAcknowledged e => Answered(known.WaitsSince is { } since && at - since <= PeerDealings.InTime ? known.With(DealingReason.UpdateSigned, at, e.Nonce) : known, after, at),
            ChannelEvent.ProposalBurnt => Answered(known, after, at),
            ChannelEvent.ProposalRefused e => FaultOf(e.Reason) is { } fault ? known.With(fault, at, (ulong)e.Message.Number) : known,
            ChannelEvent.ProtocolBroken e => known.With(FaultOf(e.Reason) ?? DealingReason.MessageRefused, at, (ulong)e.Message.Number),
            ChannelEvent.PeerFoundLost => known.With(DealingReason.StateLost, at, before.Book.Nonce),
            ChannelEvent.ProposalTaken e => Resolved(known, before, e.Updates, at),
            ChannelEvent.PeerAwaited => Kept(Silent(known, after, at), after, at),
            ChannelEvent.ChannelSeen => Closed(Kept(Silent(known, after, at), after, at), before, after, at),
            ChannelEvent.ActEnded { IsDone: true } when before.Act is { Kind: ChannelActKind.Challenge } challenge => Stale(known, at, challenge.Nonce),
            ChannelEvent.DealingsTold => known.Heard(),
            _ => known,
        };
        if (before.Phase == ChannelPhase.Open && after.Phase == ChannelPhase.Ended) dealings = dealings.With(DealingReason.ClosedTogether, at, after.Book.Nonce);
        dealings = dealings.Cut(after.Phase == ChannelPhase.Open, @event is ChannelEvent.ChannelSeen);
        return after with { Dealings = dealings, Carries = Lent(before, after, @event, known, at) };
    }

    /// <summary>Since when the peer has each lock of ours: from the state on that both have signed, until it answers, or until that it does not is noted.</summary>
    private static ImmutableSortedDictionary<long, LockCarry>? Lent(ChannelState before, ChannelState after, ChannelEvent @event, PeerDealings known, Instant at)
    {
        if (after.Carries is not { } carries) return null;
        var (offered, ended) = @event switch
        {
            ChannelEvent.StateAcknowledged e => (before.Ours.Where(own => own.Nonce <= e.Nonce).SelectMany(static own => own.Wishes).Select(static wish => wish.Update).OfType<ChannelUpdate.Offer>().Select(static offer => offer.Lock.Number), []),
            ChannelEvent.ProposalTaken e => ((IEnumerable<long>)[], e.Updates.Select(static update => NumberOf(update) ?? 0)),
            ChannelEvent.PeerAwaited or ChannelEvent.ChannelSeen => ([], KeptTooLong(known, after)),
            _ => ([], (IEnumerable<long>)[]),
        };
        foreach (var number in offered) if (carries.GetValueOrDefault(number) is { } carry) carries = carries.SetItem(number, carry with { Since = at });
        foreach (var number in ended.ToArray()) if (carries.GetValueOrDefault(number) is { Since: not null } carry) carries = carries.SetItem(number, carry with { Since = null });
        return carries;
    }

    /// <summary>When this side writes down that it is there: the peer has something of ours, and how long it has it is to be known.</summary>
    private static Instant? WatchDue(ChannelState state)
    {
        if (state is not { Phase: ChannelPhase.Open, Dealings: { } dealings }) return null;
        var watch = dealings.SeenAt + PeerDealings.Watch;
        if ((state.Carries ?? _noCarries).Values.Any(static carry => carry.Since is not null)) return watch;
        if (dealings.WaitsSince is null) return null;
        // Once its silence is noted, only as long before it is noted again as that takes.
        return dealings.SilentAt is { } noted && noted + PeerDealings.WatchAgain is var next && next > watch ? next : watch;
    }

    private static void WatchIfDue(ChannelDraft draft, Stamp stamp)
    {
        // A look shows it as well, and is never held up by this: older builds know it.
        if (draft.Events.IsEmpty && WatchDue(draft.State) is { } due && due <= stamp.Latest) draft.Add(new ChannelEvent.PeerAwaited());
    }

    /// <summary>Those that nobody who is honest and up to date sends; what two clocks or two proposals at once explain is nobody's fault.</summary>
    private static DealingReason? FaultOf(Rejection reason) => reason.Code switch
    {
        RejectionCode.BadSignature => DealingReason.BadSignature,
        RejectionCode.Malformed or RejectionCode.AlreadyExists or RejectionCode.Overflow or RejectionCode.ZeroAmount or RejectionCode.ProofInvalid or RejectionCode.PayloadMismatch => DealingReason.MessageRefused,
        _ => null,
    };

    private static PeerDealings Answered(PeerDealings known, ChannelState after, Instant at) =>
        known with { WaitsSince = after.Ours.Any(static own => own.Signature is not null) ? at : null, SilentAt = null };

    /// <summary>How locks of ours ended.</summary>
    private static PeerDealings Resolved(PeerDealings known, ChannelState before, ImmutableArray<ChannelUpdate> updates, Instant at)
    {
        foreach (var update in updates)
        {
            if (NumberOf(update) is not { } number || before.Carries?.GetValueOrDefault(number) is not { Since: { } since } carry) continue;
            if (known.Waited(since) > PeerDealings.LongestHold) known = known.With(DealingReason.LockHeld, at, (ulong)number);
            else if (update is ChannelUpdate.Fulfil && at - since <= PeerDealings.LongestHold && before.Second <= carry.Lock.Expiry) known = known.With(DealingReason.ForwardFulfilled, at, (ulong)number);
            else if (update is ChannelUpdate.Fail fail && IsUnsaid(before, carry, fail)) known = known.With(DealingReason.ForwardFailed, at, (ulong)number);
        }

        return known;
    }

    /// <summary>
    /// A part of a payment that came back with no reason. Its onion was made here, for the peer itself: it can be read. A failure further along is told with a reason, wrapped by each hop; what is
    /// carried for others may be an onion that nobody can read; and past its expiry, by either's clock, a lock goes back without one.
    /// </summary>
    private static bool IsUnsaid(ChannelState before, LockCarry carry, ChannelUpdate.Fail fail) =>
        fail.Reason is null && carry.Payer is not null && before.Second + before.Terms!.ShortestLock < carry.Lock.Expiry;

    /// <summary>Locks of ours that the peer has had for too long, and answered with nothing.</summary>
    private static PeerDealings Kept(PeerDealings known, ChannelState after, Instant at) =>
        KeptTooLong(known, after).Aggregate(known, (known, number) => known.With(DealingReason.LockHeld, at, (ulong)number));

    private static IEnumerable<long> KeptTooLong(PeerDealings known, ChannelState state) => state.Phase == ChannelPhase.Open
        ? (state.Carries ?? _noCarries).Values.Where(carry => carry.Since is { } since && known.Waited(since) > PeerDealings.LongestHold).Select(static carry => carry.Lock.Number)
        : [];

    private static PeerDealings Silent(PeerDealings known, ChannelState after, Instant at) =>
        after.Phase == ChannelPhase.Open && known.WaitsSince is { } since && known.Waited(since) > PeerDealings.LongestSilence && (known.SilentAt is not { } noted || at - noted >= PeerDealings.SilentAgain)
            ? known.With(DealingReason.Silent, at, after.Ours[0].Nonce) with { SilentAt = at }
            : known;

    /// <summary>
    /// What a final block shows of a close that this side did not begin. It is stale only where the peer certainly had a newer state: all that this side signed was heard. It was without need
    /// where nothing stood between both.
    /// </summary>
    private static PeerDealings Closed(PeerDealings known, ChannelState before, ChannelState after, Instant at)
    {
        if (before.Stage != ChannelStage.Open || after.Stage == ChannelStage.Open || after.WantsClose || before.Phase is not (ChannelPhase.Open or ChannelPhase.PeerLost)) return known;
        var isHeard = !after.Outbox.Values.Any(static said => said is ChannelMessage.Acknowledge);
        if (after.ClosingNonce < after.Book.Nonce) return isHeard ? Stale(known, at, after.ClosingNonce) : known;
        return after.Book.Locks.IsEmpty && after.Ours.IsEmpty && after.Theirs.IsEmpty && !after.Frozen && after.Stage == ChannelStage.Closing
            ? known.With(DealingReason.ClosedAlone, at, after.ClosingNonce)
            : known;
    }

    private static PeerDealings Stale(PeerDealings known, Instant at, ulong nonce) => known.IsStale ? known : known.With(DealingReason.StaleClose, at, nonce) with { IsStale = true };

    private static void OweDealings(ChannelState state, ImmutableSortedDictionary<string, Effect>.Builder owed)
    {
        if (state is not { Opening.Peer: { } peer, Dealings: { Batch: { } batch } dealings }) return;
        var name = NameOf(DealingsName, dealings.Told + 1);
        owed.Add(name, new Effect.ReportDealings(EffectId.Of(Kind, state.Ref.ToString(), name), peer, state.Ref, batch.IsOpen, batch.Dealings));
    }

    /// <summary>Another batch under its number was heard: the journal was put back since, and what is counted stays so.</summary>
    private static ChannelCommand.RecordDealingsTold? DealingsHeard(ChannelState state, string intent, EffectResult result) => result switch
    {
        EffectResult.Replied { Reply: CommandReply.Accepted or CommandReply.Refused { Rejection.Code: RejectionCode.IdempotencyMismatch } } =>
            new(EffectId.ResultOf(Kind, state.Ref.ToString(), intent), long.Parse(intent.AsSpan(DealingsName.Length + 1), CultureInfo.InvariantCulture)),
        _ => null,
    };

    private static Rejection? RecordDealingsTold(ChannelDraft draft, long number)
    {
        if (draft.State.Dealings is { Batch: not null } dealings && dealings.Told + 1 == number) draft.Add(new ChannelEvent.DealingsTold(number));
        return null;
    }
}
