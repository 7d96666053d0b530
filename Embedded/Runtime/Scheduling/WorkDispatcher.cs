namespace Orleans.Runtime;

/// <summary>
/// Where activations that have work wait for a thread. The thread pool in production; one seeded ready-queue in simulation,
/// registered as a service of the hosts.
/// </summary>
internal abstract class WorkDispatcher
{
    /// <summary>Turns of one activation that run before the others get the thread again.</summary>
    public abstract int TurnsPerSlice { get; }

    /// <summary>Runs the item later, never inside this call, and outside the caller's execution context.</summary>
    public abstract void Queue(IThreadPoolWorkItem item);
}

/// <summary>Runs work on the thread pool.</summary>
internal sealed class ThreadPoolDispatcher : WorkDispatcher
{
    public static readonly ThreadPoolDispatcher Instance = new();

    public override int TurnsPerSlice => 64;

    public override void Queue(IThreadPoolWorkItem item) => ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
}
