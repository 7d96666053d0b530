using Orleans;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Peers;

/// <summary>How a peer stands, and why.</summary>
/// <param name="Score">Thousandths of a point, now; below zero where more was bad than good.</param>
/// <param name="Good">The part of it that is good.</param>
/// <param name="Bad">The part that is bad, without a sign.</param>
/// <param name="Channels">Open ones, with a side of this deployment.</param>
/// <param name="Counts">Ever, by the reason.</param>
/// <param name="Latest">The newest first.</param>
/// <param name="Forgiven">The newest; null: it never was.</param>
/// <param name="Allowance">What each open channel's side may hold for it; null: all that its terms allow.</param>
[GenerateSerializer, Immutable, Alias("tpw.peer-view")]
public sealed record PeerView(
    Name Name, PeerLevel Level, long Score, long Good, long Bad, PeerPolicy Policy, int Channels, ImmutableArray<DealingCount> Counts, ImmutableArray<PeerNote> Latest, Forgiveness? Forgiven,
    PeerAllowance? Allowance);

/// <summary>How often a peer did something.</summary>
[GenerateSerializer, Immutable, Alias("tpw.peer-count")]
public sealed record DealingCount(DealingReason Reason, long Count);

/// <summary>What a peer did, and where.</summary>
[GenerateSerializer, Immutable, Alias("tpw.peer-note")]
public sealed record PeerNote(ChannelRef Side, Dealing Dealing);

/// <summary>That an operator has had what was bad count no more.</summary>
/// <param name="Was">What was bad until then, in thousandths of a point.</param>
[GenerateSerializer, Immutable, Alias("tpw.peer-forgiveness")]
public sealed record Forgiveness(Instant At, string Operator, string Because, long Was);
