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

    /// <summary>Wakes these lanes, whether or not they owe anything, so that they hear of a restore of the journal. Fails if one could not be woken.</summary>
    /// <param name="lanes">Keys of at most <see cref="MaxRoused"/> lanes.</param>
    Task Rouse(string[] lanes);

    /// <summary>Lanes of one call.</summary>
    const int MaxRoused = 64;
}

/// <summary>
/// Reads due wake rows of its shard and calls the grains through ordinary placement: bounded in flight and per sweep, back-off per stream, a dead letter
/// and an incident after <see cref="MaxFailures"/> failures in a row (engine-notes.md, Owed effects and waking).
/// </summary>
[Reentrant]
public sealed class SweeperGrain(ShellServices services) : Grain, ISweeperGrain
{
    /// <summary>Calls of one shard under way at once.</summary>
    public const int MaxOutstanding = 16;

    /// <summary>Failed calls in a row after which a stream is given up.</summary>
    public const int MaxFailures = 20;

    private readonly ILogger _log = services.Logs.CreateLogger<SweeperGrain>();
    private IGrainTimer? _timer;
    private bool _sweeping;

    public Task Start()
    {
        _timer ??= this.RegisterGrainTimer(
            SweepAsync, new GrainTimerCreationOptions { DueTime = FirstPause(), Period = Every, Interleave = true, KeepAlive = true });
        return Task.CompletedTask;
    }

    public Task Rouse(string[] lanes) => Task.WhenAll(lanes.Take(ISweeperGrain.MaxRoused).Select(lane => LaneOf(lane).Wake(0)));

    private IWakeable LaneOf(string key) =>
        ChainId.Parse(key[..key.IndexOf('/', StringComparison.Ordinal)]).IsBitcoin ? GrainFactory.GetGrain<ICoinLaneGrain>(key) : GrainFactory.GetGrain<ILaneGrain>(key);

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
            await SweepOnceAsync(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            _log.LogWarning(e, "Sweep of shard {Shard} failed; the next one tries again.", Shard);
        }
        finally
        {
            _sweeping = false;
        }
    }

    private async Task SweepOnceAsync(CancellationToken cancellationToken)
    {
        var taken = services.Wakes.Take(MaxOutstanding);
        if (taken == 0) return;
        var due = await services.Journal.ReadDueAsync(Shard, services.Clock.Now.UnixMs, taken, cancellationToken);
        services.Wakes.Return(taken - due.Count);
        await Task.WhenAll(due.Select(wake => WakeOneAsync(wake, cancellationToken)));
    }

    private async Task WakeOneAsync(DueWake wake, CancellationToken cancellationToken)
    {
        var (id, due) = (wake.Stream.Id, wake.DueAtUnixMs);
        try
        {
            var next = await StreamKeepers.Find(GrainFactory, wake.Stream).Wake(wake.Attempts);
            if (next is { } again) await services.Journal.PostponeWakeAsync(id, due, again.UnixMs, WakeResult.Owing, cancellationToken);
            else await services.Journal.ClearWakeAsync(id, due, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            var failures = wake.Failures + 1;
            _log.LogError(e, "Waking {Stream} failed, {Failures} times in a row.", wake.Stream, failures);
            var again = services.Clock.Now + WakeRow.Jittered(new Span(1000L << Math.Min(wake.Failures, 10)), id);
            if (failures < MaxFailures) await services.Journal.PostponeWakeAsync(id, due, again.UnixMs, WakeResult.Failed, cancellationToken);
            else if (await services.Journal.PostponeWakeAsync(id, due, again.UnixMs, WakeResult.GivenUp, cancellationToken))
                services.Incidents.Raise(IncidentCodes.WakeDead, wake.Stream.ToString(), $"not woken {failures} times in a row: {e.Message}");
        }
    }
}
