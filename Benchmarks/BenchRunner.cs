using System.Text.Json;
using Spectre.Console;

namespace TPWallet.Benchmarks;

/// <summary>Runs the named benchmarks one after another, prints a table and writes bench.json.</summary>
public sealed class BenchRunner(IReadOnlyList<IBenchmark> benchmarks, string rootFolder, IAnsiConsole console)
{
    private const int UncutWidth = 160;

    private static readonly JsonSerializerOptions _json = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Runs those named, or all if none is. Exit code 0 when they ran, 1 for a missed target, 2 for an unknown name.</summary>
    public async Task<int> RunAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var unknown = names.Except(benchmarks.Select(benchmark => benchmark.Name), StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            console.WriteLine($"Unknown benchmark: {string.Join(", ", unknown)}. There are: {string.Join(", ", benchmarks.Select(b => b.Name))}.");
            return 2;
        }

        var rows = new List<BenchRow>();
        foreach (var benchmark in benchmarks.Where(benchmark => names.Count == 0 || names.Contains(benchmark.Name)))
        {
            console.WriteLine($"{benchmark.Name}:");
            rows.AddRange(await benchmark.RunAsync(new Lines(console), cancellationToken));
        }

        Print(rows);
        var path = Path.Combine(rootFolder, "bench.json");
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(rows, _json) + "\n", cancellationToken);
        console.WriteLine($"Written: {path}");
        return rows.TrueForAll(row => row.Reached) ? 0 : 1;
    }

    /// <summary>The folder of the solution, looked for upwards from the program and from the working folder; else the working folder.</summary>
    public static string FindRoot()
    {
        foreach (var start in new[] { AppContext.BaseDirectory, Environment.CurrentDirectory })
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "TPWallet.Orleans.sln"))) return folder.FullName;
            }
        }

        return Environment.CurrentDirectory;
    }

    private void Print(List<BenchRow> rows)
    {
        // Into a file or a log nothing is cut off.
        if (!console.Profile.Out.IsTerminal) console.Profile.Width = Math.Max(console.Profile.Width, UncutWidth);
        var table = new Table().AddColumns("name", "ours", "limit", "unit", "ratio", "target", "reached", "limit is");
        foreach (var column in table.Columns) column.NoWrap();
        foreach (var column in table.Columns.Skip(1).Take(2)) column.RightAligned();
        foreach (var row in rows)
        {
            table.AddRow(
                row.Name, $"{row.Ours:0.##}", $"{row.Limit:0.##}", row.Unit, $"{row.Ratio:0.000}",
                $"{(row.LowerIsBetter ? "≤" : "≥")} {row.Target:0.00}", row.Reached ? "yes" : "no", Markup.Escape(row.Note));
        }

        console.Write(table);
    }

    private sealed class Lines(IAnsiConsole console) : IProgress<string>
    {
        public void Report(string value) => console.WriteLine("  " + value);
    }
}
