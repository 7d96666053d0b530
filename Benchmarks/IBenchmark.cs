namespace TPWallet.Benchmarks;

/// <summary>One named benchmark: measures our path and its limit in the same run and answers one row per figure.</summary>
public interface IBenchmark
{
    /// <summary>The name given on the command line.</summary>
    string Name { get; }

    /// <summary>Runs it. Progress lines are for people; cancellation stops between rounds.</summary>
    Task<IReadOnlyList<BenchRow>> RunAsync(IProgress<string> progress, CancellationToken cancellationToken);
}
