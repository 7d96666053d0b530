using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Orleans.Runtime;

/// <summary>One call of a grain method, from the caller's send to its answer. Message and callback in one, as both ends share a process.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The token source is disposed when the call has finished at the callee.")]
internal abstract class GrainCall : Request
{
    private const int Pending = 0;
    private const int Answered = 1;

    private int _state;
    private CancellationTokenRegistration _callerCancels;
    private CancellationTokenSource? _calleeCancels;
    private CancellationToken _cancelledBy;

    public MethodEntry Entry { get; set; } = null!;

    public GrainId Target { get; set; }

    public GrainId Source { get; set; }

    public object?[] Arguments { get; set; } = [];

    public Cluster Cluster { get; set; } = null!;

    /// <summary>The caller's RequestContext; its dictionary is never changed after it was published.</summary>
    public Dictionary<string, object>? Context { get; set; }

    public TimeSpan Timeout { get; set; }

    /// <summary>The timestamp after which nobody waits any more; long.MaxValue means never.</summary>
    public long Deadline { get; set; }

    /// <summary>Whether the request is dropped unrun once the deadline has passed.</summary>
    public bool DropsExpired { get; set; }

    public int Forwards { get; set; }

    public TimeoutQueue? Waiters { get; set; }

    public GrainCall? NextDue { get; set; }

    public GrainCall? PreviousDue { get; set; }

    public override bool IsReadOnly => Entry.IsReadOnly;

    public override bool IsAlwaysInterleave => Entry.IsAlwaysInterleave;

    public override bool IsKeepAlive => true;

    public override bool IsLocalOnly => false;

    public bool IsAnswered => Volatile.Read(ref _state) != Pending;

    public bool IsExpired => DropsExpired && Deadline != long.MaxValue && Cluster.Time.GetTimestamp() > Deadline;

    /// <summary>The caller's task, of the result's own type.</summary>
    public abstract Task Answer { get; }

    /// <summary>The result as an object, for call filters.</summary>
    public abstract object? Result { get; set; }

    /// <summary>From now on the caller's token ends the wait at once and tells the callee.</summary>
    public void FollowCaller()
    {
        if (Entry.TokenIndex < 0 || Arguments[Entry.TokenIndex] is not CancellationToken { CanBeCanceled: true } token)
            return;
        _callerCancels = token.UnsafeRegister(static (call, token) => ((GrainCall)call!).OnCallerCancelled(token), this);
        if (IsAnswered)
            _callerCancels.Dispose();
    }

    public override void Run()
    {
        // A request that nobody waits for any more is dropped unrun.
        if (IsExpired || _cancelledBy.IsCancellationRequested)
        {
            Host!.OnCompleted(this);
            return;
        }
        if (Context is not null)
            RequestContext.Snapshot = Context;
        GiveCalleeItsToken();
        Task running;
        try
        {
            running = Host!.Silo.Filters.Applies(Host) ? new IncomingCallContext(this, Host).Run() : Start();
        }
        catch (Exception exception)
        {
            Finish(exception);
            return;
        }
        if (running.IsCompletedSuccessfully)
            Finish(null);
        else
            _ = FinishLater(running);
    }

    /// <summary>Calls the grain's method; when the task has completed, the result is stored.</summary>
    public abstract Task Start();

    public override void Fail(Exception exception)
    {
        if (TryAnswer())
            SetException(exception);
    }

    /// <summary>After outgoing filters the caller gets the result that they left.</summary>
    public abstract Task AnswerAfter(IOutgoingGrainCallContext filters);

    /// <summary>Takes the answer as the result, for outgoing filters to see and replace.</summary>
    public abstract void KeepAnswer();

    /// <summary>A one-way call has no answer: its sender goes on at once.</summary>
    public abstract void CompleteUnanswered();

    public void Expire()
    {
        if (TryAnswer())
            SetException(new TimeoutException($"Response did not arrive on time in {Timeout} for message: {this}."));
    }

    public override string ToString() => $"Request [{Source}]->[{Target}] {Entry.InterfaceType.Name}.{Entry.Method.Name}";

    protected abstract void SetResult();

    protected abstract void SetException(Exception exception);

    private bool TryAnswer()
    {
        if (Interlocked.Exchange(ref _state, Answered) != Pending)
            return false;
        Waiters?.Remove(this);
        _callerCancels.Unregister();
        return true;
    }

    private async Task FinishLater(Task running)
    {
        try
        {
            await running;
        }
        catch (Exception exception)
        {
            Finish(exception);
            return;
        }
        Finish(null);
    }

    private void Finish(Exception? exception)
    {
        if (exception is not null && Entry.IsOneWay)
            Host!.Silo.Logger.LogWarning(exception, "The one-way request {Request} failed.", this);
        // An answer that comes late, or from a silo that was killed meanwhile, is dropped.
        if (!Host!.Silo.IsDead)
        {
            if (Host.Silo.Cluster.Carrier is { } carrier)
                carrier.Answer(this, Host.Silo, () => Arrive(exception));
            else
                Arrive(exception);
        }
        _calleeCancels?.Dispose();
        Host.OnCompleted(this);
    }

    private void Arrive(Exception? exception)
    {
        if (!TryAnswer())
            return;
        if (exception is null)
            SetResult();
        else
            SetException(exception);
    }

    private void GiveCalleeItsToken()
    {
        if (Entry.TokenIndex < 0 || Arguments[Entry.TokenIndex] is not CancellationToken { CanBeCanceled: true })
            return;
        // The callee has a source of its own, so that what it registers on the token runs as its own turn and not on the caller's.
        _calleeCancels = new CancellationTokenSource();
        Arguments[Entry.TokenIndex] = _calleeCancels.Token;
    }

    private void OnCallerCancelled(CancellationToken token)
    {
        _cancelledBy = token;
        var host = Host;
        if (TryAnswer())
            SetException(new OperationCanceledException(token));
        if (host is null || host.TryDropWaiting(this))
            return;
        host.Scheduler.Queue(new ActionTurn(CancelCallee));
    }

    private void CancelCallee()
    {
        try
        {
            _calleeCancels?.Cancel();
        }
        catch (Exception exception) when (exception is ObjectDisposedException or AggregateException)
        {
            Host!.Silo.Logger.LogWarning(exception, "Cancelling {Request} at the callee failed.", this);
        }
    }
}

/// <summary>A call whose result has the type <typeparamref name="T"/>.</summary>
internal sealed class GrainCall<T>(Returns returns) : GrainCall
{
    // Completing runs inside the callee's turn, whose scheduler forbids inlining: continuations go to the caller's own scheduler.
    private readonly TaskCompletionSource<T> _answer = new();
    private T _result = default!;

    public override Task Answer => _answer.Task;

    public override object? Result
    {
        get => typeof(T) == typeof(Nothing) ? null : _result;
        set => _result = value is null ? default! : (T)value;
    }

    public override Task Start()
    {
        var returned = Entry.Invoker.Invoke(Host!.Instance, Arguments.AsSpan());
        switch (returns)
        {
            case Returns.TaskOf:
                return Keep((Task<T>?)returned ?? throw NullTask());
            case Returns.ValueTaskOf:
                return Keep(((ValueTask<T>)returned!).AsTask());
            case Returns.ValueTask:
                return ((ValueTask)returned!).AsTask();
            default:
                return (Task?)returned ?? throw NullTask();
        }
    }

    public override async Task<T> AnswerAfter(IOutgoingGrainCallContext filters)
    {
        await filters.Invoke();
        return _result;
    }

    public override void KeepAnswer() => _result = _answer.Task.Result;

    public override void CompleteUnanswered() => _answer.TrySetResult(default!);

    protected override void SetResult() => _answer.TrySetResult(_result);

    protected override void SetException(Exception exception)
    {
        if (exception is OperationCanceledException cancelled)
        {
            _answer.TrySetFromTask(Cancelled(cancelled));
            return;
        }
        _answer.TrySetException(exception);
        // Nobody need await a call: its failure is then nobody's business, not an unobserved exception of the process.
        _ = _answer.Task.Exception;
    }

    // Only an async method ends as cancelled and still keeps the exception it was cancelled with.
    private static async Task<T> Cancelled(OperationCanceledException exception)
    {
        await Task.CompletedTask;
        throw exception;
    }

    private Task Keep(Task<T> task)
    {
        if (!task.IsCompletedSuccessfully)
            return Await(task);
        _result = task.Result;
        return Task.CompletedTask;
    }

    private async Task Await(Task<T> task) => _result = await task;

    private InvalidOperationException NullTask() => new($"{this} returned null instead of a task.");
}
