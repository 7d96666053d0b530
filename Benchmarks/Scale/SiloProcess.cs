using System.Net;
using TPWallet.Demo.Processes;

namespace TPWallet.Benchmarks.Scale;

/// <summary>The real silo in a process of its own, timed from its start until it says that it is ready to serve.</summary>
internal static class SiloProcess
{
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(5);

    /// <exception cref="TimeoutException">It was not ready in time.</exception>
    public static async Task<TimeSpan> StartAsync(string database, string dataFolder, CancellationToken cancellationToken)
    {
        var address = $"http://127.0.0.1:{FreePort.Take()}";
        var start = new ProcessStartInfo("dotnet", [
            Path.Combine(AppContext.BaseDirectory, "TPWallet.Silo.dll"),
            $"--urls={address}",
            $"--Data={dataFolder}",
            "--Journal:Store=postgres",
            $"--Journal:Postgres:ConnectionString={database}",
            $"--Signer:SocketPath={Path.Combine(dataFolder, "signer.sock")}",
        ])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = dataFolder,
        };
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri(address) };
            while (!await IsReadyAsync(http, cancellationToken))
            {
                if (clock.Elapsed > _longest || process.HasExited) throw new TimeoutException($"The silo was not ready after {clock.Elapsed.TotalSeconds:F0} s.");
                await Task.Delay(_look, cancellationToken);
            }

            return clock.Elapsed;
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellationToken);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            // Nobody listens yet.
            return false;
        }
    }
}
