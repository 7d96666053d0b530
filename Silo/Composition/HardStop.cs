using System.Runtime.InteropServices;

namespace TPWallet.Silo.Composition;

/// <summary>
/// The other end of a silo, when the ordered one (<see cref="Drain"/>) does not come: at a second SIGTERM or SIGINT, or when its bound has passed. The process then
/// ends as by kill -9, which the journal takes as it takes any crash.
/// </summary>
internal sealed class HardStop : IDisposable
{
    /// <summary>What the end may take beyond the bound of the host's services: closing the journal, leaving the process.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    private readonly Action<string> _end;
    private readonly ITimer _timer;
    private readonly CancellationTokenRegistration _stopping;
    private int _asked;

    /// <param name="bound">How long the ordered end may take.</param>
    /// <param name="end">Ends the process, and tells why.</param>
    /// <param name="stopping">Cancelled when the ordered end begins.</param>
    public HardStop(TimeSpan bound, TimeProvider time, Action<string> end, CancellationToken stopping)
    {
        _end = end;
        _timer = time.CreateTimer(_ => end($"it had not ended {bound.TotalSeconds} s after it was asked to"), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _stopping = stopping.Register(() => _timer.Change(bound, Timeout.InfiniteTimeSpan));
    }

    /// <summary>Listens to the process's signals, to the very end of it.</summary>
    public IDisposable Listen()
    {
        var (term, interrupt) = (PosixSignalRegistration.Create(PosixSignal.SIGTERM, Heard), PosixSignalRegistration.Create(PosixSignal.SIGINT, Heard));
        return new Listening(term, interrupt);
    }

    /// <summary>Somebody asked the silo to end.</summary>
    public void Asked()
    {
        if (Interlocked.Increment(ref _asked) > 1) _end("it was asked to end twice");
    }

    /// <summary>SIGKILL: no handler, no flush, no finally.</summary>
    public static void Kill(string why)
    {
        Console.Error.WriteLine($"The silo ends at once: {why}.");
        using var self = Process.GetCurrentProcess();
        self.Kill();
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _timer.Dispose();
    }

    private void Heard(PosixSignalContext context)
    {
        // The host hears it too, and begins the ordered end; without this the runtime would end the process.
        context.Cancel = true;
        Asked();
    }

    private sealed class Listening(PosixSignalRegistration term, PosixSignalRegistration interrupt) : IDisposable
    {
        public void Dispose()
        {
            term.Dispose();
            interrupt.Dispose();
        }
    }
}
