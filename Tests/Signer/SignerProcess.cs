using System.Diagnostics;
using System.Text.Json;
using TPWallet.Grains.Signing;

namespace TPWallet.Tests.Signer;

/// <summary>The built signer as a process of its own, in a folder of its own. Awaits its readiness line; ends it by its id.</summary>
internal sealed class SignerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private SignerProcess(Process process, string where, string identity) => (_process, Where, Identity) = (process, where, identity);

    /// <summary>"https://127.0.0.1:port" or "unix:/path".</summary>
    public string Where { get; }

    public string Identity { get; }

    /// <summary>Fails where it does not end: a test that waits for a death must not wait for ever.</summary>
    public Task Ended => _process.WaitForExitAsync().WaitAsync(StartPatience);

    public int ExitCode => _process.ExitCode;

    public static string Dll => Path.Combine(AppContext.BaseDirectory, "TPWallet.Signer.dll");

    public static async Task<SignerProcess> StartAsync(string[] arguments, string? killAt = null)
    {
        var process = Launch(arguments, killAt);
        using var patience = new CancellationTokenSource(StartPatience);
        var line = await process.StandardOutput.ReadLineAsync(patience.Token);
        if (line is null)
        {
            await process.WaitForExitAsync(patience.Token);
            throw new InvalidOperationException($"The signer did not start: {await process.StandardError.ReadToEndAsync(patience.Token)}");
        }

        using var ready = JsonDocument.Parse(line);
        return new(process, ready.RootElement.GetProperty("ready").GetString()!, ready.RootElement.GetProperty("identity").GetString()!);
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var process = Launch(arguments, null);
        using var patience = new CancellationTokenSource(StartPatience);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output, await errors);
    }

    public static SignerClientOptions MutualTls(string where, string folder) => new()
    {
        Address = new Uri(where),
        AuthorityFile = Path.Combine(folder, "tls", "ca.crt"),
        CertificateFile = Path.Combine(folder, "tls", "client.crt"),
        KeyFile = Path.Combine(folder, "tls", "client.key"),
        Deadline = TimeSpan.FromSeconds(30),
    };

    /// <summary>SIGTERM, then waits for the end.</summary>
    public async Task StopAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"])) await kill.WaitForExitAsync();
        using var patience = new CancellationTokenSource(StartPatience);
        await _process.WaitForExitAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static Process Launch(string[] arguments, string? killAt)
    {
        var start = new ProcessStartInfo("dotnet", [Dll, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_gcServer"] = "0";
        if (killAt is not null) start.Environment["TPW_KILL_AT"] = killAt;
        return Process.Start(start)!;
    }
}
