namespace Orleans.Runtime;

/// <summary>
/// The scheduler of one activation: its tasks and requests run one at a time, in order, never inline. Everything an await
/// inside the grain continues with comes back here, since it is TaskScheduler.Current during each turn.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "A task needs disposing only if its wait handle was asked for.")]
internal sealed class TurnScheduler(WorkDispatcher dispatcher, Activation? activation) : TaskScheduler, IThreadPoolWorkItem
{
    // A busy activation gives its queue's memory back when it has drained, so that an idle one stays small.
    private const int KeptCapacity = 32;

    private readonly Queue<object> _queue = new();
    private Task? _turn;
    private bool _scheduled;
    private volatile bool _halted;

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Queues a request: its task is made inside the turn, so that the sender's execution context does not flow into it.</summary>
    public void Queue(Turn turn) => Enqueue(turn);

    /// <summary>Drops all work, now and later: the silo was killed, and a dead process runs nothing.</summary>
    public void Halt()
    {
        _halted = true;
        lock (_queue)
            _queue.Clear();
    }

    void IThreadPoolWorkItem.Execute()
    {
        for (var turns = 0; turns < dispatcher.TurnsPerSlice; turns++)
        {
            object? item;
            lock (_queue)
            {
                if (!_queue.TryDequeue(out item))
                    break;
            }
            Run(item);
        }
        lock (_queue)
        {
            _scheduled = _queue.Count > 0;
            if (!_scheduled)
            {
                if (_queue.Capacity > KeptCapacity)
                    _queue.TrimExcess(KeptCapacity);
                return;
            }
        }
        dispatcher.Queue(this);
    }

    /// <inheritdoc/>
    protected override void QueueTask(Task task) => Enqueue(task);

    /// <summary>Nothing runs inline but the task that this scheduler itself makes for a turn, whose time has come.</summary>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        ReferenceEquals(task, _turn) && TryExecuteTask(task);

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_queue)
            return [.. _queue.OfType<Task>()];
    }

    private void Enqueue(object item)
    {
        lock (_queue)
        {
            if (_halted)
                return;
            _queue.Enqueue(item);
            if (_scheduled)
                return;
            _scheduled = true;
        }
        dispatcher.Queue(this);
    }

    private void Run(object item)
    {
        if (_halted)
            return;
        RuntimeContext.Current = activation;
        try
        {
            if (item is Task task)
            {
                TryExecuteTask(task);
                return;
            }
            _turn = new Task(static turn => ((Turn)turn!).Run(), item);
            _turn.RunSynchronously(this);
        }
        finally
        {
            _turn = null;
            RuntimeContext.Current = null;
        }
    }
}

/// <summary>Something that an activation runs as a turn.</summary>
internal abstract class Turn
{
    /// <summary>Runs on the activation's scheduler and does not throw.</summary>
    public abstract void Run();
}

/// <summary>A turn that runs a delegate.</summary>
internal sealed class ActionTurn(Action action) : Turn
{
    public override void Run() => action();
}
