using System.Globalization;

namespace TPWallet.Tests.Style;

/// <summary>The list of places that break a rule and are known: `rule subject [size]` per line in Tests/Style/exceptions.txt. It only
/// shrinks: an entry that is no longer needed, or that grew, fails the test.</summary>
internal sealed class Exceptions
{
    private readonly Dictionary<(string Rule, string Subject), int> _entries = [];

    public static Exceptions Listed { get; } = Parse(Repository.Read("Tests/Style/exceptions.txt"));

    public static Exceptions Parse(string text)
    {
        var list = new Exceptions();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line.StartsWith('#')) continue;
            var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length is not (2 or 3)) throw new FormatException($"An exception is 'rule subject [size]', not '{line}'.");
            list._entries.Add((parts[0], parts[1]), parts.Length == 3 ? int.Parse(parts[2], CultureInfo.InvariantCulture) : 0);
        }
        return list;
    }

    /// <summary>Rules that the list names, for a check that each exists.</summary>
    public IEnumerable<string> Rules => _entries.Keys.Select(key => key.Rule).Distinct();

    /// <summary>What is left to complain about: findings that are not listed or are larger than listed, and entries without a finding.</summary>
    public IEnumerable<string> Judge(string rule, IReadOnlyCollection<Finding> findings)
    {
        foreach (var finding in findings)
        {
            if (!_entries.TryGetValue((rule, finding.Subject), out var size)) yield return finding.ToString();
            else if (finding.Size > size) yield return $"{finding} and its exception allows {size}";
        }
        foreach (var (key, size) in _entries.Where(entry => entry.Key.Rule == rule))
        {
            var largest = findings.Where(finding => finding.Subject == key.Subject).Select(finding => (int?)finding.Size).Max();
            if (largest is null) yield return $"{key.Subject}: the exception from {rule} is no longer needed, remove it";
            else if (largest < size) yield return $"{key.Subject}: the exception from {rule} may shrink from {size} to {largest}";
        }
    }
}
