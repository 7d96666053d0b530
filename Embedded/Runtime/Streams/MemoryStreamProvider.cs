using Orleans.Streams;

namespace Orleans.Runtime;

/// <summary>The streams of one name, as one host sees them. When the host ends, so do the subscriptions that were made in it.</summary>
internal sealed class MemoryStreamProvider(string name, GrainFactory factory) : IStreamProvider, IDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<Subscription> _own = [];
    private bool _ended;

    /// <inheritdoc/>
    public string Name => name;

    private SubscriptionTable Table => factory.Cluster.Subscriptions;

    private WorkDispatcher Dispatcher => factory.Cluster.Dispatcher;

    /// <inheritdoc/>
    public IAsyncStream<T> GetStream<T>(StreamId streamId) => new Stream<T>(this, streamId);

    public void Forget(Subscription subscription)
    {
        Table.Remove(subscription);
        lock (_gate)
            _own.Remove(subscription);
    }

    public void Dispose()
    {
        Subscription[] own;
        lock (_gate)
        {
            _ended = true;
            own = [.. _own];
        }
        foreach (var subscription in own)
            subscription.End(new SiloUnavailableException($"The host of a subscriber to {subscription.Id} has ended."));
    }

    private void Add(Subscription subscription)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            _own.Add(subscription);
        }
        Table.Add(subscription);
    }

    /// <summary>
    /// Keeps nothing, so that only its subscribers can be answerable for an item: whoever sends it is done when all of them have taken it, fails with the first that fails,
    /// and may send it again. Orleans' memory streams are done when their queue holds the item, which a crash empties.
    /// </summary>
    private sealed class Stream<T>(MemoryStreamProvider provider, StreamId id) : IAsyncStream<T>
    {
        public string ProviderName => provider.Name;

        public StreamId StreamId => id;

        public Task OnNextAsync(T item, StreamSequenceToken? token = null) =>
            Task.WhenAll(provider.Table.Of(provider.Name, id).Select(subscription => subscription.DeliverAsync(item)));

        public Task OnCompletedAsync() => throw new NotSupportedException("A stream has no end here, as in Orleans.");

        public Task OnErrorAsync(Exception ex) => throw new NotSupportedException("A stream carries no errors here, as in Orleans.");

        public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer)
        {
            ArgumentNullException.ThrowIfNull(observer);
            var subscription = new Subscription(provider, id, RuntimeContext.Current, provider.Dispatcher, item => observer.OnNextAsync((T)item!));
            provider.Add(subscription);
            return Task.FromResult<StreamSubscriptionHandle<T>>(new Handle<T>(subscription));
        }
    }

    private sealed class Handle<T>(Subscription subscription) : StreamSubscriptionHandle<T>
    {
        public override StreamId StreamId => subscription.Id;

        public override string ProviderName => subscription.Provider.Name;

        public override Guid HandleId { get; } = Guid.NewGuid();

        public override Task UnsubscribeAsync()
        {
            subscription.End(null);
            return Task.CompletedTask;
        }
    }
}
