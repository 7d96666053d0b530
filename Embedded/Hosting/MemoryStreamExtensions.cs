using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Hosting;

/// <summary>Settings of a silo's memory streams; none are used here.</summary>
public interface ISiloMemoryStreamConfigurator;

/// <summary>Settings of a client's memory streams; none are used here.</summary>
public interface IClusterClientMemoryStreamConfigurator;

/// <summary>Streams of a silo.</summary>
public static class SiloBuilderMemoryStreamExtensions
{
    /// <summary>A provider of streams that live in memory. Hosts of one cluster that name the same provider share its streams.</summary>
    public static ISiloBuilder AddMemoryStreams(this ISiloBuilder builder, string name, Action<ISiloMemoryStreamConfigurator>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        MemoryStreamServices.Add(builder.Services, name);
        return builder;
    }
}

/// <summary>Streams of a client.</summary>
public static class ClientBuilderStreamingExtensions
{
    /// <inheritdoc cref="SiloBuilderMemoryStreamExtensions.AddMemoryStreams"/>
    public static IClientBuilder AddMemoryStreams(this IClientBuilder builder, string name, Action<IClusterClientMemoryStreamConfigurator>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        MemoryStreamServices.Add(builder.Services, name);
        return builder;
    }
}

internal static class MemoryStreamServices
{
    public static void Add(IServiceCollection services, string name) =>
        services.AddKeyedSingleton<IStreamProvider>(name, (provider, _) => new MemoryStreamProvider(name, provider.GetRequiredService<GrainFactory>()));
}
