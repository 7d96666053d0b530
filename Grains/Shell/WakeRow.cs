using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;

namespace TPWallet.Grains.Shell;

/// <summary>
/// What one activation knows of its stream's wake row, and when the row shall be due. The row is written with an append, lazily: one that is early
/// enough is left. What a sweeper does to the row makes this knowledge void, and the next append writes it anew; since an append's wake takes the
/// place of any other, no order of append, clearing and postponing leaves a stream that owes without a row.
/// </summary>
internal sealed class WakeRow(ShellServices services, StreamId stream)
{
    /// <summary>Longest pause between two calls of a stream that is awake and still owes.</summary>
    private const long LongestPauseMs = 600_000;

    /// <summary>Doublings of the pause.</summary>
    private const int MostDoublings = 5;

    private Instant? _set;

    /// <summary>The due time to write with an append that leads to this deadline and debt; null when the row is left as it is.</summary>
    public Instant? ToWrite(Instant? deadline, bool owes)
    {
        var now = services.Clock.Now;
        // A row whose instant has passed may have been postponed or given up by a sweeper since: it counts as unknown.
        return Due(deadline, owes, now + services.Times.WakeAfter) is { } due && (_set is not { } set || due < set || set <= now) ? due : null;
    }

    /// <summary>An append wrote it.</summary>
    public void Written(Instant due) => _set = due;

    /// <summary>A sweeper called: what it does to the row now is not known here.</summary>
    public void Forget() => _set = null;

    /// <summary>When a sweeper shall call again: at the deadline, and while something is owed ever more rarely.</summary>
    /// <param name="deadline">The machine's next deadline.</param>
    /// <param name="owes">Whether an effect is owed.</param>
    /// <param name="attempts">How often the row was postponed already.</param>
    public Instant? Again(Instant? deadline, bool owes, int attempts)
    {
        var pause = new Span(Math.Min(LongestPauseMs, services.Times.WakeAfter.Ms << Math.Min(attempts, MostDoublings)));
        return Due(deadline, owes, services.Clock.Now + Jittered(pause, stream));
    }

    /// <summary>A pause and up to half of it more, always the same for one stream: streams that fell due together come apart.</summary>
    public static Span Jittered(Span pause, StreamId stream) => new(pause.Ms + (pause.Ms * stream.ToBytes()[0] / 512));

    public static Instant Latest(Instant one, Instant other) => one >= other ? one : other;

    public static Instant? Earliest(Instant? one, Instant? other) => one is { } a && other is { } b ? (a <= b ? a : b) : one ?? other;

    private static Instant? Due(Instant? deadline, bool owes, Instant soon) => owes && (deadline is null || deadline > soon) ? soon : deadline;
}
