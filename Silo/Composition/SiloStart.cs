using System.Globalization;
using System.Security.Cryptography;
using Orleans;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Personal;
using TPWallet.Grains.Shell;

namespace TPWallet.Silo.Composition;

/// <summary>
/// Starts what must run without being called: the sweepers that wake owing streams, and one tracker per chain. Repeated every few seconds, so that
/// another silo's death leaves none of them asleep.
/// </summary>
public sealed class SiloStart(
    IClusterClient grains, ChainSet chains, ShellServices shell, NodeRegister nodes, RestoreCheck restore, PersonalTexts personal, ILogger<SiloStart> log)
    : BackgroundService
{
    /// <summary>Sooner while something could not be started yet, such as a chain whose nodes are not up.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _every = TimeSpan.FromMilliseconds(shell.Times.StartEvery.Ms);

    /// <summary>Before anything is served, so that nobody sees a healthy silo first.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        RaiseAudit();
        await CheckMasterKeyAsync(cancellationToken);
        await restore.CompareAsync(cancellationToken);
        foreach (var chain in chains.All) nodes.Watch(chain);
        await base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    /// <summary>The service's work; a simulation runs it without the host, which would give it a thread.</summary>
    internal async Task RunAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var (all, news) = (false, nodes.News);
            try
            {
                all = await StartAllAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(e, "Starting sweepers and trackers failed; tried again soon.");
            }

            using var pause = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, news);
            await Task.Delay(all ? _every : Again, shell.Time, pause.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    private async Task CheckMasterKeyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await personal.CheckAsync(cancellationToken);
        }
        catch (CryptographicException)
        {
            throw new SetUpException("Configuration key Journal:PersonalKeyFile: expected the file that every silo on this database has, got another.");
        }
    }

    /// <summary>What the journal's audit found at opening stops the streams concerned; a person must know.</summary>
    private void RaiseAudit()
    {
        foreach (var report in shell.Journal.AuditAtStart)
        {
            foreach (var fault in report.Faults) shell.Incidents.Raise(IncidentCodes.JournalAudit, $"stream {fault.Stream}", fault.Message);
            if (report.BrokenAtN is { } n)
                shell.Incidents.Raise(IncidentCodes.JournalAudit, $"batch {n} of one committer", $"the chain of batches is broken; audited until {report.LastN}");
        }
    }

    private async Task<bool> StartAllAsync(CancellationToken cancellationToken)
    {
        var askedAt = shell.Clock.AskNow();
        shell.Clock.Observe(await shell.Journal.DatabaseTimeAsync(cancellationToken), askedAt);
        // All at once: a shard whose silo does not answer keeps none of the others asleep.
        await Task.WhenAll(Enumerable.Range(0, JournalLimits.WakeShards)
            .Select(shard => grains.GetGrain<ISweeperGrain>(shard.ToString(CultureInfo.InvariantCulture)).Start()));
        await restore.GoOnAsync(cancellationToken);
        var all = true;
        foreach (var chain in chains.All) all &= await StartAsync(chain, cancellationToken) & await nodes.SynchroniseAsync(chain, cancellationToken);
        // Last: what only judges relays keeps no chain from being followed.
        foreach (var chain in chains.All) await nodes.LookAtRelaysAsync(chain);
        return all;
    }

    private async Task<bool> StartAsync(IServedChain chain, CancellationToken cancellationToken)
    {
        var tracker = grains.GetGrain<IChainTrackerGrain>(chain.Profile.Chain.ToString());
        var view = await tracker.Read();
        if (view.Final is not null) return true;
        var first = await chain.FirstAsync(cancellationToken);
        if (!first.TryGet(out var block, out var error))
        {
            log.LogWarning("No node of {Chain} answers yet: {Error}", chain.Profile.Chain, error);
            return false;
        }

        var id = EffectId.Of("silo", chain.Profile.Chain.ToString(), $"start/{chain.Profile.Version}/{block.Hash}");
        return await tracker.Submit(new TrackerCommand.Start(id, chain.Profile, block)) is CommandReply.Accepted;
    }
}
