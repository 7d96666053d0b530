using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orleans;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Gateway;

/// <summary>Ready means that a grain answers, which takes the runtime and a journal that can be read. The account asked for is nobody's.</summary>
internal sealed class ClusterReady(IClusterClient client) : IHealthCheck
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await client.GetGrain<IAccountGrain>(new AccountId(Bytes32.Zero).ToString()).Read().WaitAsync(Deadline, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("no grain answers", exception);
        }
    }
}
