using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Tests.Gateway;

namespace TPWallet.Tests.Client;

/// <summary>The tpw command as a process of its own.</summary>
internal static class CommandRun
{
    /// <summary>Runs it to its end; without a host it finds no silo.</summary>
    public static async Task<(int Code, string Output, string Error)> OfAsync(GatewayHost? host, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "tpw-cli.dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // Port 9 discards: nothing answers there.
        start.Environment["TPW_URL"] = host?.Http.BaseAddress!.ToString() ?? "http://127.0.0.1:9/";
        start.Environment["TPW_API_KEYS"] = Path.Combine(host?.Folder ?? "nowhere", ApiKeyRing.FileName);
        start.Environment["TPW_DEVICES"] = Path.Combine(host?.Folder ?? "nowhere", "devices");
        start.Environment["TPW_PASSWORD"] = "correct horse";
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var error = process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output, await error);
    }
}
