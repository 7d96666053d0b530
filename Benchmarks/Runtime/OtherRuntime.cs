using System.Globalization;

namespace TPWallet.Benchmarks.Runtime;

/// <summary>
/// The same figures of the same program built with <c>Runtime=Orleans</c>, which measures in a process of its own, in turns with this one: a line asks it for a
/// round and a line answers.
/// </summary>
internal sealed class OtherRuntime : IAsyncDisposable
{
    /// <summary>The argument that makes this program the asked one.</summary>
    public const string Verb = "--grain-rates";

    private static readonly TimeSpan _longest = TimeSpan.FromMinutes(2);

    private readonly Process _process;

    private OtherRuntime(Process process) => _process = process;

    /// <summary>Starts it, or says why it cannot: this machine's package source may not have Orleans.</summary>
    public static OtherRuntime? TryStart(string root, out string why)
    {
        // Beside this build's own folder: bin/Release/net10.0 and bin/Orleans/Release/net10.0.
        var own = Path.GetRelativePath(Path.Combine(root, "Benchmarks", "bin"), AppContext.BaseDirectory);
        var program = Path.Combine(root, "Benchmarks", "bin", "Orleans", own, "TPWallet.Benchmarks.dll");
        why = $"no Orleans build to compare with ({Path.GetRelativePath(root, program)}; `dotnet build -c Release -p:Runtime=Orleans Benchmarks` makes it)";
        if (!File.Exists(program)) return null;
        return new(Process.Start(new ProcessStartInfo("dotnet", [program, Verb]) { RedirectStandardInput = true, RedirectStandardOutput = true })!);
    }

    /// <summary>One round.</summary>
    /// <returns>Calls per second to active grains, and activations per second.</returns>
    public async Task<(double Calls, double Activations)> RoundAsync(CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(_longest);
        await _process.StandardInput.WriteLineAsync("round".AsMemory(), bound.Token);
        await _process.StandardInput.FlushAsync(bound.Token);
        var line = await _process.StandardOutput.ReadLineAsync(bound.Token) ?? throw new IOException("The Orleans build's process ended.");
        return line.Split(' ') is [var calls, var activations]
            ? (double.Parse(calls, CultureInfo.InvariantCulture), double.Parse(activations, CultureInfo.InvariantCulture))
            : throw new FormatException($"The Orleans build said: {line}");
    }

    public async ValueTask DisposeAsync()
    {
        // It ends when nobody asks any more.
        _process.StandardInput.Close();
        using var bound = new CancellationTokenSource(_longest);
        await _process.WaitForExitAsync(bound.Token);
        _process.Dispose();
    }

    /// <summary>The asked process.</summary>
    public static async Task<int> ServeAsync(TextReader asked, TextWriter answers, CancellationToken cancellationToken)
    {
        await using var rates = await GrainRates.StartAsync(static _ => { }, cancellationToken);
        while (await asked.ReadLineAsync(cancellationToken) is not null)
        {
            var (calls, activations) = (await rates.CallsAsync(), await rates.ActivationsAsync());
            await answers.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{calls:R} {activations:R}"));
            await answers.FlushAsync(cancellationToken);
        }

        return 0;
    }
}
