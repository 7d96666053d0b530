namespace Orleans.Streams;

/// <summary>Takes items: a subscriber, or the producing end of a stream.</summary>
public interface IAsyncObserver<in T>
{
    /// <summary>
    /// Takes the next item. Of a subscriber: the task ends when it has taken the item. Of a stream: when the stream has become answerable for the item; one that keeps nothing
    /// can only be so when its subscribers have taken it.
    /// </summary>
    Task OnNextAsync(T item, StreamSequenceToken? token = null);

    /// <summary>Nothing more comes.</summary>
    Task OnCompletedAsync() => Task.CompletedTask;

    /// <summary>Something went wrong in the stream.</summary>
    Task OnErrorAsync(Exception ex);
}
