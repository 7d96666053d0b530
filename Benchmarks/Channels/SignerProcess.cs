namespace TPWallet.Benchmarks.Channels;

/// <summary>The real signer in a process of its own, on a Unix socket, with a folder of its own: keys, facts and floors, all on disk.</summary>
internal sealed class SignerProcess : IAsyncDisposable
{
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private SignerProcess(Process process, string socket) => (_process, Socket) = (process, socket);

    /// <summary>Where it listens.</summary>
    public string Socket { get; }

    /// <summary>Processor time that it has used.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <exception cref="InvalidOperationException">It did not start.</exception>
    public static async Task<SignerProcess> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var (data, socket) = (Path.Combine(folder, "signer"), Path.Combine(folder, "signer.sock"));
        using (var init = Start("init", "--data", data))
        {
            await init.WaitForExitAsync(cancellationToken);
            if (init.ExitCode != 0) throw new InvalidOperationException($"The signer could not be set up: {await init.StandardOutput.ReadToEndAsync(cancellationToken)}");
        }

        var process = Start("serve", "--data", data, "--socket", socket);
        try
        {
            if (await process.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(_longest, cancellationToken) is null)
                throw new InvalidOperationException("The signer ended before it was ready.");
            return new(process, socket);
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private static Process Start(params string[] arguments) => Process.Start(
        new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "TPWallet.Signer.dll"), .. arguments]) { RedirectStandardOutput = true })!;
}
