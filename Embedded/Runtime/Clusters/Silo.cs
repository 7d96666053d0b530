using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Runtime;

/// <summary>One host of activations. It starts and stops with its host; stopping with a cancelled token is a crash.</summary>
internal sealed class Silo : IHostedService, ILocalSiloDetails, IDisposable
{
    private readonly ClusterOptions _clusterOptions;
    private readonly Lazy<CallFilters> _filters;
    private ITimer? _collector;
    private int _ended;
    private volatile bool _isDead;

    public Silo(
        IServiceProvider services,
        IOptions<ClusterOptions> cluster,
        IOptions<SiloOptions> silo,
        IOptions<SiloMessagingOptions> messaging,
        IOptions<GrainCollectionOptions> collection,
        TimeProvider time,
        WorkDispatcher dispatcher,
        Lazy<CallFilters> filters,
        ILogger<Silo> logger)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        _clusterOptions = cluster.Value;
        _filters = filters;
        Services = services;
        Logger = logger;
        Collection = collection.Value;
        Validate();
        MaxForwards = messaging.Value.MaxForwardCount;
        MaxEnqueuedRequests = messaging.Value.MaxEnqueuedRequestsHardLimit;
        Cluster = Cluster.Join(_clusterOptions.ClusterId, _clusterOptions.ServiceId, time, dispatcher, services.GetService<CallCarrier>());
        var number = Cluster.NextSiloNumber();
        Name = silo.Value.SiloName ?? $"Silo_{number}";
        Address = $"S127.0.0.1:{number}";
        Factory = new GrainFactory(Cluster, this, services, messaging.Value);
    }

    public IServiceProvider Services { get; }

    public ILogger Logger { get; }

    public Cluster Cluster { get; }

    public GrainFactory Factory { get; }

    public CallFilters Filters => _filters.Value;

    public GrainCollectionOptions Collection { get; }

    public int MaxForwards { get; }

    public int MaxEnqueuedRequests { get; }

    public bool IsDead => _isDead;

    /// <summary>The silo's address in words; numbers count the silos of the cluster, as no socket is open.</summary>
    public string Address { get; }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string ClusterId => _clusterOptions.ClusterId;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Cluster.Add(this);
        _collector = Cluster.Time.CreateTimer(
            static silo => ((Silo)silo!).CollectIdle(), this, Collection.CollectionQuantum, Collection.CollectionQuantum);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Cluster.Withdraw(this);
        if (_collector is not null)
            await _collector.DisposeAsync();
        if (!cancellationToken.IsCancellationRequested)
            await DeactivateAllAsync(cancellationToken);
        End();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Cluster.Withdraw(this);
        _collector?.Dispose();
        End();
    }

    private async Task DeactivateAllAsync(CancellationToken cancellationToken)
    {
        var ending = new List<Task>();
        foreach (var activation in Cluster.ActivationsOf(this))
        {
            activation.Deactivate(new(DeactivationReasonCode.ShuttingDown, "This process is terminating."), cancellationToken);
            ending.Add(activation.Deactivated);
        }
        var late = new TaskCompletionSource();
        using var registration = cancellationToken.UnsafeRegister(static late => ((TaskCompletionSource)late!).TrySetResult(), late);
        await Task.WhenAny(Task.WhenAll(ending), late.Task);
    }

    private void End()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return;
        _isDead = true;
        Cluster.Bury(this);
        Cluster.Leave();
    }

    private void CollectIdle()
    {
        if (Collection.CollectionAge == Timeout.InfiniteTimeSpan)
            return;
        foreach (var activation in Cluster.ActivationsOf(this))
            activation.DeactivateIfIdle(Collection.CollectionAge);
    }

    private void Validate()
    {
        if (string.IsNullOrWhiteSpace(_clusterOptions.ClusterId) || string.IsNullOrWhiteSpace(_clusterOptions.ServiceId))
            throw new OrleansConfigurationException($"{nameof(ClusterOptions)} needs a ClusterId and a ServiceId.");
        if (Collection.CollectionQuantum <= TimeSpan.Zero)
            throw new OrleansConfigurationException($"CollectionQuantum is {Collection.CollectionQuantum}; it must be positive.");
        if (Collection.CollectionAge != Timeout.InfiniteTimeSpan && Collection.CollectionAge <= Collection.CollectionQuantum)
        {
            throw new OrleansConfigurationException(
                $"CollectionAge is set to {Collection.CollectionAge}. It must exceed CollectionQuantum, which is {Collection.CollectionQuantum}.");
        }
    }
}
