using Orleans;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Gossip;

/// <summary>What a deployment knows of channels of others, and from whom.</summary>
/// <param name="Own">Own sides that are announced.</param>
/// <param name="Unsigned">Own sides whose newest word is not signed, with the reason; at most <see cref="MostUnsigned"/>.</param>
/// <param name="Tellers">Those who were asked.</param>
[GenerateSerializer, Immutable, Alias("tpw.gossip-view")]
public sealed record GossipView(ImmutableArray<NetworkLine> Networks, int Own, ImmutableArray<UnsignedSide> Unsigned, ImmutableArray<TellerLine> Tellers)
{
    /// <summary>Most that are listed.</summary>
    public const int MostUnsigned = 64;
}

/// <param name="Channels">Of others, both of whose sides are announced.</param>
/// <param name="Sides">Of others that are announced.</param>
/// <param name="Oldest">When the oldest word was said; null: there is none.</param>
/// <param name="Newest">When the newest was.</param>
[GenerateSerializer, Immutable, Alias("tpw.gossip-network")]
public sealed record NetworkLine(RouterRef Network, int Channels, int Sides, Instant? Oldest, Instant? Newest);

/// <summary>A side whose newest word its key did not sign.</summary>
[GenerateSerializer, Immutable, Alias("tpw.gossip-unsigned")]
public sealed record UnsignedSide(ChannelRef Side, Rejection Reason);

/// <summary>An operator that was asked what it knows. Its counts begin anew where the keeper does.</summary>
/// <param name="Sides">Announced sides that are known from it.</param>
/// <param name="Words">Words that it told.</param>
/// <param name="Taken">Those that were new and true.</param>
/// <param name="Refused">The others, by the reason.</param>
/// <param name="Last">Why the newest of them was; null: none was.</param>
/// <param name="AskedAt">Null: it was not.</param>
/// <param name="Trouble">Why it did not answer; null: it did.</param>
/// <param name="PausedUntil">It is not asked before, as too much of what it told was refused.</param>
[GenerateSerializer, Immutable, Alias("tpw.gossip-teller")]
public sealed record TellerLine(
    Name Name, int Sides, long Words, long Taken, ImmutableArray<RefusedCount> Refused, Rejection? Last, Instant? AskedAt, string? Trouble, Instant? PausedUntil);

/// <summary>How many words were refused for one reason.</summary>
[GenerateSerializer, Immutable, Alias("tpw.gossip-refused")]
public sealed record RefusedCount(RejectionCode Code, long Count);
