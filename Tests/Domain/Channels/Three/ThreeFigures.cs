namespace TPWallet.Tests.Domain.Channels.Three;

/// <summary>What came about in some worlds: a test that reaches nothing finds nothing.</summary>
internal sealed class ThreeFigures
{
    internal SortedDictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);

    internal int Crashes { get; set; }

    internal int Appends { get; set; }

    internal void Count(string what) => Counts[what] = Counts.GetValueOrDefault(what) + 1;

    internal void Add(ThreeFigures other)
    {
        Crashes += other.Crashes;
        Appends += other.Appends;
        foreach (var (what, times) in other.Counts) Counts[what] = Counts.GetValueOrDefault(what) + times;
    }

    public override string ToString() =>
        $"crashes {Crashes}, failed appends {Appends}, " + string.Join(", ", Counts.Select(static pair => $"{pair.Key} {pair.Value}"));
}
