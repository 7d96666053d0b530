using System.Diagnostics;
using System.Globalization;
using TPWallet.Client;
using TPWallet.Demo.Processes;

namespace TPWallet.Tests.Chaos;

/// <summary>The faults, one after the other, and the wait for the end of everything.</summary>
internal sealed partial class ChaosRun
{
    /// <summary>Longer than a wake and its sweep: what is owed would have been done.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    private Task DoAsync(ChaosStep step, CancellationToken cancellationToken) => step.Fault switch
    {
        ChaosFault.SiloKilled => KillSiloAsync(cancellationToken),
        ChaosFault.SiloStopped => StopSiloAsync(step, cancellationToken),
        ChaosFault.DatabaseKilled => _faults.KillAsync(step.Lasts, cancellationToken),
        ChaosFault.ConnectionsCut => _faults.CutAsync(cancellationToken),
        ChaosFault.DiskFull => _faults.FillDiskAsync(step.Lasts, cancellationToken),
        _ => throw new UnreachableException(),
    };

    private async Task KillSiloAsync(CancellationToken cancellationToken)
    {
        await EndAsync(_serving[0]);
        await StartSiloAsync(cancellationToken);
    }

    /// <summary>
    /// The stopped silo holds grains, queues and half-done effects of another time. When it goes on, both believe that they are the only one; the
    /// owner lock, which would have refused the second, is overridden, and the journal alone decides between them.
    /// </summary>
    private async Task StopSiloAsync(ChaosStep step, CancellationToken cancellationToken)
    {
        var stopped = _serving[0];
        await SignalAsync("-STOP", stopped.Process, cancellationToken);
        var over = PlanClock.AfterAsync(step.Lasts, cancellationToken);
        await StartSiloAsync(cancellationToken);
        Close(stopped);
        await over;
        await SignalAsync("-CONT", stopped.Process, cancellationToken);
        Open(stopped);
        await PlanClock.AfterAsync(step.Contends, cancellationToken);
        await EndAsync(_serving[_chance.Below(2)]);
    }

    private async Task StartSiloAsync(CancellationToken cancellationToken)
    {
        await _stage.StartSiloAsync(null, cancellationToken);
        Open(Started());
    }

    /// <summary>The silo that was started last.</summary>
    private Silo Started()
    {
        var process = _stage.Silo;
        // Its end is a fault of the plan, or its own.
        process.Ended.ContinueWith(_ => Buried(process), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return new(process, _stage.SiloAddress);
    }

    private void Buried(ChildProcess process)
    {
        lock (_ended)
        {
            if (!_ended.Contains(process.Id)) _broken.Enqueue($"silo {process.Id} ended by itself with {process.ExitCode}");
        }
    }

    private async Task EndAsync(Silo silo)
    {
        lock (_ended) _ended.Add(silo.Process.Id);
        await silo.Process.KillAsync();
        Close(silo);
    }

    private static async Task SignalAsync(string signal, ChildProcess process, CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", [signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(cancellationToken);
        kill.ExitCode.Should().Be(0, "{0} is there to be signalled", process.Name);
    }

    /// <summary>Reads the journal when nothing is written any more; again, while there is time and something is not at its end yet.</summary>
    private async Task<JournalVerdict> JudgeAsync(Stopwatch healed, CancellationToken cancellationToken)
    {
        var keyFile = Path.Combine(_stage.Places.SiloData, "journal.key");
        List<CommandLog> logs = [_log];
        foreach (var client in _clients.Where(client => client.Ended.IsCompletedSuccessfully)) logs.Add(await client.ReadLogAsync(cancellationToken));
        while (true)
        {
            await QuietAsync(healed, cancellationToken);
            _tell("reading the journal");
            var verdict = await JournalVerdict.ReadAsync(_database, keyFile, logs, cancellationToken);
            if (verdict.Unfinished is null || healed.Elapsed > _plan.Drain) return verdict;
            _tell($"not at its end yet: {verdict.Unfinished}");
        }
    }

    private async Task QuietAsync(Stopwatch healed, CancellationToken cancellationToken)
    {
        for (var (before, now) = (-1L, await _faults.BatchesAsync(cancellationToken)); before != now && healed.Elapsed <= _plan.Drain;)
        {
            await PlanClock.AfterAsync(Quiet, cancellationToken);
            (before, now) = (now, await _faults.BatchesAsync(cancellationToken));
        }
    }
}
