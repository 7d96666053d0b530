using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Orleans.TestingHost;

/// <summary>Several silos and a client in the test's own process. Silos can be added, stopped and killed.</summary>
public sealed class InProcessTestCluster : IDisposable, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<InProcessSiloHandle> _silos = [];
    private IHost? _clientHost;
    private int _started;
    private bool _disposed;

    internal InProcessTestCluster(InProcessTestClusterOptions options) => Options = options;

    /// <summary>The silos that were neither stopped nor killed.</summary>
    public ReadOnlyCollection<InProcessSiloHandle> Silos
    {
        get
        {
            lock (_gate)
                return new List<InProcessSiloHandle>(_silos).AsReadOnly();
        }
    }

    public InProcessTestClusterOptions Options { get; }

    /// <summary>The client, which is outside the silos.</summary>
    /// <exception cref="InvalidOperationException">The cluster was not deployed, or the client was stopped.</exception>
    public IClusterClient Client => _clientHost?.Services.GetRequiredService<IClusterClient>()
        ?? throw new InvalidOperationException("The test cluster has no client: it was not deployed, or the client was stopped.");

    /// <summary>Starts the silos and the client.</summary>
    public async Task DeployAsync()
    {
        if (Silos.Count > 0)
            throw new InvalidOperationException("Cluster host already deployed.");
        await StartSilosAsync(Options.InitialSilosCount);
        if (Options.InitializeClientOnDeploy)
            await InitializeClientAsync();
    }

    public async Task InitializeClientAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "TestClusterClient" });
        foreach (var configure in Options.ClientHostConfigurationDelegates)
            configure(builder);
        builder.UseOrleansClient(client => client.Configure<ClusterOptions>(Identify));
        var host = builder.Build();
        await host.StartAsync();
        // The cluster is joined by the client's first use; a test that only starts it expects it to be there.
        host.Services.GetRequiredService<IClusterClient>();
        _clientHost = host;
    }

    public IEnumerable<InProcessSiloHandle> GetActiveSilos() => Silos.Where(silo => silo.IsActive);

    public async Task<InProcessSiloHandle> StartAdditionalSiloAsync() => (await StartSilosAsync(1)).Single();

    public async Task<List<InProcessSiloHandle>> StartSilosAsync(int silosToStart)
    {
        var started = new List<InProcessSiloHandle>(silosToStart);
        for (var i = 0; i < silosToStart; i++)
        {
            var handle = await StartSiloAsync(Interlocked.Increment(ref _started) - 1);
            started.Add(handle);
            lock (_gate)
                _silos.Add(handle);
        }
        return started;
    }

    /// <summary>Stops one silo in order: its activations are deactivated.</summary>
    public async Task StopSiloAsync(InProcessSiloHandle instance) => await EndAsync(instance, gracefully: true);

    /// <summary>Kills one silo, as a crash would: its activations are gone, and whoever waits for them gets SiloUnavailableException.</summary>
    public async Task KillSiloAsync(InProcessSiloHandle instance) => await EndAsync(instance, gracefully: false);

    /// <summary>Until every silo has noticed who joined, stopped or died: here at once, as all share one directory.</summary>
    [SuppressMessage("Performance", "CA1822", Justification = "Orleans' own is an instance member.")]
    public async Task WaitForLivenessToStabilizeAsync(bool didKill = false) => await Task.CompletedTask;

    public async Task StopClusterClientAsync()
    {
        var client = Interlocked.Exchange(ref _clientHost, null);
        if (client is null)
            return;
        await client.StopAsync();
        client.Dispose();
    }

    public async Task StopAllSilosAsync()
    {
        await StopClusterClientAsync();
        foreach (var silo in Silos)
            await StopSiloAsync(silo);
    }

    /// <summary>The activation of a grain, if it has one now.</summary>
    public bool TryGetGrainContext(GrainId grainId, [NotNullWhen(true)] out IGrainContext? grainContext)
    {
        grainContext = null;
        if (Silos.FirstOrDefault()?.ServiceProvider.GetRequiredService<Silo>().Cluster.TryFind(grainId, out var activation) == true)
            grainContext = activation;
        return grainContext is not null;
    }

    /// <summary>Completes when the grain's activation of this moment has ended; at once if there is none.</summary>
    public Task WaitForDeactivationAsync(GrainId grainId) => TryGetGrainContext(grainId, out var context) ? context.Deactivated : Task.CompletedTask;

    /// <inheritdoc cref="WaitForDeactivationAsync(GrainId)"/>
    public Task WaitForDeactivationAsync(IAddressable grain) => WaitForDeactivationAsync(grain.GetGrainId());

    /// <summary>Ends the grain's activation and waits for that.</summary>
    public async Task DeactivateAsync(GrainId grainId)
    {
        if (!TryGetGrainContext(grainId, out var context))
            return;
        context.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, $"{nameof(DeactivateAsync)} was called."));
        await context.Deactivated;
    }

    /// <inheritdoc cref="DeactivateAsync(GrainId)"/>
    public Task DeactivateAsync(IAddressable grain) => DeactivateAsync(grain.GetGrainId());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await StopClusterClientAsync();
        foreach (var silo in Silos)
            await silo.DisposeAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        foreach (var silo in Silos)
            silo.Dispose();
        _clientHost?.Dispose();
    }

    private async Task EndAsync(InProcessSiloHandle instance, bool gracefully)
    {
        ArgumentNullException.ThrowIfNull(instance);
        await instance.StopSiloAsync(gracefully);
        await instance.DisposeAsync();
        lock (_gate)
            _silos.Remove(instance);
    }

    private async Task<InProcessSiloHandle> StartSiloAsync(int number)
    {
        var specific = new InProcessTestSiloSpecificOptions { SiloName = $"Silo_{number}" };
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "TestCluster" });
        foreach (var configure in Options.SiloHostConfigurationDelegates)
            configure(specific, builder);
        builder.UseOrleans(silo => silo.Configure<ClusterOptions>(Identify).Configure<SiloOptions>(options => options.SiloName = specific.SiloName));
        var host = builder.Build();
        await host.StartAsync();
        return new InProcessSiloHandle { Name = specific.SiloName, SiloHost = host, InstanceNumber = (short)number };
    }

    private void Identify(ClusterOptions options)
    {
        options.ClusterId = Options.ClusterId;
        options.ServiceId = Options.ServiceId;
    }
}
