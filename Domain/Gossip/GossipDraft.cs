using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Gossip;

/// <summary>A decision while it is made: the events so far, and the state that they lead to.</summary>
internal sealed class GossipDraft(GossipState state, Instant now)
{
    private readonly ImmutableArray<GossipEvent>.Builder _events = ImmutableArray.CreateBuilder<GossipEvent>();

    public GossipState State { get; private set; } = state;

    /// <summary>Certainly passed.</summary>
    public Instant Now => now;

    public ImmutableArray<GossipEvent> Events => _events.ToImmutable();

    public void Add(GossipEvent @event)
    {
        _events.Add(@event);
        State = GossipDecider.Evolve(State, @event, now);
    }
}
