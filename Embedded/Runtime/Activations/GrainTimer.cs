using Microsoft.Extensions.Logging;

namespace Orleans.Runtime;

/// <summary>
/// A timer whose ticks are requests of its own activation. The period counts from the end of a callback, so ticks never pile up.
/// </summary>
internal sealed class GrainTimer : IGrainTimer
{
    private const long MaxMilliseconds = 0xfffffffe;

    private readonly Activation _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly GrainTimerCreationOptions _options;
    private readonly CancellationTokenSource _stopped = new();
    private readonly ITimer _timer;
    private TimeSpan _dueTime;
    private TimeSpan _period;
    private volatile bool _firing;
    private volatile bool _changed;

    public GrainTimer(Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        Check(options.DueTime, nameof(options.DueTime));
        Check(options.Period, nameof(options.Period));
        _activation = activation;
        _callback = callback;
        _options = options;
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            _timer = activation.Silo.Cluster.Time.CreateTimer(
                static timer => ((GrainTimer)timer!).OnDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <inheritdoc/>
    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Check(dueTime, nameof(dueTime));
        Check(period, nameof(period));
        _changed = true;
        _dueTime = dueTime;
        _period = period;
        // During a tick the change waits for the tick's end.
        if (!_firing)
            Arm(dueTime);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_stopped.IsCancellationRequested)
            return;
        _timer.Dispose();
        _activation.Forget(this);
        _stopped.Cancel();
    }

    private static void Check(TimeSpan time, string name)
    {
        var milliseconds = (long)time.TotalMilliseconds;
        ArgumentOutOfRangeException.ThrowIfLessThan(milliseconds, -1, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(milliseconds, MaxMilliseconds, name);
    }

    private void OnDue()
    {
        _firing = true;
        _activation.Receive(new Tick(this));
    }

    private void Arm(TimeSpan due)
    {
        if (!_stopped.IsCancellationRequested)
            _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private async Task RunTick(Tick tick)
    {
        try
        {
            _changed = false;
            if (!_stopped.IsCancellationRequested)
                await _callback(_stopped.Token);
        }
        catch (Exception exception)
        {
            _activation.Silo.Logger.LogWarning(exception, "A timer callback of {Activation} failed; the timer goes on.", _activation);
        }
        Arm(_changed ? _dueTime : _period);
        _firing = false;
        _activation.OnCompleted(tick);
    }

    private sealed class Tick(GrainTimer timer) : Request
    {
        public override bool IsReadOnly => false;

        public override bool IsAlwaysInterleave => timer._options.Interleave;

        public override bool IsKeepAlive => timer._options.KeepAlive;

        public override bool IsLocalOnly => true;

        public override void Run() => _ = timer.RunTick(this);

        public override void Fail(Exception exception)
        {
            // A tick has no caller to tell.
        }
    }
}
