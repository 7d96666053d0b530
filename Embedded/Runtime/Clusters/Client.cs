using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Runtime;

/// <summary>A client outside the silos: a member of the cluster that hosts nothing.</summary>
internal sealed class Client : IHostedService, IDisposable
{
    private int _left;

    public Client(
        IServiceProvider services,
        IOptions<ClusterOptions> cluster,
        IOptions<ClientMessagingOptions> messaging,
        TimeProvider time,
        WorkDispatcher dispatcher)
    {
        var joined = Cluster.Join(cluster.Value.ClusterId, cluster.Value.ServiceId, time, dispatcher, services.GetService<CallCarrier>());
        Factory = new GrainFactory(joined, null, services, messaging.Value);
    }

    public GrainFactory Factory { get; }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _left, 1) == 0)
            Factory.Cluster.Leave();
    }
}
