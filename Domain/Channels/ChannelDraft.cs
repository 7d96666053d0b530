using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>A decision while it is made: the events so far, and the state that they lead to.</summary>
internal sealed class ChannelDraft(ChannelState state, Instant now)
{
    private readonly ImmutableArray<ChannelEvent>.Builder _events = ImmutableArray.CreateBuilder<ChannelEvent>();

    public ChannelState State { get; private set; } = state;

    public ImmutableArray<ChannelEvent> Events => _events.ToImmutable();

    public void Add(ChannelEvent @event)
    {
        _events.Add(@event);
        State = ChannelDecider.Evolve(State, @event, now);
    }
}
