using Microsoft.Extensions.Logging;

namespace Orleans.Runtime;

/// <summary>How an activation begins and ends.</summary>
internal sealed partial class Activation
{
    /// <summary>Makes the instance and runs OnActivateAsync, with the request context of the call that caused it.</summary>
    public void Start(Dictionary<string, object>? context) => Scheduler.Queue(new ActionTurn(() => _ = ActivateAsync(context)));

    /// <inheritdoc/>
    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_state is ActivationState.Deactivating or ActivationState.Invalid)
                return;
            _reason = deactivationReason;
            _wasValid = _state == ActivationState.Valid;
            _state = ActivationState.Deactivating;
            // While OnActivateAsync still runs, its own end goes on from here.
            if (_wasValid)
                FinishWhenQuiet();
        }
    }

    /// <summary>The silo was killed: nothing of this activation runs any more.</summary>
    public void Kill(List<Request> orphans)
    {
        Scheduler.Halt();
        lock (_gate)
        {
            _state = ActivationState.Invalid;
            while (_waiting.TakeFirst() is { } request)
                orphans.Add(request);
        }
        _deactivated?.TrySetResult();
        StopTimers();
    }

    public IGrainTimer RegisterTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        if (!ReferenceEquals(RuntimeContext.Current, this))
            throw new InvalidOperationException("Current grain context differs from specified grain context.");
        var timer = new GrainTimer(this, callback, options);
        lock (_gate)
            (_timers ??= []).Add(timer);
        timer.Change(options.DueTime, options.Period);
        return timer;
    }

    public void Forget(GrainTimer timer)
    {
        lock (_gate)
            _timers?.Remove(timer);
    }

    private async Task ActivateAsync(Dictionary<string, object>? context)
    {
        try
        {
            if (context is not null)
                RequestContext.Snapshot = context;
            Instance = Class.Create(Class.NeedsServices ? ActivationServices : Silo.Services);
            if (Class.HasOnActivate)
            {
                using var limit = new CancellationTokenSource(Silo.Collection.ActivationTimeout, Silo.Cluster.Time);
                await Bounded(((IGrainBase)Instance).OnActivateAsync(limit.Token), limit.Token);
            }
        }
        catch (Exception exception)
        {
            Silo.Logger.LogError(exception, "Failed to activate {Activation}.", this);
            lock (_gate)
            {
                _state = ActivationState.Deactivating;
                _reason = new(DeactivationReasonCode.ActivationFailed, exception, "Failed to activate grain.");
            }
            await FinishAsync();
            return;
        }
        lock (_gate)
        {
            if (_state == ActivationState.Activating)
            {
                _state = ActivationState.Valid;
                AdmitWaiting();
                return;
            }
        }
        // Ended before it began: OnDeactivateAsync is only for activations that were valid.
        await FinishAsync();
    }

    private void FinishWhenQuiet()
    {
        if (_state != ActivationState.Deactivating || _running > 0 || _finishing)
            return;
        _finishing = true;
        Scheduler.Queue(new ActionTurn(() => _ = FinishAsync()));
    }

    private async Task FinishAsync()
    {
        StopTimers();
        if (_wasValid && Class.HasOnDeactivate)
        {
            try
            {
                using var limit = new CancellationTokenSource(Silo.Collection.DeactivationTimeout, Silo.Cluster.Time);
                await Bounded(((IGrainBase)Instance!).OnDeactivateAsync(_reason, limit.Token), limit.Token);
            }
            catch (Exception exception)
            {
                // The end goes on: nothing may depend on OnDeactivateAsync.
                Silo.Logger.LogError(exception, "OnDeactivateAsync of {Activation} failed.", this);
            }
        }
        await DisposeInstanceAsync();
        Silo.Cluster.Remove(this);
        var orphans = new List<Request>();
        TaskCompletionSource? ended;
        lock (_gate)
        {
            _state = ActivationState.Invalid;
            while (_waiting.TakeFirst() is { } request)
                orphans.Add(request);
            ended = _deactivated;
        }
        foreach (var orphan in orphans)
            PassOn(orphan);
        ended?.TrySetResult();
    }

    private async Task DisposeInstanceAsync()
    {
        try
        {
            if (Instance is IAsyncDisposable asyncDisposable)
                await asyncDisposable.DisposeAsync();
            else
                (Instance as IDisposable)?.Dispose();
            if (_scope is IAsyncDisposable scope)
                await scope.DisposeAsync();
            else
                _scope?.Dispose();
        }
        catch (Exception exception)
        {
            Silo.Logger.LogError(exception, "Disposing {Activation} failed.", this);
        }
    }

    private void PassOn(Request request)
    {
        if (request is not GrainCall call)
        {
            request.Fail(new OrleansMessageRejectionException($"{GrainId} ended before its turn came."));
            return;
        }
        if (_reason.Exception is { } cause)
            call.Fail(cause);
        else if (call.Forwards >= Silo.MaxForwards)
        {
            call.Fail(new OrleansMessageRejectionException(
                $"Forwarding failed: tried to forward message {call} for {call.Forwards} times after \"{_reason}\". Rejecting now."));
        }
        else
        {
            call.Forwards++;
            Silo.Cluster.Deliver(call, null);
        }
    }

    private void StopTimers()
    {
        GrainTimer[] timers;
        lock (_gate)
        {
            timers = _timers is null ? [] : [.. _timers];
            _timers = null;
        }
        foreach (var timer in timers)
            timer.Dispose();
    }

    // Task.WaitAsync would resume through the thread pool, which a simulation must not touch.
    private static async Task Bounded(Task task, CancellationToken limit)
    {
        if (task.IsCompleted)
        {
            await task;
            return;
        }
        var late = new TaskCompletionSource();
        using var registration = limit.UnsafeRegister(
            static (late, token) => ((TaskCompletionSource)late!).TrySetException(new OperationCanceledException(token)), late);
        await await Task.WhenAny(task, late.Task);
    }
}
