using Microsoft.Extensions.DependencyInjection;
using Orleans;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client;

/// <summary>Registers <see cref="ITPWallet"/>.</summary>
public static class ClientServices
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Over REST.</summary>
    /// <param name="services">Where to register.</param>
    /// <param name="silo">The silo's base address.</param>
    /// <param name="apiKey">The program's key at the gateway; it carries no authority over funds.</param>
    public static IServiceCollection AddTPWalletClient(this IServiceCollection services, Uri silo, ApiKey apiKey)
    {
        ArgumentNullException.ThrowIfNull(silo);
        return services.AddSingleton<ITPWallet>(provider => new RestWallet(CreateHttp(silo), apiKey, provider.GetService<TimeProvider>()));
    }

    /// <summary>Inside a cluster, over the registered IClusterClient.</summary>
    public static IServiceCollection AddTPWalletClient(this IServiceCollection services, Name tenant) => services.AddSingleton<ITPWallet>(
        provider => new GrainWallet(provider.GetRequiredService<IClusterClient>(), tenant, provider.GetService<TimeProvider>()));

    /// <summary>An HttpClient as <see cref="RestWallet"/> wants it: no redirects, which a signature does not cover. The deadline is for the headers of
    /// an answer: event streams go on beyond it.</summary>
    public static HttpClient CreateHttp(Uri silo) =>
        new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = ConnectTimeout,
            ResponseDrainTimeout = ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        })
        {
            BaseAddress = silo,
            Timeout = AnswerTimeout,
        };
}
