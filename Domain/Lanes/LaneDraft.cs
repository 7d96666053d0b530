using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Lanes;

/// <summary>A decision in the making: the events so far and the state that they lead to, so that what follows is decided in the same step.</summary>
internal sealed class LaneDraft(LaneState state, Instant now)
{
    private readonly ImmutableArray<LaneEvent>.Builder _events = ImmutableArray.CreateBuilder<LaneEvent>();
    private long _counter = state.Counter;

    internal LaneState State { get; private set; } = state;

    internal Instant Now { get; } = now;

    internal ImmutableArray<LaneEvent> Events => _events.ToImmutable();

    /// <summary>The next number that was never used in this lane.</summary>
    internal long Next() => ++_counter;

    internal void Add(LaneEvent @event)
    {
        _events.Add(@event);
        State = LaneDecider.Evolve(State, @event, Now);
        _counter = Math.Max(_counter, State.Counter);
    }
}
