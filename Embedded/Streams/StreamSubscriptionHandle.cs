using Orleans.Runtime;

namespace Orleans.Streams;

/// <summary>One subscription.</summary>
public abstract class StreamSubscriptionHandle<T>
{
    public abstract StreamId StreamId { get; }

    public abstract string ProviderName { get; }

    public abstract Guid HandleId { get; }

    /// <summary>Ends it: nothing begins any more when the task has ended.</summary>
    public abstract Task UnsubscribeAsync();
}
