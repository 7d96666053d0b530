using Microsoft.Extensions.DependencyInjection;
using Orleans.Streams;

namespace Orleans;

/// <summary>How grains find streams.</summary>
public static class GrainStreamingExtensions
{
    /// <summary>The provider of that name.</summary>
    /// <exception cref="KeyNotFoundException">The silo has none.</exception>
    public static IStreamProvider GetStreamProvider(this IGrainBase grain, string name)
    {
        ArgumentNullException.ThrowIfNull(grain);
        return ClientStreamingExtensions.Find(grain.GrainContext.ActivationServices, name);
    }
}

/// <summary>How code outside grains finds streams.</summary>
public static class ClientStreamingExtensions
{
    /// <summary>The provider of that name.</summary>
    /// <exception cref="KeyNotFoundException">The host has none.</exception>
    public static IStreamProvider GetStreamProvider(this IClusterClient client, string name)
    {
        ArgumentNullException.ThrowIfNull(client);
        return Find(client.ServiceProvider, name);
    }

    internal static IStreamProvider Find(IServiceProvider services, string name)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw new ArgumentNullException(nameof(name));
        return services.GetKeyedService<IStreamProvider>(name) ?? throw new KeyNotFoundException($"Stream provider '{name}' not found");
    }
}
