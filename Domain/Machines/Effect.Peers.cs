using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Machines;

public abstract partial record Effect
{
    // Of peers' standing.

    /// <summary>Tells whoever keeps a peer's standing what a side saw of it: <see cref="EffectResult.Replied"/>.</summary>
    public sealed record ReportDealings(Guid Id, Name Peer, ChannelRef Side, bool IsOpen, ImmutableArray<Dealing> Dealings) : Effect;

    /// <summary>Tells a side what it may hold for its peer: <see cref="EffectResult.PeerAllowed"/>.</summary>
    /// <param name="Allowance">Null: what its terms allow.</param>
    public sealed record AllowForPeer(Guid Id, ChannelRef Side, PeerAllowance? Allowance) : Effect;
}
