using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;

namespace TPWallet.Grains.Shell;

/// <summary>Wakes the streams of one shard that owe something while nobody has them active. Key: the shard's number.</summary>
public interface ISweeperGrain : IGrainWithStringKey
{
    /// <summary>Starts sweeping, or does nothing when it runs. Called by each silo at start and once a minute.</summary>
    Task Start();
}

/// <summary>
/// Reads due wake rows of its shard and calls the grains through ordinary placement: bounded in flight and per sweep, back-off per stream, a dead letter
/// after <see cref="MaxAttempts"/> (engine-notes.md, Owed effects and waking).
/// </summary>
[Reentrant]
public sealed class SweeperGrain(ShellServices services) : Grain, ISweeperGrain
{
    public const int MaxOutstanding = 16;
    public const int MaxAttempts = 20;

    private readonly ILogger _log = services.Logs.CreateLogger<SweeperGrain>();
    private IGrainTimer? _timer;
    private bool _sweeping;

    public Task Start()
    {
        _timer ??= this.RegisterGrainTimer(
            SweepAsync, new GrainTimerCreationOptions { DueTime = FirstPause(), Period = Every, Interleave = true, KeepAlive = true });
        return Task.CompletedTask;
    }

    private TimeSpan Every => TimeSpan.FromMilliseconds(services.Times.SweepEvery.Ms);

    /// <summary>Shards start spread over the period, so that they do not all ask the database at once.</summary>
    private TimeSpan FirstPause() => Every * ((Shard + 1) / (double)JournalLimits.WakeShards);

    private int Shard => int.Parse(this.GetPrimaryKeyString(), System.Globalization.CultureInfo.InvariantCulture);

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        if (_sweeping) return;
        _sweeping = true;
        try
        {
            var due = await services.Journal.ReadDueAsync(Shard, services.Clock.Now.UnixMs, MaxOutstanding, cancellationToken);
            await Task.WhenAll(due.Select(wake => WakeOneAsync(wake, cancellationToken)));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _log.LogWarning(e, "Sweep of shard {Shard} failed; the next one tries again.", Shard);
        }
        finally
        {
            _sweeping = false;
        }
    }

    private async Task WakeOneAsync(DueWake wake, CancellationToken cancellationToken)
    {
        try
        {
            var next = await GrainOf(wake.Stream).Wake();
            if (next is null) await services.Journal.ClearWakeAsync(wake.Stream.Id, wake.DueAtUnixMs, cancellationToken);
            else await services.Journal.PostponeWakeAsync(wake.Stream.Id, wake.DueAtUnixMs, BackOff(wake, next.Value), dead: false, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            var dead = wake.Attempts + 1 >= MaxAttempts;
            _log.LogError(e, "Waking {Stream} failed, attempt {Attempt}{Dead}.", wake.Stream, wake.Attempts + 1, dead ? ": given up, an operator must look" : "");
            var next = services.Clock.Now + new Span(1000L << Math.Min(wake.Attempts, 10));
            await services.Journal.PostponeWakeAsync(wake.Stream.Id, wake.DueAtUnixMs, next.UnixMs, dead, cancellationToken);
        }
    }

    /// <summary>An owing stream that is awake is looked at ever more rarely, up to ten minutes; a deadline is kept as it is.</summary>
    private long BackOff(DueWake wake, Instant next)
    {
        var pause = Math.Min(600_000, services.Times.WakeAfter.Ms << Math.Min(wake.Attempts, 5));
        return Math.Max(next.UnixMs, Math.Min(next.UnixMs + pause, services.Clock.Now.UnixMs + pause));
    }

    private IWakeable GrainOf(StreamName stream) => stream.Kind switch
    {
        "account" => GrainFactory.GetGrain<IAccountGrain>(stream.Key),
        "packet" => GrainFactory.GetGrain<ITokenPacketGrain>(stream.Key),
        "key" => GrainFactory.GetGrain<IKeyGrain>(stream.Key),
        "lane" => GrainFactory.GetGrain<ILaneGrain>(stream.Key),
        "watched" => GrainFactory.GetGrain<IWatchedTransactionGrain>(stream.Key),
        "tracker" => GrainFactory.GetGrain<IChainTrackerGrain>(stream.Key),
        "supernode" => GrainFactory.GetGrain<ISupernodeGrain>(stream.Key),
        "revenue" => GrainFactory.GetGrain<IRevenueGrain>(stream.Key),
        _ => throw new UnreachableException($"No grain keeps streams of kind {stream.Kind}."),
    };
}
