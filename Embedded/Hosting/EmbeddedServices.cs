using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Hosting;

/// <summary>Puts a silo or a client into a host's services, once.</summary>
internal static class EmbeddedServices
{
    private sealed record Marker(HostPart Part, bool IsSilo);

    public static ISiloBuilder AddSilo(IServiceCollection services, IConfiguration? configuration)
    {
        var part = Add(services, configuration, isSilo: true);
        if (services.Any(service => service.ServiceType == typeof(Silo)))
            return part;
        services.AddSingleton<Silo>();
        services.AddHostedService(static provider => provider.GetRequiredService<Silo>());
        services.TryAddSingleton<ILocalSiloDetails>(static provider => provider.GetRequiredService<Silo>());
        services.TryAddSingleton(static provider => provider.GetRequiredService<Silo>().Factory);
        services.TryAddTransient<IGrainContext>(static _ =>
            RuntimeContext.Current ?? throw new InvalidOperationException("A grain context exists only inside a grain."));
        services.TryAddSingleton<IGrainContextAccessor, GrainContextAccessor>();
        return part;
    }

    public static IClientBuilder AddClient(IServiceCollection services, IConfiguration? configuration)
    {
        var part = Add(services, configuration, isSilo: false);
        if (services.Any(service => service.ServiceType == typeof(Client)))
            return part;
        services.AddSingleton<Client>();
        services.AddHostedService(static provider => provider.GetRequiredService<Client>());
        services.TryAddSingleton(static provider => provider.GetRequiredService<Client>().Factory);
        return part;
    }

    private static HostPart Add(IServiceCollection services, IConfiguration? configuration, bool isSilo)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.FirstOrDefault(service => service.ServiceType == typeof(Marker))?.ImplementationInstance is Marker marker)
        {
            return marker.IsSilo == isSilo
                ? marker.Part
                : throw new OrleansConfigurationException("A host has either UseOrleans or UseOrleansClient: a silo's host has its client already.");
        }
        var part = new HostPart(services, configuration ?? new ConfigurationBuilder().Build());
        services.AddSingleton(new Marker(part, isSilo));
        services.AddOptions();
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<WorkDispatcher>(ThreadPoolDispatcher.Instance);
        services.TryAddSingleton<CallFilters>();
        services.TryAddSingleton(static provider => new Lazy<CallFilters>(provider.GetRequiredService<CallFilters>));
        services.TryAddSingleton<IGrainFactory>(static provider => provider.GetRequiredService<GrainFactory>());
        services.TryAddSingleton<IClusterClient>(static provider => provider.GetRequiredService<GrainFactory>());
        return part;
    }

    private sealed class GrainContextAccessor : IGrainContextAccessor
    {
        public IGrainContext GrainContext => RuntimeContext.Current!;
    }
}
