using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Hosting;
using TPWallet.Demo.Processes;

namespace TPWallet.Benchmarks.Runtime;

/// <summary>
/// A silo in this process and callers beside it, on whatever stands behind the Orleans API in this build. Each caller waits for its answer before it
/// calls again.
/// </summary>
internal sealed class GrainRates : IAsyncDisposable
{
    /// <summary>Callers at once.</summary>
    public const int Callers = 100;

    private const int Grains = 1_000;
    private const int CallsPerRound = 1_000_000;
    private const int ActivationsPerRound = 50_000;

    private readonly IHost _host;
    private readonly IClusterClient _client;
    private int _activated = Grains;

    private GrainRates(IHost host)
    {
        (_host, _client) = (host, host.Services.GetRequiredService<IClusterClient>());
        Grain = [.. Enumerable.Range(0, Grains).Select(GrainAt)];
    }

    /// <summary>The grains that are called.</summary>
    public IReadOnlyList<IEchoGrain> Grain { get; }

    /// <summary>Starts a silo that speaks to nobody else.</summary>
    /// <param name="configure">What it has besides.</param>
    public static async Task<GrainRates> StartAsync(Action<ISiloBuilder> configure, CancellationToken cancellationToken)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(FreePort.Take(), FreePort.Take());
            configure(silo);
        });
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return new GrainRates(host);
    }

    /// <summary>Calls per second to grains that are active.</summary>
    public Task<double> CallsAsync() => RateAsync(CallsPerRound, (_, grain, value) => Grain[grain].Call(value));

    /// <summary>First calls per second, each to a grain that was never called.</summary>
    public Task<double> ActivationsAsync() => RateAsync(ActivationsPerRound, (_, _, value) => GrainAt(Interlocked.Increment(ref _activated)).Call(value));

    /// <summary>Calls per second of any kind.</summary>
    /// <param name="calls">How many in all.</param>
    /// <param name="call">Gets the caller's number, a random grain's, and how many calls that caller has made.</param>
    public static async Task<double> RateAsync(int calls, Func<int, int, int, Task<int>> call)
    {
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random(caller);
            for (var i = 0; i < calls / Callers; i++) await call(caller, random.Next(Grains), i);
        })));
        return calls / clock.Elapsed.TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }

    private IEchoGrain GrainAt(int number) => _client.GetGrain<IEchoGrain>(number.ToString(CultureInfo.InvariantCulture));
}
