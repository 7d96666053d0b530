using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Towers;

/// <summary>What a tower owes.</summary>
public abstract record TowerEffect
{
    private TowerEffect()
    {
    }

    /// <summary>Looks at the channel on chain.</summary>
    /// <param name="Packet">Of the newest act, whose standing is read with it; null: there is none.</param>
    /// <param name="WasSeen">The chain has shown the channel before: if nothing is there now, it is gone.</param>
    public sealed record Look(Name? Packet, bool WasSeen) : TowerEffect;

    /// <summary>Proposes the packet of an act, from the account that this deployment serves as a tower with.</summary>
    public sealed record Challenge(ChannelAct Act, SignedState State) : TowerEffect;
}
