using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Nodes;

/// <summary>How a node has been doing: a score from 0 to 100 and a breaker that stops asking it for a while after failures in a row.</summary>
public sealed class NodeHealth(TimeProvider time)
{
    public const int MaxScore = 100;

    /// <summary>Failures in a row that open the breaker.</summary>
    public const int FailuresToOpen = 3;

    private const int Gain = 5;
    private const int Loss = 25;
    private const int LongestDoubling = 6;
    private const int UsualTimes = 4;
    private const int Memory = 8;

    /// <summary>Bounds of <see cref="Patience"/>.</summary>
    public static readonly TimeSpan LeastPatience = TimeSpan.FromMilliseconds(100);

    /// <summary>Also that with a node that has not answered yet.</summary>
    public static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(2);

    /// <summary>How long the breaker stays open the first time; it doubles with each opening in a row, at most 64 times.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly ServiceTally _tally = new(new Instant(time.GetUtcNow().ToUnixTimeMilliseconds()));
    private int _failures;
    private int _openings;
    private long _openedAt;
    private bool _open;
    private TimeSpan? _usual;

    public int Score { get; private set; } = MaxScore;

    public NodeError? LastError { get; private set; }

    /// <summary>Why the node is not used at all, for good: another chain's id, or a contradiction of a proven fact.</summary>
    public NodeError? Quarantined { get; private set; }

    /// <summary>Why the node is not used until it is put back: it stood still.</summary>
    public NodeError? Suspended { get; private set; }

    /// <summary>Whether an operator took it out of use; it is asked nothing until he puts it back.</summary>
    public bool Cordoned { get; set; }

    /// <summary>How it served this process so far.</summary>
    public NodeService Service
    {
        get
        {
            lock (_lock) return _tally.Counts;
        }
    }

    /// <summary>How long it is waited for before another node is asked beside it: four times what its answers take of late.</summary>
    public TimeSpan Patience
    {
        get
        {
            lock (_lock)
                return _usual is { } usual ? TimeSpan.FromTicks(Math.Clamp(usual.Ticks * UsualTimes, LeastPatience.Ticks, MostPatience.Ticks)) : MostPatience;
        }
    }

    /// <summary>Whether it may be asked now. After the pause one caller at a time probes it.</summary>
    public bool MayAsk() => Suspended is null && MayProbe();

    /// <summary>As <see cref="MayAsk"/>, of a suspended node as well: whether it may be asked how it stands.</summary>
    public bool MayProbe()
    {
        lock (_lock)
        {
            if (Quarantined is not null || Cordoned) return false;
            if (!_open) return true;
            if (time.GetElapsedTime(_openedAt) < FirstPause * (1 << Math.Min(_openings - 1, LongestDoubling))) return false;
            _openedAt = time.GetTimestamp();
            return true;
        }
    }

    /// <summary>Counts whether the node is in use now; to be called at even intervals. What an operator took out of use is no fault of the node.</summary>
    public void Look()
    {
        lock (_lock)
            if (!Cordoned) _tally.Look(Quarantined is null && Suspended is null && !_open);
    }

    /// <summary>
    /// Takes an outcome in. A refusal that concerns the question (reverted, nonce, fee …) is an answer and counts as a success: only
    /// silence, garbage and rate limits speak against the node.
    /// </summary>
    /// <param name="error">Null for an answer.</param>
    /// <param name="took">From the question to the outcome.</param>
    public void Record(NodeError? error, TimeSpan took)
    {
        lock (_lock)
        {
            _tally.Ask(!IsFailure(error), took);
            if (!IsFailure(error)) _usual = _usual is { } usual ? usual + (took - usual) / Memory : took;
            Take(error);
        }
    }

    /// <summary>An answer that was taken for one turned out to differ from what others agree on, or prove.</summary>
    public void Contradict(NodeError contradiction)
    {
        lock (_lock)
        {
            _tally.Contradict();
            Take(contradiction);
        }
    }

    /// <returns>False where it was quarantined before.</returns>
    public bool Quarantine(NodeError why)
    {
        lock (_lock)
        {
            if (Quarantined is not null) return false;
            Quarantined = why;
            // What is refused was found out in an earlier life, and counted then.
            if (why is not NodeError.Refused) _tally.Contradict();
            return true;
        }
    }

    /// <returns>False where it was out of use before.</returns>
    public bool Suspend(NodeError why)
    {
        lock (_lock)
        {
            if (Quarantined is not null || Suspended is not null) return false;
            Suspended = why;
            return true;
        }
    }

    /// <summary>Ends <see cref="Suspend"/>.</summary>
    public void Reinstate()
    {
        lock (_lock) Suspended = null;
    }

    private static bool IsFailure(NodeError? error) => error is NodeError.NoAnswer or NodeError.Garbage or NodeError.RateLimited;

    private void Take(NodeError? error)
    {
        if (error is not null) LastError = error;
        if (!IsFailure(error))
        {
            Score = Math.Min(MaxScore, Score + Gain);
            (_failures, _openings, _open) = (0, 0, false);
            return;
        }

        Score = Math.Max(0, Score - Loss);
        if (++_failures < FailuresToOpen) return;
        _open = true;
        _openings++;
        _openedAt = time.GetTimestamp();
    }
}
