using System.Globalization;

namespace TPWallet.Tests.Simulation;

/// <summary>Many seeds on a few threads of their own, each seed on one; what was covered and what broke.</summary>
internal sealed class Campaign(ulong from, ulong seeds, TimeSpan length, int workers)
{
    /// <summary>Of so many seeds one in twelve restores a journal for certain, and so does every other fault happen; of the second, a second one in the same run.</summary>
    private const long Enough = 200;
    private const long EnoughForTwo = 2_000;

    private readonly Lock _gate = new();
    private readonly List<Outcome> _broken = [];
    private readonly Coverage _coverage = new();
    private readonly Stopwatch _clock = new();
    private ulong _next;
    private long _done;
    private long _steps;
    private long _operations;
    private long _fewestSteps = long.MaxValue;
    private long _fewestOperations = long.MaxValue;
    private long _rows;
    private long _signatures;
    private TimeSpan _simulated;

    public IReadOnlyList<Outcome> Broken => _broken;

    public long Done => _done;

    public Coverage Coverage => _coverage;

    /// <summary>Fault kinds that so many seeds have to meet and did not: whatever held, held in a world where they cannot happen any more.</summary>
    public IReadOnlyList<Fault> Missing =>
        _done < Enough || OnlyRestored ? [] : [.. _coverage.Missed.Where(fault => fault is not Fault.RestoreTwice || _done >= EnoughForTwo)];

    /// <summary>Stop at the first seed that breaks.</summary>
    public bool StopsAtFirst { get; init; }

    /// <summary>Only seeds in which the journal is put back.</summary>
    public bool OnlyRestored { get; init; }

    /// <summary>The last seed first: what one seed leaves behind in the process, others find.</summary>
    public bool Backwards { get; init; }

    /// <summary>Tell of every seed, not only of those that break.</summary>
    public bool TellsAll { get; init; }

    public static string Describe(Outcome outcome) => string.Create(
        CultureInfo.InvariantCulture,
        $"seed {outcome.Seed} trace {outcome.Trace:x16} steps {outcome.Steps} operations {outcome.Operations} rows {outcome.Rows} signatures {outcome.Signatures} simulated {outcome.Simulated:hh\\:mm\\:ss} {(outcome.Broken is { } broken ? $"BROKEN {broken.Message}" : "holds")}");

    /// <summary>Runs all seeds; blocks the caller.</summary>
    public void Run(TimeSpan progressEvery, Action<string> tell)
    {
        _clock.Start();
        var threads = Enumerable.Range(0, workers).Select(_ => new Thread(() => Work(tell)) { IsBackground = true, Name = "simulation" }).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads)
            while (!thread.Join(progressEvery)) tell(Progress());
    }

    public IEnumerable<string> Report()
    {
        yield return Progress();
        if (_done == 0) yield break;
        yield return $"per seed: {_steps / _done} steps (fewest {_fewestSteps}), {_operations / _done} client operations (fewest {_fewestOperations}), {_rows / _done} events, {_signatures / _done} signatures, {_simulated / _done:hh\\:mm\\:ss} of simulated time";
        foreach (var line in _coverage.Report()) yield return line;
        if (Missing.Count > 0) yield return $"{_done} seeds show nothing of {string.Join(", ", Missing)}: the world has to be mended first";
        foreach (var outcome in _broken) yield return $"seed {outcome.Seed} broke {outcome.Broken!.Message}";
        yield return _broken.Count == 0 ? "every invariant held" : $"{_broken.Count} seeds broke an invariant; ./tpw simulate --seed {_broken[0].Seed} shows the first";
    }

    private string Progress() => string.Create(
        CultureInfo.InvariantCulture,
        $"{_done} seeds in {_clock.Elapsed:hh\\:mm\\:ss}, {_done / Math.Max(_clock.Elapsed.TotalHours, 1e-9):F0} per hour, {_broken.Count} broken");

    private void Work(Action<string> tell)
    {
        while (Take() is { } seed)
        {
            var outcome = Simulation.Run(seed);
            lock (_gate) Count(outcome);
            if (TellsAll || outcome.Broken is not null) tell(Describe(outcome));
        }
    }

    private ulong? Take()
    {
        lock (_gate)
        {
            if (_next >= seeds || _clock.Elapsed >= length || (StopsAtFirst && _broken.Count > 0)) return null;
            while (OnlyRestored && !Restores.AreIn(from + _next)) _next++;
            var number = _next++;
            return from + (Backwards ? seeds - 1 - number : number);
        }
    }

    private void Count(Outcome outcome)
    {
        _done++;
        _steps += outcome.Steps;
        _operations += outcome.Operations;
        _rows += outcome.Rows;
        _signatures += outcome.Signatures;
        _simulated += outcome.Simulated;
        _coverage.Add(outcome.Coverage, outcome.Faults);
        if (outcome.Broken is not null)
        {
            _broken.Add(outcome);
            return;
        }

        _fewestSteps = Math.Min(_fewestSteps, outcome.Steps);
        _fewestOperations = Math.Min(_fewestOperations, outcome.Operations);
    }
}
