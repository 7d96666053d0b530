using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Orleans.Runtime;

/// <summary>
/// One activation of a grain: it admits requests by Orleans' rules and lives Activating → Valid → Deactivating → Invalid.
/// Requests wait while it activates and while it deactivates; an ended one hands them to the next activation.
/// </summary>
internal sealed partial class Activation : IGrainContext
{
    private readonly Lock _gate = new();
    private RequestList _waiting;
    private IServiceScope? _scope;
    private TaskCompletionSource? _deactivated;
    private List<GrainTimer>? _timers;
    private DeactivationReason _reason;
    private ActivationState _state = ActivationState.Activating;
    private bool _wasValid;
    private bool _finishing;
    private int _running;
    private Request? _blocking;
    private int _waitingReadOnly;
    private int _waitingInterleaving;
    private long _idleSince;
    private DateTimeOffset _keepAliveUntil = DateTimeOffset.MinValue;
    private ActivationId _id;

    public Activation(Silo silo, GrainClass type, GrainId id)
    {
        Silo = silo;
        Class = type;
        GrainId = id;
        Scheduler = new TurnScheduler(silo.Cluster.Dispatcher, this);
        _idleSince = silo.Cluster.Time.GetTimestamp();
    }

    public Silo Silo { get; }

    public GrainClass Class { get; }

    public GrainId GrainId { get; }

    public TurnScheduler Scheduler { get; }

    public object? Instance { get; private set; }

    public object? GrainInstance => Instance;

    public ActivationId ActivationId => _id.IsDefault ? _id = ActivationId.NewId() : _id;

    public IServiceProvider ActivationServices => (_scope ??= Silo.Services.CreateScope()).ServiceProvider;

    public bool IsInvalid
    {
        get
        {
            lock (_gate)
                return _state == ActivationState.Invalid;
        }
    }

    public Task Deactivated
    {
        get
        {
            lock (_gate)
                return _state == ActivationState.Invalid ? Task.CompletedTask : (_deactivated ??= new TaskCompletionSource()).Task;
        }
    }

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override string ToString() => $"[Activation: {Silo.Address}/{GrainId} State={_state}]";

    /// <summary>Takes a request, to run it now or later; false when the activation has ended and the sender must look again.</summary>
    public bool Receive(Request request)
    {
        Exception? overload = null;
        lock (_gate)
        {
            if (_state == ActivationState.Invalid)
                return false;
            request.Host = this;
            var limit = Silo.MaxEnqueuedRequests;
            if (limit > 0 && !request.IsLocalOnly && _waiting.Count + _running >= limit)
                overload = new LimitExceededException("MaxEnqueuedRequestsHardLimit", _waiting.Count + _running, limit, ToString());
            else if (Admits(request))
                Begin(request);
            else
                Hold(request);
        }
        if (overload is not null)
            request.Fail(overload);
        return true;
    }

    /// <summary>Removes a request that waits; false when it runs or has run.</summary>
    public bool TryDropWaiting(Request request)
    {
        lock (_gate)
        {
            var dropped = _waiting.TakeFirst(request, static (wanted, candidate) => ReferenceEquals(wanted, candidate)) is not null;
            if (dropped)
                Count(request, -1);
            return dropped;
        }
    }

    /// <summary>A request has ended, whatever its outcome.</summary>
    public void OnCompleted(Request request)
    {
        lock (_gate)
        {
            _running--;
            if (ReferenceEquals(_blocking, request))
                _blocking = null;
            if (request.IsKeepAlive)
                _idleSince = Silo.Cluster.Time.GetTimestamp();
            AdmitWaiting();
            FinishWhenQuiet();
        }
    }

    public void DelayDeactivation(TimeSpan time)
    {
        lock (_gate)
        {
            _keepAliveUntil = time == TimeSpan.MaxValue || time == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue
                : time <= TimeSpan.Zero ? DateTimeOffset.MinValue
                : Silo.Cluster.Time.GetUtcNow() + time;
        }
    }

    /// <summary>Starts ending the activation if nobody has used it for that long.</summary>
    public void DeactivateIfIdle(TimeSpan age)
    {
        var time = Silo.Cluster.Time;
        lock (_gate)
        {
            if (_state != ActivationState.Valid || _running > 0 || _waiting.Count > 0)
                return;
            if (time.GetElapsedTime(_idleSince) < age || _keepAliveUntil > time.GetUtcNow())
                return;
        }
        Deactivate(new(DeactivationReasonCode.ActivationIdle, $"The grain was idle for longer than {age}."));
    }

    private bool Admits(Request request)
    {
        if (_state != ActivationState.Valid && !(_state == ActivationState.Deactivating && request.IsLocalOnly && !_finishing))
            return false;
        return request.IsAlwaysInterleave || Class.IsReentrant || _blocking is null || (_blocking.IsReadOnly && request.IsReadOnly);
    }

    private void Begin(Request request)
    {
        _running++;
        // As in Orleans, the request that began first is the one that others wait for; readers that joined it hold up nobody.
        if (_blocking is null && !request.IsAlwaysInterleave && !Class.IsReentrant)
            _blocking = request;
        Scheduler.Queue(request);
    }

    private void Hold(Request request)
    {
        _waiting.Add(request);
        Count(request, 1);
    }

    private void Count(Request request, int change)
    {
        if (request.IsReadOnly)
            _waitingReadOnly += change;
        if (request.IsAlwaysInterleave)
            _waitingInterleaving += change;
    }

    // A request that may run passes those before it that may not, as in Orleans. Looking past the first is worth it only
    // where something can pass: readers while readers run, what always interleaves (it waits only for the activation to begin or end), anything in
    // a reentrant grain, ticks while the activation ends.
    private void AdmitWaiting()
    {
        while (_waiting.Count > 0)
        {
            if (_state == ActivationState.Valid && !Class.IsReentrant && _blocking is not null && _waitingInterleaving == 0
                && !(_blocking.IsReadOnly && _waitingReadOnly > 0))
                return;
            var next = _waiting.TakeFirst(this, static (activation, request) => activation.Admits(request));
            if (next is null)
                return;
            Count(next, -1);
            Begin(next);
        }
    }
}

/// <summary>The life of an activation.</summary>
internal enum ActivationState : byte
{
    Activating,
    Valid,
    Deactivating,
    Invalid,
}
