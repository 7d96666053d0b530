namespace Orleans.Runtime;

/// <summary>
/// One subscriber and the items that wait for it: it takes one at a time, in the order in which they were sent. In a grain each is a request of the activation that subscribed,
/// and the subscription ends with that activation; elsewhere it is a turn of a scheduler of its own.
/// </summary>
internal sealed class Subscription
{
    private readonly Activation? _activation;
    private readonly TurnScheduler? _scheduler;
    private readonly Func<object?, Task> _take;
    private readonly Lock _gate = new();
    private readonly Queue<Delivery> _waiting = new();
    private Delivery? _current;
    private bool _ended;

    public Subscription(MemoryStreamProvider provider, StreamId id, Activation? activation, WorkDispatcher dispatcher, Func<object?, Task> take)
    {
        (Provider, Id, _activation, _take) = (provider, id, activation, take);
        if (activation is null)
            _scheduler = new TurnScheduler(dispatcher, null);
        else
            _ = EndWithAsync(activation);
    }

    public MemoryStreamProvider Provider { get; }

    public StreamId Id { get; }

    /// <summary>Ends when the subscriber has taken the item, fails as it fails; an ended subscription wants nothing and misses nothing.</summary>
    public Task DeliverAsync(object? item)
    {
        var delivery = new Delivery(this, item);
        lock (_gate)
        {
            if (_ended)
                return Task.CompletedTask;
            if (_current is not null)
            {
                _waiting.Enqueue(delivery);
                return delivery.Taken;
            }
            _current = delivery;
        }
        Begin(delivery);
        return delivery.Taken;
    }

    /// <summary>Nothing begins any more.</summary>
    /// <param name="cause">
    /// Why the host is gone: then nobody knows what became of the item under way, and the others were not taken. Null: the subscriber wants no more, and finishes what it
    /// has begun.
    /// </param>
    public void End(Exception? cause)
    {
        Delivery[] left;
        lock (_gate)
        {
            _ended = true;
            left = cause is not null && _current is { } current ? [current, .. _waiting] : [.. _waiting];
            _waiting.Clear();
        }
        Provider.Forget(this);
        foreach (var delivery in left)
            delivery.Settle(cause);
    }

    private async Task EndWithAsync(Activation activation)
    {
        await activation.Deactivated;
        End(null);
    }

    private void Begin(Delivery delivery)
    {
        if (_activation is null)
            _scheduler!.Queue(delivery);
        else if (!_activation.Receive(delivery))
            delivery.Fail(new OrleansMessageRejectionException($"{_activation.GrainId} ended before its turn came."));
    }

    private void GoOn()
    {
        Delivery? next;
        lock (_gate)
        {
            _waiting.TryDequeue(out next);
            _current = next;
        }
        if (next is not null)
            Begin(next);
    }

    private sealed class Delivery(Subscription subscription, object? item) : Request
    {
        private readonly TaskCompletionSource _taken = new();

        public Task Taken => _taken.Task;

        public override bool IsReadOnly => false;

        public override bool IsAlwaysInterleave => false;

        public override bool IsKeepAlive => true;

        public override bool IsLocalOnly => true;

        public override void Run() => _ = RunAsync();

        public override void Fail(Exception exception)
        {
            Settle(exception);
            subscription.GoOn();
        }

        public void Settle(Exception? failure)
        {
            if (failure is null)
                _taken.TrySetResult();
            else
                _taken.TrySetException(failure);
        }

        private async Task RunAsync()
        {
            Exception? failure = null;
            try
            {
                await subscription._take(item);
            }
            catch (Exception thrown)
            {
                failure = thrown;
            }
            Host?.OnCompleted(this);
            Settle(failure);
            subscription.GoOn();
        }
    }
}
