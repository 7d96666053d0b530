namespace Orleans.Runtime;

/// <summary>
/// The dispatcher of a simulation: one ready-queue, one thread of its own, and a seed that chooses what runs next. The same seed
/// gives the same run, as long as nothing goes through the thread pool: a caller can watch ThreadPool.CompletedWorkItemCount.
/// </summary>
internal sealed class SeededDispatcher : WorkDispatcher
{
    private readonly List<IThreadPoolWorkItem> _ready = [];
    private readonly List<TaskCompletionSource> _whenIdle = [];
    private readonly TurnScheduler _driver;
    private readonly Random _random;
    private readonly long _maxSteps;
    private int _thread;

    /// <param name="seed">Chooses among the ready activations at every step.</param>
    /// <param name="maxSteps">A run that takes more is taken for one that never ends.</param>
    public SeededDispatcher(int seed, long maxSteps = 10_000_000)
    {
        _random = new Random(seed);
        _maxSteps = maxSteps;
        _driver = new TurnScheduler(this, null);
    }

    /// <summary>One turn at a time, so that the seed decides between any two.</summary>
    public override int TurnsPerSlice => 1;

    /// <summary>The turns run so far.</summary>
    public long Steps { get; private set; }

    /// <summary>A hash of every choice made so far: equal for equal runs.</summary>
    public ulong Trace { get; private set; } = 14695981039346656037;

    /// <inheritdoc/>
    public override void Queue(IThreadPoolWorkItem item)
    {
        if (Environment.CurrentManagedThreadId != _thread)
            throw new InvalidOperationException("Work came from another thread: a simulation has one.");
        _ready.Add(item);
    }

    /// <summary>Called before each step: what a simulation does to the world between any two.</summary>
    public Action? BeforeStep { get; set; }

    /// <summary>Called when nothing is ready: makes something ready, such as by moving the clock; false when there is nothing left to come.</summary>
    public Func<bool>? Quiet { get; set; }

    /// <summary>Adds what a simulation chose elsewhere to the trace.</summary>
    public void Mix(ulong value) => Trace = unchecked((Trace ^ value) * 1099511628211);

    /// <summary>Completes when nothing is ready any more.</summary>
    public Task WhenIdle()
    {
        var idle = new TaskCompletionSource();
        _whenIdle.Add(idle);
        return idle.Task;
    }

    /// <summary>Runs the scenario, as code outside grains, on a thread of its own until it has ended.</summary>
    public Task RunAsync(Func<Task> scenario)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // UnsafeStart: the thread has no execution context of the starter's, whose async locals would show in every grain.
        new Thread(() => Loop(scenario, ended)) { IsBackground = true, Name = nameof(SeededDispatcher) }.UnsafeStart();
        return ended.Task;
    }

    /// <summary>Runs the scenario on the calling thread, which should carry no async locals; returns when it has ended.</summary>
    public void Run(Func<Task> scenario)
    {
        _thread = Environment.CurrentManagedThreadId;
        Task? running = null;
        _driver.Queue(new ActionTurn(() => running = scenario()));
        while (running is not { IsCompleted: true })
            Step();
        if (running.IsCanceled)
            throw new TaskCanceledException(running);
        if (running.Exception is { } failure)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure.InnerException!);
    }

    private void Loop(Func<Task> scenario, TaskCompletionSource ended)
    {
        try
        {
            Run(scenario);
            ended.TrySetResult();
        }
        catch (Exception exception)
        {
            ended.TrySetException(exception);
        }
    }

    private void Step()
    {
        BeforeStep?.Invoke();
        if (_ready.Count == 0)
        {
            if (_whenIdle.Count == 0 && Quiet?.Invoke() == true)
                return;
            if (_whenIdle.Count == 0)
                throw new InvalidOperationException($"Deadlock after {Steps} steps: nothing is ready, and the scenario has not ended.");
            var idle = _whenIdle[0];
            _whenIdle.RemoveAt(0);
            idle.SetResult();
            return;
        }
        if (++Steps > _maxSteps)
            throw new InvalidOperationException($"The scenario has not ended after {_maxSteps} steps.");
        var choice = _random.Next(_ready.Count);
        Mix(((ulong)_ready.Count << 32) | (uint)choice);
        var item = _ready[choice];
        _ready.RemoveAt(choice);
        item.Execute();
    }
}
