using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Peers;

/// <summary>What follows from a peer's standing. The later, the worse.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PeerLevel>))]
public enum PeerLevel
{
    /// <summary>As any peer.</summary>
    Full = 0,

    /// <summary>An operator is told.</summary>
    Watched,

    /// <summary>Less is held for it, too.</summary>
    Halved,

    /// <summary>Little is held for it, and no channel is opened with it.</summary>
    Barred,
}

/// <summary>What a deployment makes of the standing of its peers. The same in every silo of a cluster.</summary>
/// <param name="HalfLife">After it half of what a peer did is forgotten.</param>
/// <param name="WatchBelow">Points; with fewer a peer is <see cref="PeerLevel.Watched"/>.</param>
/// <param name="HalveBelow">Points; with fewer it is <see cref="PeerLevel.Halved"/>.</param>
/// <param name="BarBelow">Points; with fewer it is <see cref="PeerLevel.Barred"/>.</param>
/// <param name="Slots">Locks that are held for one peer in each direction, over all of its channels.</param>
/// <param name="HalvedPpm">The share of slots, value and time that is left at <see cref="PeerLevel.Halved"/>, in millionths.</param>
/// <param name="BarredPpm">And at <see cref="PeerLevel.Barred"/>.</param>
[GenerateSerializer, Immutable, Alias("tpw.peer-policy")]
public sealed record PeerPolicy(Span HalfLife, int WatchBelow, int HalveBelow, int BarBelow, int Slots, uint HalvedPpm, uint BarredPpm)
{
    /// <summary>All of it.</summary>
    public const uint Whole = 1_000_000;

    public static PeerPolicy Default { get; } = new(Span.Hours(168), -100, -200, -400, 480, 500_000, 100_000);
}

/// <summary>What one side of a channel may hold for its peer, in each direction. Null in its place: all that the channel's terms allow.</summary>
/// <param name="Slots">Most locks.</param>
/// <param name="Ppm">Millionths of the terms' most value, and of their longest time.</param>
[GenerateSerializer, Immutable, Alias("tpw.peer-allowance")]
public sealed record PeerAllowance(int Slots, uint Ppm);
