namespace TPWallet.Tests.Runtime;

/// <summary>A clock that stands still until a test moves it; timers fire on the mover's thread, in the order of their due times.</summary>
internal sealed class ManualTime : TimeProvider
{
    private const int MaxFirings = 1_000_000;

    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private long _ticks = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).Ticks;
    private long _order;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan time)
    {
        var end = Interlocked.Read(ref _ticks) + time.Ticks;
        for (var fired = 0; fired < MaxFirings; fired++)
        {
            ManualTimer? next;
            lock (_gate)
            {
                next = _timers.Where(timer => timer.Due <= end).OrderBy(timer => timer.Due).ThenBy(timer => timer.Order).FirstOrDefault();
                Interlocked.Exchange(ref _ticks, Math.Max(_ticks, next?.Due ?? end));
                next?.MoveOn();
            }
            if (next is null)
                return;
            next.Fire();
        }
        throw new InvalidOperationException("The timers never come to rest.");
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public long Due { get; private set; } = long.MaxValue;

        public long Order { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
                _period = period;
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                Due = time._ticks + dueTime.Ticks;
                Order = time._order++;
                time._timers.Add(this);
                return true;
            }
        }

        public void MoveOn()
        {
            time._timers.Remove(this);
            if (_period <= TimeSpan.Zero)
                return;
            Due += _period.Ticks;
            Order = time._order++;
            time._timers.Add(this);
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (time._gate)
                time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
