namespace TPWallet.Tests.Simulation;

/// <summary>
/// The one clock of a simulation. It stands still while work is ready, unless the simulation moves it; timers fire on the mover's thread, in the
/// order of their due times and, at one instant, of their setting.
/// </summary>
internal sealed class SimulatedTime : TimeProvider
{
    private readonly PriorityQueue<(Timer Timer, int Setting), (long Due, long Order)> _due = new();
    private long _ticks = new DateTimeOffset(2027, 1, 15, 8, 0, 0, TimeSpan.Zero).Ticks;
    private long _order;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(_ticks, TimeSpan.Zero);

    /// <inheritdoc/>
    public override long GetTimestamp() => _ticks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Runs something later, once.</summary>
    public void After(TimeSpan delay, Action action) => CreateTimer(static action => ((Action)action!)(), action, delay, Timeout.InfiniteTimeSpan);

    /// <summary>Moves the clock to the next timer that is due at or before a limit, and fires it; false when there is none.</summary>
    public bool FireNext(long untilTicks = long.MaxValue)
    {
        while (_due.TryPeek(out var next, out var at) && at.Due <= untilTicks)
        {
            _due.Dequeue();
            if (!next.Timer.Take(next.Setting)) continue;
            _ticks = Math.Max(_ticks, at.Due);
            next.Timer.Fire();
            return true;
        }

        return false;
    }

    /// <summary>Moves the clock though nothing is due: a time in which the machines were off.</summary>
    public void Skip(TimeSpan time) => _ticks += time.Ticks;

    private sealed class Timer(SimulatedTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;
        private int _setting;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _setting++;
            _period = period;
            if (dueTime != Timeout.InfiniteTimeSpan) Enqueue(dueTime);
            return true;
        }

        /// <summary>Whether this setting is still the timer's; a periodic timer is set again.</summary>
        public bool Take(int setting)
        {
            if (setting != _setting) return false;
            _setting++;
            return true;
        }

        public void Fire()
        {
            if (_period > TimeSpan.Zero) Enqueue(_period);
            callback(state);
        }

        public void Dispose() => _setting++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Enqueue(TimeSpan after) => time._due.Enqueue((this, _setting), (time._ticks + after.Ticks, time._order++));
    }
}

/// <summary>One machine's clock: its wall clock may be wrong, its timers and its monotonic clock run with everybody's.</summary>
/// <param name="source">Where it has its time from; null: the true one.</param>
internal sealed class MachineTime(SimulatedTime time, MachineTime? source = null) : TimeProvider
{
    private DateTimeOffset? _stopped;

    /// <summary>How far the wall clock is ahead of its source.</summary>
    public TimeSpan Skew { get; set; }

    /// <summary>How far the wall clock is ahead of the true time.</summary>
    public TimeSpan Error => GetUtcNow() - time.GetUtcNow();

    /// <inheritdoc/>
    public override long TimestampFrequency => time.TimestampFrequency;

    /// <summary>The wall clock stands still.</summary>
    public void Stop() => _stopped = GetUtcNow();

    /// <summary>The wall clock runs, and says what its source says.</summary>
    public void SetRight() => (Skew, _stopped) = (TimeSpan.Zero, null);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _stopped ?? ((source?.GetUtcNow() ?? time.GetUtcNow()) + Skew);

    /// <inheritdoc/>
    public override long GetTimestamp() => time.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        time.CreateTimer(callback, state, dueTime, period);
}
