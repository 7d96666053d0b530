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

    /// <summary>Longer than a silo waits for its grains when it is asked to end (<c>Cluster:DrainMs</c>).</summary>
    private static readonly TimeSpan Drained = TimeSpan.FromSeconds(45);

    /// <summary>A silo looks into the table of members each minute, and ends when it stands there as dead.</summary>
    private static readonly TimeSpan LearnsOfItsDeath = TimeSpan.FromSeconds(90);

    /// <summary>Never with another silo still to come: in a cluster of three two always serve.</summary>
    private async Task DoAsync(ChaosStep step, CancellationToken cancellationToken)
    {
        await _replaced;
        await (step.Fault switch
        {
            ChaosFault.SiloKilled => KillSiloAsync(cancellationToken),
            ChaosFault.SiloDrained => DrainSiloAsync(cancellationToken),
            ChaosFault.SiloStopped when _plan.Silos > 0 => StopClusterSiloAsync(step, cancellationToken),
            ChaosFault.SiloStopped => StopSiloAsync(step, cancellationToken),
            ChaosFault.DatabaseKilled => _faults.KillAsync(step.Lasts, cancellationToken),
            ChaosFault.ConnectionsCut => _faults.CutAsync(cancellationToken),
            ChaosFault.DiskFull => _faults.FillDiskAsync(step.Lasts, cancellationToken),
            _ => throw new UnreachableException(),
        });
    }

    private async Task KillSiloAsync(CancellationToken cancellationToken)
    {
        var silo = _chance.Pick(_serving);
        await EndAsync(silo);
        await ReplaceAsync(silo, cancellationToken);
    }

    private async Task DrainSiloAsync(CancellationToken cancellationToken)
    {
        var silo = _chance.Pick(_serving);
        Expect(silo);
        await SignalAsync("-TERM", silo.Process, cancellationToken);
        await silo.Process.Ended.WaitAsync(Drained, cancellationToken);
        Close(silo);
        if (silo.Process.ExitCode != 0) _broken.Enqueue($"silo {silo.Process.Id} was asked to end and ended with {silo.Process.ExitCode}");
        await ReplaceAsync(silo, cancellationToken);
    }

    /// <summary>One process: nothing serves until another one does. A cluster: the others serve meanwhile, and the load goes on.</summary>
    private async Task ReplaceAsync(Silo gone, CancellationToken cancellationToken)
    {
        if (_plan.Silos > 0 && _chance.Below(2) == 0) _ports.Leave(gone.Ports);
        _replaced = StartSiloAsync(cancellationToken);
        if (_plan.Silos == 0) await _replaced;
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

    /// <summary>
    /// The others take a stopped silo for dead and have its grains. When it goes on it knows nothing of that, takes requests and has its activations still, until
    /// it reads in the table of members that it is dead, and ends. Until then the journal alone decides between the two activations of each of its grains.
    /// </summary>
    private async Task StopClusterSiloAsync(ChaosStep step, CancellationToken cancellationToken)
    {
        var stopped = _chance.Pick(_serving);
        await SignalAsync("-STOP", stopped.Process, cancellationToken);
        Close(stopped);
        await PlanClock.AfterAsync(step.Lasts, cancellationToken);
        var isDead = await _faults.IsTakenForDeadAsync(stopped.Ports.Silo, cancellationToken);
        Expect(stopped);
        await SignalAsync("-CONT", stopped.Process, cancellationToken);
        Open(stopped);
        if (!isDead)
        {
            // The others stood still too, as on a machine that had no time for any of them: then it is one more kill.
            await EndAsync(stopped);
            await ReplaceAsync(stopped, cancellationToken);
            return;
        }

        try
        {
            await stopped.Process.Ended.WaitAsync(LearnsOfItsDeath, cancellationToken);
        }
        catch (TimeoutException)
        {
            _broken.Enqueue($"silo {stopped.Process.Id} counted as dead and went on for {LearnsOfItsDeath.TotalSeconds:0} s");
            await EndAsync(stopped);
        }

        Close(stopped);
        await ReplaceAsync(stopped, cancellationToken);
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
        return new(process, _stage.SiloAddress, _ports.Last);
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
        Expect(silo);
        await silo.Process.KillAsync();
        Close(silo);
    }

    /// <summary>That it ends is a fault of the plan.</summary>
    private void Expect(Silo silo)
    {
        lock (_ended) _ended.Add(silo.Process.Id);
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
