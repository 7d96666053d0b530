using TPWallet.Domain.Machines;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Shell;

namespace TPWallet.Silo.Composition;

/// <summary>
/// Tells the journal's database that this silo lives and which events it reads, before anything is served and every ten seconds from then on, and learns from
/// it what may be written. A silo that was taken for dead while the others went on to events that it cannot read ends itself.
/// </summary>
internal sealed class SiloAnnouncer(
    IEventGenerations announcements, EventGeneration generation, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<SiloAnnouncer> log,
    int reads = EventGenerations.Reads)
    : BackgroundService
{
    /// <summary>Between two heartbeats.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    /// <summary>After so long without one a silo counts as dead.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

    private readonly Guid _silo = Guid.NewGuid();

    /// <exception cref="SetUpException">The database's events are too new for this build.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await AnnounceAsync(cancellationToken);
        }
        catch (EventsTooNewException tooNew)
        {
            throw new SetUpException(tooNew.Message);
        }

        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await announcements.LeaveAsync(_silo, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.LogWarning(e, "Could not say that this silo ends; the others wait for its silence.");
        }
    }

    /// <summary>One heartbeat.</summary>
    internal async Task AnnounceAsync(CancellationToken cancellationToken) =>
        generation.RaiseTo(await announcements.AnnounceAsync(_silo, reads, Silence, cancellationToken));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await AnnounceAsync(stoppingToken);
            }
            catch (EventsTooNewException tooNew)
            {
                log.LogCritical(tooNew, "This silo was silent while the others went on to newer events; it ends.");
                lifetime.StopApplication();
                return;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(e, "A heartbeat was not written; the next one is tried in {Every}.", Every);
            }
        }
    }
}
