using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Lanes.Coins;

/// <summary>A decision in the making: the events so far and the state that they lead to, so that what follows is decided in the same step.</summary>
internal sealed class CoinDraft(CoinLaneState state, Instant now)
{
    private readonly ImmutableArray<CoinLaneEvent>.Builder _events = ImmutableArray.CreateBuilder<CoinLaneEvent>();
    private long _counter = state.Counter;

    internal CoinLaneState State { get; private set; } = state;

    internal Instant Now { get; } = now;

    internal ImmutableArray<CoinLaneEvent> Events => _events.ToImmutable();

    /// <summary>The next number that was never used in this lane.</summary>
    internal long Next() => ++_counter;

    internal void Add(CoinLaneEvent @event)
    {
        _events.Add(@event);
        State = CoinLaneDecider.Evolve(State, @event, Now);
        _counter = Math.Max(_counter, State.Counter);
    }
}
