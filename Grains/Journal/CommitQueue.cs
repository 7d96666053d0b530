namespace TPWallet.Grains.Journal;

/// <summary>
/// Appends that wait for one committer. Takes what is there, up to the size of a commit, with no delay timer: while one commit is on its way the next one
/// fills by itself. One append per stream and commit; a second one keeps its place for the next. A watchdog answers what is older than the append deadline,
/// so that no caller waits without a bound even when the store hangs.
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
    private IReadOnlyList<PendingAppend> _inFlight = [];
    private bool _closed;

    /// <summary>Makes an empty queue.</summary>
    /// <param name="time">Clock that stamps the appends.</param>
    /// <param name="deadline">Age at which an append is answered without the store.</param>
    /// <param name="signal">Called when something came in or the queue was closed; must not block.</param>
    public CommitQueue(TimeProvider time, TimeSpan deadline, Action signal)
    {
        _time = time;
        _deadline = deadline;
        _signal = signal;
        _watchdog = time.CreateTimer(_ => Expire(), null, WatchdogPeriod, WatchdogPeriod);
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
        lock (_gate)
        {
            if (_closed) refusal = "The journal is closed.";
            else if (_waiting.Count >= JournalLimits.MaxQueuedAppends) refusal = $"More than {JournalLimits.MaxQueuedAppends} appends wait.";
            else _waiting.AddLast(append);
        }

        if (refusal is null) _signal();
        else append.Complete(new AppendOutcome.NotWritten(refusal));
    }

    /// <summary>Lets no more in; what waits is still taken.</summary>
    public void Close()
    {
        lock (_gate) _closed = true;
        _signal();
    }

    /// <summary>Takes the appends of the next commit: in flight until <see cref="Done"/>. Empty when none waits.</summary>
    public List<PendingAppend> Take()
    {
        var taken = new List<PendingAppend>();
        var streams = new HashSet<StreamId>();
        var (rows, bytes) = (0, 0);
        lock (_gate)
        {
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

            _inFlight = taken.ToArray();
        }

        return taken;
    }

    /// <summary>Says that the taken appends were answered.</summary>
    public void Done()
    {
        lock (_gate) _inFlight = [];
    }

    /// <inheritdoc/>
    public void Dispose() => _watchdog.Dispose();

    private void Expire()
    {
        var (late, unknown) = (new List<PendingAppend>(), new List<PendingAppend>());
        lock (_gate)
        {
            while (_waiting.First is { } oldest && IsLate(oldest.Value))
            {
                _waiting.RemoveFirst();
                late.Add(oldest.Value);
            }

            unknown.AddRange(_inFlight.Where(IsLate));
        }

        foreach (var append in late) append.Complete(new AppendOutcome.NotWritten("The append deadline passed in the queue."));
        foreach (var append in unknown) append.Complete(new AppendOutcome.Unknown("The append deadline passed in the store."));
    }

    private bool IsLate(PendingAppend append) => _time.GetElapsedTime(append.EnqueuedAt) > _deadline;
}
