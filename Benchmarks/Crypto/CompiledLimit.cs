using System.Globalization;

namespace TPWallet.Benchmarks.Crypto;

/// <summary>A small C program (native/limit.c), built now by the system's <c>cc</c> against the shared library that our P/Invoke loads.</summary>
internal sealed class CompiledLimit : ISecp256k1Limit
{
    private readonly Process _process;
    private readonly string _folder;

    private CompiledLimit(Process process, string folder) => (_process, _folder) = (process, folder);

    public string Description => "C program, libsecp256k1";

    /// <summary>Builds and starts it; null where there is no C compiler or it cannot link the library.</summary>
    internal static async Task<CompiledLimit?> TryStartAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("tpw-bench-").FullName;
        var program = Path.Combine(folder, "limit");
        var source = Path.Combine(AppContext.BaseDirectory, "Crypto", "native", "limit.c");
        try
        {
            var compile = new ProcessStartInfo("cc", ["-O2", source, "-o", program, "-l:libsecp256k1.so.1"]) { RedirectStandardError = true };
            using var compiler = Process.Start(compile);
            if (compiler is not null)
            {
                _ = await compiler.StandardError.ReadToEndAsync(cancellationToken);
                await compiler.WaitForExitAsync(cancellationToken);
                if (compiler.ExitCode == 0 && Process.Start(Piped(program)) is { } process) return new CompiledLimit(process, folder);
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No program named cc: the caller falls back and the table says so.
        }

        Directory.Delete(folder, recursive: true);
        return null;
    }

    public async Task<long> MeasureAsync(bool sign, int count, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{(sign ? "sign" : "verify")} {count}"));
        await _process.StandardInput.FlushAsync(cancellationToken);
        var line = await _process.StandardOutput.ReadLineAsync(cancellationToken);
        return long.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var nanoseconds)
            ? nanoseconds : throw new InvalidOperationException("The C program of the benchmark failed.");
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit(TimeSpan.FromSeconds(5));
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static ProcessStartInfo Piped(string program) =>
        new(program) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
}
