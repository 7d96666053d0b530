using System.Text.Json.Serialization;
using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Peers;

/// <summary>A side of an open channel with the peer.</summary>
/// <param name="Told">What it knows that it may hold; null: all that its terms allow.</param>
public sealed record PeerSide(ChannelSide Us, PeerAllowance? Told);

/// <summary>How a peer stands. Good and bad are kept apart, each bounded: so the order of what happens at one time makes no difference.</summary>
/// <param name="Good">Thousandths of a point, at <paramref name="At"/>.</param>
/// <param name="Bad">The same.</param>
/// <param name="At">From here on both fade.</param>
/// <param name="Level">What holds.</param>
/// <param name="Counts">Ever, by the reason.</param>
/// <param name="Latest">The oldest first.</param>
/// <param name="Sides">Of open channels, by their channel.</param>
/// <param name="Turns">How often what sides may hold may have changed.</param>
/// <param name="Forgiven">The newest; null: it never was.</param>
public sealed record PeerState(
    Name Name, PeerPolicy Policy, long Good, long Bad, Instant At, PeerLevel Level, ImmutableSortedDictionary<DealingReason, long> Counts, ImmutableArray<PeerNote> Latest,
    ImmutableSortedDictionary<Bytes32, PeerSide> Sides, long Turns, Forgiveness? Forgiven)
{
    /// <summary>Steps of a half-life.</summary>
    public const int Steps = 1_024;

    /// <summary>Notes that are kept.</summary>
    public const int MostLatest = 32;

    /// <summary>Sides that are told what they may hold; those beyond hold what their terms allow.</summary>
    public const int MostSides = 16_384;

    /// <summary>When silence counted last.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Instant SilentAt { get; init; }

    /// <summary>What a peer is worth to others, in thousandths of a point.</summary>
    [JsonIgnore]
    public long Score => Good - Bad;

    /// <summary>
    /// What is left of it at a time, in steps of a 1024th of the half-life. A half-life halves both parts alike, so what is below zero stays there and comes nearer to it.
    /// </summary>
    public PeerState Faded(Instant now) => StepsTo(now) is var steps and > 0
        ? this with { Good = Left(Good, steps), Bad = Left(Bad, steps), At = After(steps) }
        : this;

    /// <summary>What of something that happened at a time is left at <see cref="At"/>.</summary>
    public long LeftOf(long amount, Instant happened) => happened < At ? Left(amount, (At - happened).Ms / Step) : amount;

    /// <summary>The time at which so many steps are over.</summary>
    public Instant After(long steps) => At + new Span(steps * Step);

    private long Step => Policy.HalfLife.Ms / Steps;

    private long StepsTo(Instant now) => now <= At ? 0 : (now - At).Ms / Step;

    private static long Left(long amount, long steps) => (long)FixedPoint.Decay((UInt128)amount, (ulong)steps, Steps);
}
