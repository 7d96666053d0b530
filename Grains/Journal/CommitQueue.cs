namespace TPWallet.Grains.Journal;

/// <summary>
/// Appends that wait for the committers. A committer takes what is there, up to the size of a commit, with no delay timer: while one commit is on its
/// way the next one fills by itself. A stream is in one commit at a time, once; its next append keeps its place. A further committer joins only when
/// enough waits to be worth a commit of its own: two small commits in a row on one disk take two flushes, one commit takes one. For the same reason an
/// idle committer lets the follow-ups of the last commit come together: who was answered tends to append again at once (a debit's answer brings the
/// credit and the client's next debit), and what comes first must not go alone and make the others wait for a commit. A watchdog answers what is older
/// than the append deadline, so that no caller waits without a bound even when the store hangs.
/// </summary>
public sealed class CommitQueue : IDisposable
{
    private static readonly TimeSpan WatchdogPeriod = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly LinkedList<PendingAppend> _waiting = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _deadline;
    private readonly Action _signal;
    private readonly ITimer _watchdog;
    private readonly TimeSpan _gather;
    private readonly ITimer? _gathered;
    private readonly IReadOnlyList<PendingAppend>[] _inFlight;
    private readonly HashSet<StreamId> _inFlightStreams = [];
    private int _expected;
    private long _idleSince;
    private bool _closed;

    /// <summary>Makes an empty queue.</summary>
    /// <param name="time">Clock that stamps the appends.</param>
    /// <param name="deadline">Age at which an append is answered without the store.</param>
    /// <param name="signal">Called when a committer has something to take or the queue was closed; must not block.</param>
    /// <param name="committers">How many committers take from it.</param>
    /// <param name="gather">
    /// How long after a commit at most as many appends as it held (up to <see cref="JournalLimits.WorthASecondCommit"/>) are awaited. An append that
    /// comes later than this is never held back. Zero: none is.
    /// </param>
    public CommitQueue(TimeProvider time, TimeSpan deadline, Action signal, int committers = 1, TimeSpan gather = default)
    {
        _inFlight = [.. Enumerable.Repeat<IReadOnlyList<PendingAppend>>([], committers)];
        _time = time;
        _deadline = deadline;
        _signal = signal;
        _watchdog = time.CreateTimer(_ => Expire(), null, WatchdogPeriod, WatchdogPeriod);
        _gather = gather;
        if (gather > TimeSpan.Zero) _gathered = time.CreateTimer(_ => EndGathering(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether nothing comes any more and nothing waits.</summary>
    public bool Finished
    {
        get
        {
            lock (_gate) return _closed && _waiting.Count == 0;
        }
    }

    /// <summary>Puts an append at the end. Does not block.</summary>
    public void Enqueue(PendingAppend append)
    {
        string? refusal = null;
        bool wanted;
        lock (_gate)
        {
            if (_closed) refusal = "The journal is closed.";
            else if (_waiting.Count >= JournalLimits.MaxQueuedAppends) refusal = $"More than {JournalLimits.MaxQueuedAppends} appends wait.";
            else _waiting.AddLast(append);
            wanted = IsWorthACommit;
        }

        if (refusal is not null) append.Complete(new AppendOutcome.NotWritten(refusal));
        else if (wanted) _signal();
    }

    /// <summary>Lets no more in; what waits is still taken.</summary>
    public void Close()
    {
        lock (_gate) _closed = true;
        _signal();
    }

    /// <summary>Takes the appends of a committer's next commit: in flight until <see cref="Done"/>. Empty when none, or too little, waits.</summary>
    /// <param name="committer">Which committer takes, from 0.</param>
    public List<PendingAppend> Take(int committer = 0)
    {
        var taken = new List<PendingAppend>();
        var (rows, bytes) = (0, 0);
        lock (_gate)
        {
            if (!IsWorthACommit) return taken;
            var streams = new HashSet<StreamId>(_inFlightStreams);
            // Looks no further than two commits ahead, so that a stream with many waiting appends cannot make each take long.
            var looks = 2 * JournalLimits.MaxRowsPerCommit;
            for (var node = _waiting.First; node is not null && looks > 0 && rows < JournalLimits.MaxRowsPerCommit; looks--)
            {
                var (append, next) = (node.Value, node.Next);
                var fits = taken.Count == 0
                    || (rows + append.Rows.Length <= JournalLimits.MaxRowsPerCommit && bytes + append.Bytes <= JournalLimits.MaxBytesPerCommit);
                // One that stays behind also holds back its stream's later ones: order within a stream is the order of the calls.
                if (streams.Add(append.Stream) && fits)
                {
                    _waiting.Remove(node);
                    taken.Add(append);
                    rows += append.Rows.Length;
                    bytes += append.Bytes;
                }

                node = next;
            }

            _inFlight[committer] = taken.ToArray();
            foreach (var append in taken) _inFlightStreams.Add(append.Stream);
        }

        return taken;
    }

    /// <summary>Says that the appends that a committer took were answered.</summary>
    public void Done(int committer = 0)
    {
        bool last;
        lock (_gate)
        {
            var done = _inFlight[committer];
            foreach (var append in done) _inFlightStreams.Remove(append.Stream);
            _inFlight[committer] = [];
            last = _closed;
            if (_gathered is not null && _inFlightStreams.Count == 0 && done.Count > 1)
            {
                (_expected, _idleSince) = (Math.Min(done.Count, JournalLimits.WorthASecondCommit), _time.GetTimestamp());
                _gathered.Change(_gather, Timeout.InfiniteTimeSpan);
            }
        }

        // Idle committers wait for the end, too.
        if (last) _signal();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watchdog.Dispose();
        _gathered?.Dispose();
    }

    // Old enough, and the committer that is under way is stuck in its recovery: another one takes over.
    private bool IsWorthACommit =>
        _waiting.First is { } oldest
        && ((_inFlightStreams.Count == 0 && IsGathered)
            || _waiting.Count >= JournalLimits.WorthASecondCommit
            || _time.GetElapsedTime(oldest.Value.EnqueuedAt) >= WatchdogPeriod);

    private bool IsGathered => _waiting.Count >= _expected || _closed || _time.GetElapsedTime(_idleSince) >= _gather;

    private void EndGathering()
    {
        bool wanted;
        lock (_gate)
        {
            _expected = 0;
            wanted = IsWorthACommit;
        }

        if (wanted) _signal();
    }

    private void Expire()
    {
        var (late, unknown) = (new List<PendingAppend>(), new List<PendingAppend>());
        bool stuck;
        lock (_gate)
        {
            while (_waiting.First is { } oldest && IsLate(oldest.Value))
            {
                _waiting.RemoveFirst();
                late.Add(oldest.Value);
            }

            stuck = IsWorthACommit;
            unknown.AddRange(_inFlight.SelectMany(appends => appends).Where(IsLate));
        }

        foreach (var append in late) append.Complete(new AppendOutcome.NotWritten("The append deadline passed in the queue."));
        if (stuck) _signal();
        foreach (var append in unknown) append.Complete(new AppendOutcome.Unknown("The append deadline passed in the store."));
    }

    private bool IsLate(PendingAppend append) => _time.GetElapsedTime(append.EnqueuedAt) > _deadline;
}
