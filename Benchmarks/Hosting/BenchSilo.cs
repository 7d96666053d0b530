using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Personal;
using TPWallet.Grains.Shell;
using TPWallet.Silo.Composition;

namespace TPWallet.Benchmarks.Hosting;

/// <summary>
/// A silo as production composes it (<see cref="SiloComposition"/>) on PostgreSQL, in this process, without the REST gateway. It serves the chains it is
/// given. Its signer is named; who measures ledger transfers or the tracking of chains need not start it.
/// </summary>
internal sealed class BenchSilo : IAsyncDisposable
{
    private readonly IHost _host;

    private BenchSilo(IHost host, IJournal journal, JournalCounter rows) => (_host, Journal, Rows) = (host, journal, rows);

    /// <summary>The silo's journal.</summary>
    public IJournal Journal { get; }

    /// <summary>Counts what became durable.</summary>
    public JournalCounter Rows { get; }

    public IClusterClient Client => _host.Services.GetRequiredService<IClusterClient>();

    public static Task<BenchSilo> StartAsync(string connectionString, string dataFolder, CancellationToken cancellationToken) =>
        StartAsync(connectionString, dataFolder, [], cancellationToken);

    /// <param name="more">Further settings.</param>
    /// <param name="effects">What does the effects in the place of production's runner, or before it; null: <see cref="PacketlessEffects"/>.</param>
    public static async Task<BenchSilo> StartAsync(
        string connectionString, string dataFolder, IReadOnlyCollection<KeyValuePair<string, string?>> more, CancellationToken cancellationToken,
        Func<EffectRunner, IEffectRunner>? effects = null)
    {
        // Without defaults: watching configuration files that are not there costs turns of the processor.
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddConsole();
        // A sweeper that the stop interrupts says so; what matters to a benchmark fails in it.
        builder.Logging.SetMinimumLevel(LogLevel.Warning)
            .AddFilter(typeof(SweeperGrain).FullName, LogLevel.Critical);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Data"] = dataFolder,
            ["Journal:Store"] = "postgres",
            ["Journal:Postgres:ConnectionString"] = connectionString,
            ["Signer:SocketPath"] = Path.Combine(dataFolder, "signer.sock"),
        });
        builder.Configuration.AddInMemoryCollection(more);
        var configuration = SiloConfiguration.Read(builder.Configuration);
        var stored = await SiloComposition.OpenJournalAsync(configuration, cancellationToken);
        var (journal, rows) = JournalCounter.Over(stored);
        builder.AddSilo(configuration, journal, SiloComposition.OpenSigner(configuration));
        // The counter stands before the journal alone; what the store keeps beside it is asked past it.
        builder.Services.AddSingleton((IPersonalKeys)stored);
        builder.Services.AddSingleton((IJournalFeed)stored);
        builder.Services.AddSingleton<EffectRunner>();
        builder.Services.Replace(ServiceDescriptor.Singleton(services =>
        {
            var production = services.GetRequiredService<EffectRunner>();
            return effects?.Invoke(production) ?? new PacketlessEffects(production);
        }));
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return new BenchSilo(host, journal, rows);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
        await Journal.DisposeAsync();
    }
}

/// <summary>
/// Accounts tell packets of their legs' ends; here no packet is behind the reservations, and what they are told is taken without a grain, a row or a
/// read. Every other effect runs as in production.
/// </summary>
internal sealed class PacketlessEffects(EffectRunner production) : IEffectRunner
{
    private static readonly CommandReply _taken = new CommandReply.Accepted(1, []);

    public Task<EffectResult> RunAsync(Effect effect, CancellationToken cancellationToken) =>
        effect is Effect.Deliver e ? DeliverAsync(e, cancellationToken) : production.RunAsync(effect, cancellationToken);

    private async Task<EffectResult> DeliverAsync(Effect.Deliver e, CancellationToken cancellationToken) =>
        await production.RunAsync(new Effect.TellAccount(e.To, e.Transfer), cancellationToken) is EffectResult.Replied { Reply: var payee }
            ? new EffectResult.Delivered(payee, _taken)
            : new EffectResult.NoAnswer("the payee");
}
