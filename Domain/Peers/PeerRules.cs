using System.Collections.Frozen;
using System.Globalization;
using System.Numerics;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Peers;

/// <summary>What dealings weigh, and what follows from a score.</summary>
public static class PeerRules
{
    /// <summary>Thousandths in a point.</summary>
    public const long Point = 1_000;

    /// <summary>Most that is good: what was long done well outweighs no stale close.</summary>
    public const long MostGood = 100 * Point;

    /// <summary>Most that is bad.</summary>
    public const long MostBad = 2_000 * Point;

    /// <summary>Most kinds of dealings in one report.</summary>
    public const int MostDealings = 32;

    private static readonly FrozenDictionary<DealingReason, long> _weights = new Dictionary<DealingReason, long>
    {
        [DealingReason.ForwardFulfilled] = Point,
        [DealingReason.UpdateSigned] = Point / 100,
        [DealingReason.ClosedTogether] = 20 * Point,
        [DealingReason.LockHeld] = -20 * Point,
        [DealingReason.BadSignature] = -100 * Point,
        [DealingReason.MessageRefused] = -25 * Point,
        [DealingReason.Silent] = -10 * Point,
        [DealingReason.StateLost] = -50 * Point,
        [DealingReason.ClosedAlone] = -50 * Point,
        [DealingReason.StaleClose] = -1_000 * Point,
        [DealingReason.ForwardFailed] = -Point,
    }.ToFrozenDictionary();

    /// <summary>What one of them weighs, in thousandths of a point; below zero: it is bad.</summary>
    public static long WeightOf(DealingReason reason) => _weights[reason];

    /// <summary>Whether it is a reason at all.</summary>
    public static bool IsKnown(DealingReason reason) => _weights.ContainsKey(reason);

    /// <summary>Whether it is told at once.</summary>
    public static bool IsBad(DealingReason reason) => WeightOf(reason) < 0;

    /// <summary>What so many of one kind weigh, without a sign and bounded.</summary>
    public static long Weigh(Dealing dealing)
    {
        ArgumentNullException.ThrowIfNull(dealing);
        var each = Math.Abs(WeightOf(dealing.Reason));
        return dealing.Count >= MostBad / each ? MostBad : dealing.Count * each;
    }

    /// <summary>What a score comes to.</summary>
    /// <param name="score">Thousandths of a point.</param>
    public static PeerLevel LevelOf(PeerPolicy policy, long score)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (score < policy.BarBelow * Point) return PeerLevel.Barred;
        if (score < policy.HalveBelow * Point) return PeerLevel.Halved;
        return score < policy.WatchBelow * Point ? PeerLevel.Watched : PeerLevel.Full;
    }

    /// <summary>
    /// What each of so many sides may hold; null: all that its terms allow. Shares change when the number of sides passes a power of two: not every side is told whenever one opens.
    /// Together they never have more slots than the peer, but for one each.
    /// </summary>
    public static PeerAllowance? AllowanceOf(PeerPolicy policy, PeerLevel level, int sides)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var ppm = level switch { PeerLevel.Barred => policy.BarredPpm, PeerLevel.Halved => policy.HalvedPpm, _ => PeerPolicy.Whole };
        var each = policy.Slots * (long)ppm / PeerPolicy.Whole / BitOperations.RoundUpToPowerOf2((uint)Math.Max(sides, 1));
        // Of what one channel has anyway a peer without all of its share has less, too.
        var slots = (int)Math.Max(Math.Min(each, LockLeaf.Most * (long)ppm / PeerPolicy.Whole), 1);
        return slots >= LockLeaf.Most && ppm == PeerPolicy.Whole ? null : new(slots, ppm);
    }

    /// <summary>Why no channel is opened with it; null: one is.</summary>
    /// <param name="peer">Null: nothing is known of it.</param>
    public static Rejection? JudgeOpening(PeerView? peer) => peer is not null && LevelOf(peer.Policy, peer.Score) == PeerLevel.Barred
        ? new(RejectionCode.PoorStanding, $"a standing of {peer.Name} of at least {Told(peer.Policy.BarBelow * Point)}", Told(peer.Score))
        : null;

    /// <summary>Points, for people.</summary>
    public static string Told(long score) =>
        string.Create(CultureInfo.InvariantCulture, $"{(score < 0 ? "-" : "")}{Math.Abs(score) / Point}.{Math.Abs(score) % Point:D3}");

    /// <summary>What a policy must hold to; null: it does.</summary>
    public static Rejection? Judge(PeerPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (policy.HalfLife < Span.Hours(1) || policy.HalfLife > Span.Hours(MostHalfLife)) return Wrong($"a half-life of 1 to {MostHalfLife} hours", $"{policy.HalfLife.Ms} ms");
        if (policy.BarBelow > policy.HalveBelow || policy.HalveBelow > policy.WatchBelow || policy.WatchBelow > 0 || policy.BarBelow < -MostBad / Point)
            return Wrong($"points from {-MostBad / Point} to 0, of which to bar are no more than to halve, and these no more than to watch", $"{policy.BarBelow}, {policy.HalveBelow}, {policy.WatchBelow}");
        if (policy.Slots is < 1 or > MostSlots) return Wrong($"1 to {MostSlots} slots", $"{policy.Slots}");
        return policy.HalvedPpm > PeerPolicy.Whole || policy.BarredPpm > policy.HalvedPpm
            ? Wrong($"millionths to {PeerPolicy.Whole}, and no more for who is barred than for who is halved", $"{policy.HalvedPpm}, {policy.BarredPpm}")
            : null;
    }

    private const int MostHalfLife = 8_760;
    private const int MostSlots = 65_536;

    private static Rejection Wrong(string expected, string actual) => new(RejectionCode.Malformed, expected, actual);
}
