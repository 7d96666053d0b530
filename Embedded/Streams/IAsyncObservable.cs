namespace Orleans.Streams;

/// <summary>What can be subscribed to.</summary>
public interface IAsyncObservable<T>
{
    /// <summary>From now on the observer gets each item, one at a time and in order. In a grain it runs as requests of that activation.</summary>
    Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer);
}

/// <summary>Subscribing with a delegate.</summary>
public static class AsyncObservableExtensions
{
    /// <inheritdoc cref="IAsyncObservable{T}.SubscribeAsync"/>
    public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(this IAsyncObservable<T> obs, Func<T, StreamSequenceToken?, Task> onNextAsync)
    {
        ArgumentNullException.ThrowIfNull(obs);
        ArgumentNullException.ThrowIfNull(onNextAsync);
        return obs.SubscribeAsync(new DelegateObserver<T>(onNextAsync));
    }

    private sealed class DelegateObserver<T>(Func<T, StreamSequenceToken?, Task> onNextAsync) : IAsyncObserver<T>
    {
        public Task OnNextAsync(T item, StreamSequenceToken? token = null) => onNextAsync(item, token);

        public Task OnErrorAsync(Exception ex) => Task.CompletedTask;
    }
}
