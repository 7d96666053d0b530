using System.Globalization;

namespace TPWallet.Tests.Chaos;

/// <summary>What a run came to.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Took">From the first payment to the last.</param>
/// <param name="Clients">How far the clients came. A transfer between two accounts is three rows in two streams.</param>
/// <param name="Drained">From the end of the last fault until nothing was owed.</param>
/// <param name="Faults">Faults by kind.</param>
/// <param name="Verdict">The journal's.</param>
/// <param name="Broken">What went wrong outside the journal, such as a silo that ended by itself.</param>
internal sealed record ChaosReport(
    ulong Seed,
    TimeSpan Took,
    Tally Clients,
    TimeSpan Drained,
    IReadOnlyDictionary<ChaosFault, int> Faults,
    JournalVerdict Verdict,
    IReadOnlyList<string> Broken)
{
    public int Violations => Verdict.Violations + Broken.Count;

    public IEnumerable<string> Lines()
    {
        foreach (var told in Broken.Concat(Verdict.Told)) yield return $"VIOLATION {told}";
        foreach (var (name, value) in Table()) yield return string.Create(CultureInfo.InvariantCulture, $"{name,-28}{value,14}");
    }

    private IEnumerable<(string Name, object Value)> Table()
    {
        yield return ("seed", Seed);
        yield return ("seconds", (long)Took.TotalSeconds);
        yield return ("operations", Clients.Sent + Clients.Transfers + Clients.Reads);
        yield return ("  commands", Clients.Sent);
        yield return ("  transfers", Clients.Transfers);
        yield return ("  reads", Clients.Reads);
        yield return ("packets settled", Clients.Settled);
        foreach (var (fault, count) in Faults.OrderBy(pair => pair.Key)) yield return ($"faults: {fault}", count);
        yield return ("commands known to clients", Clients.Known);
        yield return ("commands abandoned", Clients.Abandoned);
        yield return ("acknowledged, in journal", Verdict.Acknowledged);
        yield return ("rows checked", Verdict.Rows);
        yield return ("seconds to drain", (long)Drained.TotalSeconds);
        yield return ("violations", Violations);
    }
}
