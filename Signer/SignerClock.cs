using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Signer;

/// <summary>When a call is decided.</summary>
/// <param name="Stamp">The true time lies in it if one of this machine's clock and the caller's is right: expiry is judged by its end, time locks and windows by its start.</param>
/// <param name="Doubt">Set where the two are too far apart: then nothing new is signed and no time lock begins.</param>
internal readonly record struct SignerTime(Stamp Stamp, Rejection? Doubt)
{
    /// <summary>
    /// What a fact that is kept now is dated with. Windows count and time locks run from then on, so not too early; in doubt neither begins, and a clock that is far
    /// ahead is not believed.
    /// </summary>
    public Instant At => Doubt is null ? Stamp.Latest : Stamp.Earliest;
}

/// <summary>
/// The signer's time. The wall clock may be wrong from the start, step, or stand still; so it is held against what it was earlier, carried forward by the monotonic
/// clock, and against the journal's time that came with the call. A caller that lies about it makes this signer stricter, never laxer.
/// </summary>
internal sealed class SignerClock(TimeProvider time)
{
    /// <summary>How far a clock may be off before nothing is decided by it, as at the silos (engine-notes.md, Time).</summary>
    public static Span Doubt { get; } = Span.Seconds(30);

    /// <summary>The longest that a call may be under way: a caller gives up before (ShellLimits.EffectDeadline).</summary>
    public static Span LongestCall { get; } = Span.Seconds(30);

    private readonly Lock _gate = new();
    private Instant? _anchor;
    private long _anchoredAt;

    /// <param name="asked">The journal's time when the call was sent; null where the caller has no clock, and this machine's own has to do.</param>
    public SignerTime Read(Instant? asked)
    {
        lock (_gate)
        {
            var wall = new Instant(time.GetUtcNow().ToUnixTimeMilliseconds());
            var carried = Carried(wall);
            if (asked is not { } sent) return new(new(Earlier(wall, carried), Later(wall, carried)), null);
            var agree = wall + Doubt >= sent && wall <= sent + Doubt + LongestCall;
            // Two of three agree, and not because the wall clock has stood still since the call was sent: the machine slept, or was set right.
            if (agree && (wall > carried + Doubt || wall + Doubt + Doubt + LongestCall + LongestCall < carried)) carried = Anchor(wall);
            var stamp = new Stamp(Earlier(Earlier(wall, carried), sent) - Doubt, Later(Later(wall, carried), sent) + Doubt);
            return new(stamp, agree ? null : new(RejectionCode.ClockDoubtful, $"the signer's clock within {Doubt.Ms} ms of the journal's {sent}", $"{wall}"));
        }
    }

    private Instant Carried(Instant wall) => _anchor is { } anchor
        ? anchor + new Span((long)time.GetElapsedTime(_anchoredAt).TotalMilliseconds)
        : Anchor(wall);

    private Instant Anchor(Instant wall)
    {
        (_anchor, _anchoredAt) = (wall, time.GetTimestamp());
        return wall;
    }

    private static Instant Earlier(Instant one, Instant other) => one < other ? one : other;

    private static Instant Later(Instant one, Instant other) => one > other ? one : other;
}
