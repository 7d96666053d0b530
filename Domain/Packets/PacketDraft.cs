using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Packets;

/// <summary>A decision in the making: the events so far and the state that they lead to, so that what follows is decided in the same step.</summary>
internal sealed class PacketDraft(PacketState state, Stamp stamp)
{
    private readonly ImmutableArray<PacketEvent>.Builder _events = ImmutableArray.CreateBuilder<PacketEvent>();

    internal PacketState State { get; private set; } = state;

    internal Stamp Stamp { get; } = stamp;

    internal ImmutableArray<PacketEvent> Events => _events.ToImmutable();

    internal void Add(PacketEvent @event)
    {
        _events.Add(@event);
        State = PacketDecider.Evolve(State, @event, Stamp.Latest);
    }
}
