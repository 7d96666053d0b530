using System.Diagnostics;
using System.Globalization;
using TPWallet.Demo.Telling;

namespace TPWallet.Demo.Processes;

/// <summary>A process of the demo: its words go to a log file, and it is ended by its id, whatever happens to the demo.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(Process process, string name, StreamWriter log) => (_process, Name, _log) = (process, name, log);

    public string Name { get; }

    public int Id { get; private set; }

    public bool HasExited => _process.HasExited;

    /// <summary>Of a process that has ended; 137 where SIGKILL ended it.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>When it ended, however it did.</summary>
    public Task Ended => _process.WaitForExitAsync(CancellationToken.None);

    /// <summary>Starts it. <paramref name="ready"/> says which of its lines means that it is ready.</summary>
    /// <param name="killAt">Where it ends itself as by kill -9 (TPW_KILL_AT in docs/operations.md); for crash tests.</param>
    /// <param name="listens">Whether it is told lines; otherwise its input is closed.</param>
    public static ChildProcess Start(
        string name, string program, IEnumerable<string> arguments, string logFile, Func<string, bool> ready,
        string? killAt = null, bool listens = false)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        // Short lives on a small machine: start-up counts, throughput does not.
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        if (killAt is not null) start.Environment["TPW_KILL_AT"] = killAt;
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var child = new ChildProcess(process, name, TextWriter(logFile));
        process.OutputDataReceived += (_, line) => child.Hear(line.Data, ready);
        process.ErrorDataReceived += (_, line) => child.Hear(line.Data, ready);
        process.Exited += (_, _) => child._ready.TrySetException(new DemoFailedException($"{name} ended; its words are in {logFile}"));
        process.Start();
        child.Id = process.Id;
        if (!listens) process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;
    }

    /// <summary>The line by which it said that it is ready.</summary>
    public async Task<string> ReadyAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        try
        {
            return await _ready.Task.WaitAsync(longest, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new DemoFailedException($"{Name} was not ready within {longest.TotalSeconds} s");
        }
    }

    /// <summary>Says a line to one that listens. One that has ended hears nothing.</summary>
    public void Tell(string line)
    {
        try
        {
            lock (_process) _process.StandardInput.WriteLine(line);
        }
        catch (IOException ended) when (_process.HasExited)
        {
            // Whoever waits for its end learns of it there.
            Debug.WriteLine(ended.Message);
        }
    }

    /// <summary>Asks it to end, and ends it when it does not.</summary>
    public async Task StopAsync()
    {
        if (_process.HasExited) return;
        using var signal = Process.Start("kill", ["-TERM", Id.ToString(CultureInfo.InvariantCulture)]);
        await signal.WaitForExitAsync(CancellationToken.None);
        try
        {
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(Patience);
        }
    }

    /// <summary>Ends it as kill -9 does.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await Ended.WaitAsync(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        // Nobody may be waiting for it to be ready any more.
        _ = _ready.Task.Exception;
        await StopAsync();
        _process.Dispose();
        await _log.DisposeAsync();
    }

    /// <summary>A restarted process goes on in the same file.</summary>
    private static StreamWriter TextWriter(string path) =>
        new(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };

    private void Hear(string? line, Func<string, bool> ready)
    {
        if (line is null) return;
        lock (_log)
        {
            if (_log.BaseStream is { CanWrite: true }) _log.WriteLine(line);
        }

        if (ready(line)) _ready.TrySetResult(line);
    }
}
