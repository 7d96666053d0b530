using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Silo.Composition;

namespace TPWallet.Silo.Gateway;

/// <summary>
/// Finds the API keys at start. With no file and only loopback addresses a developer's key is made; beyond loopback the silo does not start without
/// keys that somebody made. It is never open to all.
/// </summary>
internal sealed class GatewayKeys(IConfiguration configuration) : IHostedService
{
    /// <summary>Configuration: the data folder.</summary>
    public const string DataFolderKey = "Data";

    /// <summary>Configuration: the tenant of the key that is made at the first start; default "default", as the silo's own.</summary>
    public const string TenantKey = "Tenant";

    public const string DefaultTenant = "default";

    private const string DevKey = "dev";

    private ApiKeyRing? _ring;

    /// <summary>The keys, from the host's start on.</summary>
    public ApiKeyRing Ring => _ring ?? throw new InvalidOperationException("The API keys are loaded when the host starts.");

    /// <exception cref="SetUpException">
    /// The key file may be read by others or is damaged; or there is none and the silo would listen beyond loopback.
    /// </exception>
    public async Task StartAsync(CancellationToken cancellationToken) => _ring = await LoadAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<ApiKeyRing> LoadAsync(CancellationToken cancellationToken)
    {
        var path = Path.Combine(configuration[DataFolderKey] ?? "data", ApiKeyRing.FileName);
        if (File.Exists(path)) return await ReadAsync(path, cancellationToken);
        if (!OnlyLoopback(configuration))
            throw new SetUpException($"The silo would listen beyond this machine and {path} does not exist: make it with `tpw keys add`.");
        Name tenant = configuration[TenantKey] ?? DefaultTenant;
        var ring = new ApiKeyRing([
            ApiKeyFile.Generate(DevKey, tenant, [ApiKey.AllAccounts], [ApiScope.Read, ApiScope.Propose, ApiScope.Admin, ApiScope.Operator, ApiScope.Channels])]);
        await ApiKeyFile.WriteAsync(path, ring, cancellationToken);
        await Console.Error.WriteLineAsync($"silo: made an API key for this machine in {path} (mode 0600)");
        return ring;
    }

    private static async Task<ApiKeyRing> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await ApiKeyFile.ReadAsync(path, cancellationToken);
        }
        catch (InvalidDataException damaged)
        {
            throw new SetUpException(damaged.Message);
        }
    }

    /// <summary>True if every configured address is of this machine only. Kestrel's own default is.</summary>
    internal static bool OnlyLoopback(IConfiguration configuration)
    {
        if (configuration["http_ports"] is { Length: > 0 } || configuration["https_ports"] is { Length: > 0 }) return false;
        var urls = (configuration["urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Concat(configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"] ?? ""));
        return urls.All(IsLoopback);
    }

    private static bool IsLoopback(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address)
        && (address.Host == "localhost" || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip)));
}
