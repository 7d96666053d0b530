using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Shell;

/// <summary>
/// Commands that wait for another to be written with (<see cref="IMayWait"/>), as a delayed acknowledgement waits for data: each row that is saved is a part
/// of what its commit costs.
/// </summary>
internal sealed class PatientQueue<TCommand>
    where TCommand : class, ICommand
{
    private readonly Queue<Pending<TCommand>> _waiting = new();
    private Instant _due;

    public int Count => _waiting.Count;

    /// <summary>When the oldest has waited long enough; null while none waits.</summary>
    public Instant? Due => _waiting.Count == 0 ? null : _due;

    /// <summary>Takes a command; the answer is when the oldest will have waited long enough.</summary>
    public Instant Add(Pending<TCommand> pending, Instant now)
    {
        if (_waiting.Count == 0) _due = Tick(now + ShellLimits.Patience);
        _waiting.Enqueue(pending);
        return _due;
    }

    /// <summary>Whether they are written now, with another command or without.</summary>
    public bool IsDue(JournalClock clock) => _waiting.Count >= ShellLimits.MostPatient || (_waiting.Count > 0 && _due <= clock.Now);

    /// <summary>All that wait, with these behind them.</summary>
    public Queue<Pending<TCommand>> Before(Queue<Pending<TCommand>> others)
    {
        if (_waiting.Count == 0) return others;
        var all = new Queue<Pending<TCommand>>(_waiting.Count + others.Count);
        while (_waiting.TryDequeue(out var pending)) all.Enqueue(pending);
        foreach (var pending in others) all.Enqueue(pending);
        return all;
    }

    /// <summary>The next of the instants at which all subjects write what waited: together, in few commits.</summary>
    private static Instant Tick(Instant at) => new((at.UnixMs + ShellLimits.PatienceTick.Ms - 1) / ShellLimits.PatienceTick.Ms * ShellLimits.PatienceTick.Ms);
}
