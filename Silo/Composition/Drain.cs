using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace TPWallet.Silo.Composition;

/// <summary>
/// The first part of an ordered end: the silo says that it is not ready and serves on for a while, so that whatever spreads requests over silos finds another. Then the
/// gateway takes nothing more and answers what it took; then grains end, and the journal last. A silo that is killed at any point loses nothing that it answered:
/// this only spares callers an unknown outcome.
/// </summary>
internal sealed class Drain(IHostApplicationLifetime lifetime, TimeProvider time, TimeSpan notice) : IHostedLifecycleService, IHealthCheck
{
    /// <summary>Has this silo end in order when it is asked to.</summary>
    public static void Add(IServiceCollection services, TimeSpan notice)
    {
        services.AddSingleton(s => new Drain(s.GetRequiredService<IHostApplicationLifetime>(), s.GetRequiredService<TimeProvider>(), notice));
        services.AddHostedService(s => s.GetRequiredService<Drain>());
        services.AddHealthChecks().AddCheck<Drain>("serving");
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(lifetime.ApplicationStopping.IsCancellationRequested ? HealthCheckResult.Unhealthy("this silo ends") : HealthCheckResult.Healthy());

    /// <summary>Before any service is stopped.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken) =>
        await Task.Delay(notice, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
