using System.Collections.Concurrent;

namespace Orleans.Runtime;

/// <summary>
/// The silos of one cluster in this process, with the directory of activations and the calls that wait for answers.
/// Hosts with the same cluster and service id meet in one, as they would through a membership table.
/// </summary>
internal sealed class Cluster
{
    // An activation may end between look-up and delivery; each round meets a newer one, so few rounds are ever needed.
    private const int MaxDeliveryRounds = 64;

    private static readonly ConcurrentDictionary<(string ClusterId, string ServiceId), Cluster> _clusters = new();

    private readonly (string ClusterId, string ServiceId) _id;
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<GrainId, Activation> _directory = new();
    private readonly ConcurrentDictionary<(TimeSpan Timeout, int Shard), TimeoutQueue> _timeouts = new();
    private readonly bool _isSeeded;
    private readonly int _shards;
    private volatile Silo[] _active = [];
    private int _members;
    private int _siloNumber;

    private Cluster((string ClusterId, string ServiceId) id, TimeProvider time, WorkDispatcher dispatcher)
    {
        _id = id;
        Time = time;
        Dispatcher = dispatcher;
        _isSeeded = dispatcher is not ThreadPoolDispatcher;
        // Calls of several threads would wait for one another at a single list; a simulation has one thread and wants one order.
        _shards = _isSeeded ? 1 : Environment.ProcessorCount;
    }

    public TimeProvider Time { get; }

    public WorkDispatcher Dispatcher { get; }

    /// <summary>Who subscribes to streams, of all hosts.</summary>
    public SubscriptionTable Subscriptions { get; } = new();

    /// <summary>What carries calls between hosts in a simulation; null in production.</summary>
    public CallCarrier? Carrier { get; private init; }

    /// <summary>Joins the cluster of that id, or founds it with this clock and dispatcher.</summary>
    public static Cluster Join(string clusterId, string serviceId, TimeProvider time, WorkDispatcher dispatcher, CallCarrier? carrier)
    {
        while (true)
        {
            var cluster = _clusters.GetOrAdd(
                (clusterId, serviceId), static (id, seams) => new Cluster(id, seams.time, seams.dispatcher) { Carrier = seams.carrier }, (time, dispatcher, carrier));
            lock (cluster._gate)
            {
                if (cluster._members < 0)
                    continue;
                if (!ReferenceEquals(cluster.Time, time) || !ReferenceEquals(cluster.Dispatcher, dispatcher))
                    throw new OrleansConfigurationException($"The hosts of cluster {clusterId} must share one TimeProvider and one work dispatcher.");
                cluster._members++;
                return cluster;
            }
        }
    }

    /// <summary>The last member to leave ends the cluster.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            if (--_members > 0)
                return;
            _members = -1;
            _clusters.TryRemove(new(_id, this));
        }
        foreach (var queue in _timeouts.Values)
            queue.Dispose();
    }

    public int NextSiloNumber() => Interlocked.Increment(ref _siloNumber);

    public void Add(Silo silo)
    {
        lock (_gate)
            _active = [.. _active, silo];
    }

    /// <summary>From now on no activation is placed on the silo.</summary>
    public void Withdraw(Silo silo)
    {
        lock (_gate)
            _active = [.. _active.Where(other => !ReferenceEquals(other, silo))];
    }

    public TimeoutQueue Timeouts(TimeSpan timeout)
    {
        var shard = _shards == 1 ? 0 : Environment.CurrentManagedThreadId % _shards;
        return _timeouts.TryGetValue((timeout, shard), out var queue)
            ? queue
            : _timeouts.GetOrAdd((timeout, shard), static (key, time) => new TimeoutQueue(time, key.Timeout), Time);
    }

    /// <summary>Gives the call to the grain's activation, which is made if there is none, and answers where it went.</summary>
    public Activation? Deliver(GrainCall call, Activation? lastSeen)
    {
        try
        {
            for (var round = 0; round < MaxDeliveryRounds; round++)
            {
                var (activation, isNew) = lastSeen is null ? Locate(call) : (lastSeen, false);
                if (activation is null)
                {
                    call.Fail(new OrleansMessageRejectionException($"No gateways available: no active silo can take {call}."));
                    return null;
                }
                var isTaken = activation.Receive(call);
                // Only now: an activation that fails at once would have ended before its first call came, which would then make another one.
                if (isNew)
                    activation.Start(call.Context);
                if (isTaken)
                    return activation;
                lastSeen = null;
            }
            call.Fail(new OrleansMessageRejectionException($"{call} met an ended activation {MaxDeliveryRounds} times."));
        }
        catch (ArgumentException unknownType)
        {
            call.Fail(unknownType);
        }
        return null;
    }

    public void Remove(Activation activation) => _directory.TryRemove(new(activation.GrainId, activation));

    public bool TryFind(GrainId id, out Activation? activation) => _directory.TryGetValue(id, out activation);

    /// <summary>What lives on the silo; under a seed in the order of identities, since a hash table has another order in each process.</summary>
    public IEnumerable<Activation> ActivationsOf(Silo silo)
    {
        var own = _directory.Select(entry => entry.Value).Where(activation => ReferenceEquals(activation.Silo, silo));
        return _isSeeded ? own.OrderBy(activation => activation.GrainId) : own;
    }

    /// <summary>Everything on the silo is gone, and whoever waits for it learns so.</summary>
    public void Bury(Silo silo)
    {
        var orphans = new List<Request>();
        foreach (var activation in ActivationsOf(silo))
        {
            Remove(activation);
            activation.Kill(orphans);
        }
        var pending = new List<GrainCall>();
        foreach (var (_, queue) in _timeouts.OrderBy(entry => entry.Key))
            queue.CollectPending(pending);
        foreach (var call in pending.Where(call => ReferenceEquals(call.Host?.Silo, silo)))
            call.Fail(new SiloUnavailableException($"The target silo became unavailable for message: {call}."));
        foreach (var orphan in orphans)
            orphan.Fail(new SiloUnavailableException($"The target silo became unavailable for message: {orphan}."));
    }

    private (Activation? Activation, bool IsNew) Locate(GrainCall call)
    {
        if (_directory.TryGetValue(call.Target, out var activation))
            return (activation, false);
        var silos = _active;
        if (silos.Length == 0)
            return (null, false);
        // Placement by a stable hash: even, the same in every run, and without state.
        var silo = silos[call.Target.GetUniformHashCode() % (uint)silos.Length];
        var created = new Activation(silo, GrainTypes.Resolve(call.Target.Type), call.Target);
        activation = _directory.GetOrAdd(call.Target, created);
        // The silo may have died between the choice and the entry; then nobody else would remove it.
        if (ReferenceEquals(activation, created) && silo.IsDead)
        {
            Remove(created);
            created.Kill([]);
        }
        return (activation, ReferenceEquals(activation, created));
    }
}
