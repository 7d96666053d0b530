using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Routing;

/// <summary>What is known of the channels of one network. Sides that have closed stay in it: who knew them open is told.</summary>
/// <param name="Count">Announcements ever: the number of the newest.</param>
/// <param name="Sides">Each side's newest announcement, by its number.</param>
/// <param name="Numbers">The numbers of each channel's newest announcements.</param>
public sealed record RouterState(RouterRef Ref, long Count, ImmutableSortedDictionary<long, AnnouncedSide> Sides, ImmutableSortedDictionary<Bytes32, SideNumbers> Numbers)
{
    /// <summary>A side's newest announcement, or null.</summary>
    public AnnouncedSide? Find(ChannelRef side) => Sides.GetValueOrDefault(Numbers.GetValueOrDefault(side.Channel).Of(side.Us));
}

/// <summary>The newest announcement of each side of a channel; 0: it has made none.</summary>
public readonly record struct SideNumbers(long A, long B)
{
    /// <summary>A side's.</summary>
    public long Of(ChannelSide side) => side == ChannelSide.A ? A : B;

    /// <summary>The same with another one of one side.</summary>
    public SideNumbers With(ChannelSide side, long number) => side == ChannelSide.A ? this with { A = number } : this with { B = number };
}
