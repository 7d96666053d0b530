namespace Orleans.Runtime;

/// <summary>
/// The pending calls that share one time-out, oldest first, so that one timer set to the oldest one's deadline serves them all
/// and a call costs two list operations instead of a timer.
/// </summary>
internal sealed class TimeoutQueue : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly ITimer _timer;
    private GrainCall? _first;
    private GrainCall? _last;
    private bool _armed;

    public TimeoutQueue(TimeProvider time, TimeSpan timeout)
    {
        _time = time;
        _timeout = timeout;
        // The timer must not hold the async locals of whoever made the first call.
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
            _timer = time.CreateTimer(static queue => ((TimeoutQueue)queue!).OnDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Add(GrainCall call)
    {
        lock (_gate)
        {
            call.Waiters = this;
            call.PreviousDue = _last;
            if (_last is null)
                _first = call;
            else
                _last.NextDue = call;
            _last = call;
            if (_armed)
                return;
            _armed = true;
        }
        _timer.Change(_timeout, Timeout.InfiniteTimeSpan);
    }

    public void Remove(GrainCall call)
    {
        lock (_gate)
            Unlink(call);
    }

    /// <summary>The calls still pending, for a silo that died.</summary>
    public void CollectPending(List<GrainCall> into)
    {
        lock (_gate)
        {
            for (var call = _first; call is not null; call = call.NextDue)
                into.Add(call);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Unlink(GrainCall call)
    {
        if (call.Waiters is null)
            return;
        call.Waiters = null;
        if (call.PreviousDue is null)
            _first = call.NextDue;
        else
            call.PreviousDue.NextDue = call.NextDue;
        if (call.NextDue is null)
            _last = call.PreviousDue;
        else
            call.NextDue.PreviousDue = call.PreviousDue;
        call.NextDue = call.PreviousDue = null;
    }

    private void OnDue()
    {
        var due = new List<GrainCall>();
        var wait = Timeout.InfiniteTimeSpan;
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            while (_first is { } call && call.Deadline <= now)
            {
                Unlink(call);
                due.Add(call);
            }
            _armed = _first is not null;
            if (_first is not null)
                wait = _time.GetElapsedTime(now, _first.Deadline) + TimeSpan.FromMilliseconds(1);
        }
        if (wait != Timeout.InfiniteTimeSpan)
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
        foreach (var call in due)
            call.Expire();
    }
}
