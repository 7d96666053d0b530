using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.CoinChannels;

/// <summary>A decision while it is made: the events so far, and the state that they lead to.</summary>
internal sealed class CoinDraft(CoinState state, Instant now)
{
    private readonly ImmutableArray<CoinEvent>.Builder _events = ImmutableArray.CreateBuilder<CoinEvent>();

    public CoinState State { get; private set; } = state;

    public ImmutableArray<CoinEvent> Events => _events.ToImmutable();

    public void Add(CoinEvent @event)
    {
        _events.Add(@event);
        State = CoinChannelDecider.Evolve(State, @event, now);
    }
}
