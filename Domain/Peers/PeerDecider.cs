using System.Globalization;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Peers;

/// <summary>
/// How an operator at the other side of channels stands: what it did, by reasons of a closed list, of which half is forgotten after each half-life.
/// <code>
///   a side's Report ─▶ DealingsNoted ─▶ LevelChanged ······▶ each open side is told what it may hold ─▶ SideAllowed
///                      (time) ─────────▶ LevelChanged           (Full, Watched, Halved, Barred)
///   Forgive ─▶ BadForgiven ────────────▶ LevelChanged
/// </code>
/// A side tells each dealing once, by numbered reports; a channel never waits for this machine.
/// </summary>
public sealed class PeerDecider : IMachine<PeerState, PeerCommand, PeerEvent>
{
    private const string Allow = "allow";

    private PeerDecider()
    {
    }

    public static string Kind => "peer";

    public static int CodeVersion => 1;

    public static int GenerationOf(PeerEvent @event) =>
        @event is PeerEvent.DealingsNoted noted && noted.Dealings.Any(static dealing => dealing.Reason == DealingReason.ForwardFailed) ? EventGenerations.UnsaidFailures : EventGenerations.First;

    public static PeerState Empty(string key) => new(
        key, PeerPolicy.Default, 0, 0, default, PeerLevel.Full, ImmutableSortedDictionary<DealingReason, long>.Empty, [],
        ImmutableSortedDictionary<Bytes32, PeerSide>.Empty, 0, null);

    public static PeerCommand Tick(Guid commandId) => new PeerCommand.Tick(commandId);

    public static Decision<PeerEvent> Decide(PeerState state, PeerCommand command, Stamp stamp)
    {
        var (@event, refusal) = command switch
        {
            PeerCommand.SetPolicy set => SetPolicy(state, set.Policy),
            PeerCommand.Report report => Report(state, report),
            PeerCommand.RecordAllowed allowed => (Allowed(state, allowed), null),
            PeerCommand.Forgive forgive => Forgive(state, forgive),
            PeerCommand.Tick => (null, null),
            _ => (null, new(RejectionCode.UnsupportedKind, "a command of a peer's standing", command.GetType().Name)),
        };
        if (refusal is not null) return refusal;
        var next = @event is null ? state : Evolve(state, @event, stamp.Latest);
        ImmutableArray<PeerEvent> events = @event is null ? [] : [@event];
        var score = next.Faded(stamp.Latest).Score;
        var level = PeerRules.LevelOf(next.Policy, score);
        return level == next.Level ? events : events.Add(new PeerEvent.LevelChanged(level, score));
    }

    public static PeerState Evolve(PeerState state, PeerEvent @event, Instant at) => @event switch
    {
        PeerEvent.PolicySet e => state.Faded(at) with { Policy = e.Policy, Turns = state.Turns + 1 },
        PeerEvent.DealingsNoted e => Noted(state.Faded(at), e),
        PeerEvent.LevelChanged e => state with { Level = e.Level, Turns = state.Turns + 1 },
        PeerEvent.SideAllowed e => state.Sides.TryGetValue(e.Side.Channel, out var side) ? state with { Sides = state.Sides.SetItem(e.Side.Channel, side with { Told = e.Allowance }) } : state,
        PeerEvent.BadForgiven e => state.Faded(at) is var now ? now with { Bad = 0, Forgiven = new(at, e.Operator, e.Because, now.Bad) } : state,
        _ => throw new UnreachableException($"No event of a peer's standing: {@event.GetType().Name}."),
    };

    public static ImmutableSortedDictionary<string, Effect> Owed(PeerState state)
    {
        var owed = ImmutableSortedDictionary.CreateBuilder<string, Effect>(StringComparer.Ordinal);
        var allowance = AllowanceOf(state);
        foreach (var (channel, side) in state.Sides)
        {
            if (side.Told == allowance) continue;
            var name = $"{Allow}|{new ChannelRef(channel, side.Us)}";
            // What was said before may have been heard, and the same may have been said before that.
            owed.Add(name, new Effect.AllowForPeer(EffectId.Of(Kind, state.Name.Value, string.Create(CultureInfo.InvariantCulture, $"{name}|{state.Turns}")), new(channel, side.Us), allowance));
        }

        return owed.ToImmutable();
    }

    public static PeerCommand? Resume(PeerState state, string intent, EffectResult result) => result is EffectResult.PeerAllowed allowed
        ? new PeerCommand.RecordAllowed(
            EffectId.ResultOf(Kind, state.Name.Value, string.Create(CultureInfo.InvariantCulture, $"{intent}#{state.Turns}|{allowed.Allowance}")), ChannelRef.Parse(intent[(Allow.Length + 1)..]), allowed.Allowance)
        : null;

    /// <summary>What is bad fades, and with it what follows: the first step at which less does.</summary>
    public static Instant? NextWake(PeerState state)
    {
        if (state.Level == PeerLevel.Full) return null;
        // It is found by halves: what is left never grows less good.
        var (before, after) = (0L, 128L * PeerState.Steps);
        while (after - before > 1)
        {
            var middle = before + ((after - before) / 2);
            if (PeerRules.LevelOf(state.Policy, state.Faded(state.After(middle)).Score) < state.Level) after = middle;
            else before = middle;
        }

        return state.After(after);
    }

    /// <summary>Whether a channel with it has ever told of it.</summary>
    public static bool IsKnown(PeerState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return !state.Sides.IsEmpty || !state.Counts.IsEmpty;
    }

    /// <summary>How it stands now; null: nothing is known of it.</summary>
    /// <param name="policy">What this silo was started with: it may not have been said here yet.</param>
    public static PeerView? View(PeerState state, PeerPolicy policy, Instant now)
    {
        if (!IsKnown(state)) return null;
        var faded = state.Faded(now);
        return new(
            state.Name, PeerRules.LevelOf(policy, faded.Score), faded.Score, faded.Good, faded.Bad, policy, state.Sides.Count, [.. state.Counts.Select(static count => new DealingCount(count.Key, count.Value))],
            [.. state.Latest.Reverse()], state.Forgiven, AllowanceOf(state));
    }

    private static PeerAllowance? AllowanceOf(PeerState state) => PeerRules.AllowanceOf(state.Policy, state.Level, state.Sides.Count);

    private static (PeerEvent? Event, Rejection? Refusal) SetPolicy(PeerState state, PeerPolicy policy) =>
        PeerRules.Judge(policy) is { } wrong ? (null, wrong) : (state.Policy == policy ? null : new PeerEvent.PolicySet(policy), null);

    private static (PeerEvent? Event, Rejection? Refusal) Report(PeerState state, PeerCommand.Report report)
    {
        if (report.Dealings.IsDefault || report.Dealings.Length > PeerRules.MostDealings || report.Dealings.Any(static dealing => dealing.Count < 1 || !PeerRules.IsKnown(dealing.Reason)))
            return (null, new(RejectionCode.Malformed, $"at most {PeerRules.MostDealings} dealings of known kinds", "others"));
        return (report.Dealings.IsEmpty && report.IsOpen == state.Sides.ContainsKey(report.Side.Channel) ? null : new PeerEvent.DealingsNoted(report.Side, report.IsOpen, report.Dealings), null);
    }

    /// <summary>A side that has closed meanwhile is told nothing any more.</summary>
    private static PeerEvent.SideAllowed? Allowed(PeerState state, PeerCommand.RecordAllowed allowed) =>
        state.Sides.TryGetValue(allowed.Side.Channel, out var side) && side.Told != allowed.Allowance ? new(allowed.Side, allowed.Allowance) : null;

    private static (PeerEvent? Event, Rejection? Refusal) Forgive(PeerState state, PeerCommand.Forgive forgive)
    {
        if (!IsKnown(state)) return (null, new(RejectionCode.NotFound, "a peer that channels here have told of", state.Name.Value));
        return OperatorStop.CheckReason(forgive.Because) is { } wrong ? (null, wrong) : (new PeerEvent.BadForgiven(forgive.Operator, forgive.Because), null);
    }

    private static PeerState Noted(PeerState state, PeerEvent.DealingsNoted e)
    {
        var (good, bad, counts, silentAt) = (state.Good, state.Bad, state.Counts, state.SilentAt);
        foreach (var dealing in e.Dealings)
        {
            counts = counts.SetItem(dealing.Reason, counts.GetValueOrDefault(dealing.Reason) + dealing.Count);
            // One outage silences all of its channels: it counts once in a time, however many say so.
            var isSilence = dealing.Reason == DealingReason.Silent;
            if (isSilence && dealing.At - silentAt < PeerDealings.SilentAgain) continue;
            if (isSilence) silentAt = dealing.At;
            // What was told late has faded since.
            var weight = state.LeftOf(PeerRules.Weigh(isSilence ? dealing with { Count = 1 } : dealing), dealing.At);
            if (PeerRules.IsBad(dealing.Reason)) bad = Math.Min(bad + weight, PeerRules.MostBad);
            else good = Math.Min(good + weight, PeerRules.MostGood);
        }

        return WithSide(state, e) with
        {
            Good = good,
            Bad = bad,
            SilentAt = silentAt,
            Counts = counts,
            Latest = Newest(state.Latest.AddRange(e.Dealings.Select(dealing => new PeerNote(e.Side, dealing)))),
        };
    }

    /// <summary>What is good comes all the time, and gives way first.</summary>
    private static ImmutableArray<PeerNote> Newest(ImmutableArray<PeerNote> notes)
    {
        while (notes.Length > PeerState.MostLatest)
            notes = notes.RemoveAt(Math.Max(notes.IndexOf(notes.FirstOrDefault(static note => !PeerRules.IsBad(note.Dealing.Reason))!), 0));
        return notes;
    }

    private static PeerState WithSide(PeerState state, PeerEvent.DealingsNoted e)
    {
        var channel = e.Side.Channel;
        if (e.IsOpen == state.Sides.ContainsKey(channel) || (e.IsOpen && state.Sides.Count >= PeerState.MostSides)) return state;
        return state with { Sides = e.IsOpen ? state.Sides.Add(channel, new(e.Side.Us, null)) : state.Sides.Remove(channel), Turns = state.Turns + 1 };
    }
}
