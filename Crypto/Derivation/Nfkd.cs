using System.Globalization;
using System.Text;

namespace TPWallet.Crypto.Derivation;

/// <summary>
/// Unicode normalisation form KD (UAX #15), which BIP-39 prescribes for phrases and passphrases. Written here because string.Normalize returns its
/// input unchanged under InvariantGlobalization. Code points newer than the embedded table's Unicode version pass unchanged.
/// </summary>
internal static class Nfkd
{
    // Hangul constants of Unicode section 3.12.
    private const int SyllableBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TrailBase = 0x11A7;
    private const int SyllableCount = 11172, VowelCount = 21, TrailCount = 28;

    private static readonly Lazy<Table> _table = new(Load);

    private sealed record Table(Dictionary<int, int[]> Decompositions, Dictionary<int, int> Classes);

    /// <summary>The NFKD form. A lone surrogate becomes U+FFFD; callers refuse such text first where it matters.</summary>
    internal static string Normalise(string text)
    {
        if (Ascii.IsValid(text)) return text;
        var table = _table.Value;
        var points = new List<int>(text.Length + 8);
        foreach (var rune in text.EnumerateRunes()) Decompose(rune.Value, table, points);
        Reorder(points, table);
        var result = new StringBuilder(points.Count);
        foreach (var point in points) result.Append(new Rune(point).ToString());
        return result.ToString();
    }

    private static void Decompose(int point, Table table, List<int> output)
    {
        var syllable = point - SyllableBase;
        if (syllable is >= 0 and < SyllableCount)
        {
            output.Add(LeadBase + (syllable / (VowelCount * TrailCount)));
            output.Add(VowelBase + (syllable % (VowelCount * TrailCount) / TrailCount));
            if (syllable % TrailCount != 0) output.Add(TrailBase + (syllable % TrailCount));
        }
        else if (table.Decompositions.TryGetValue(point, out var parts))
        {
            output.AddRange(parts);
        }
        else
        {
            output.Add(point);
        }
    }

    /// <summary>Canonical ordering: marks between two starters are sorted by combining class, equal classes keep their order.</summary>
    private static void Reorder(List<int> points, Table table)
    {
        for (var index = 1; index < points.Count; index++)
        {
            var point = points[index];
            var rank = table.Classes.GetValueOrDefault(point);
            if (rank == 0) continue;
            var place = index;
            for (; place > 0 && table.Classes.GetValueOrDefault(points[place - 1]) > rank; place--) points[place] = points[place - 1];
            points[place] = point;
        }
    }

    private static Table Load()
    {
        var table = new Table([], []);
        foreach (var line in EmbeddedText.Lines("nfkd"))
        {
            if (line[0] == '#') continue;
            var split = line.AsSpan().IndexOfAny('>', '=');
            var point = Hex(line[..split]);
            var rest = line[(split + 1)..];
            if (line[split] == '=') table.Classes.Add(point, int.Parse(rest, CultureInfo.InvariantCulture));
            else table.Decompositions.Add(point, [.. rest.Split(' ').Select(Hex)]);
        }

        return table;
    }

    private static int Hex(string digits) => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}

/// <summary>Reads the text files embedded in this assembly.</summary>
internal static class EmbeddedText
{
    internal static string[] Lines(string name)
    {
        using var stream = typeof(EmbeddedText).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The embedded text {name} is missing from the build.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
