using TPWallet.Grains.Interfaces;

namespace TPWallet.Grains.Shell;

/// <summary>A command as it is remembered: its fingerprint and the answer that follows from its rows.</summary>
internal sealed record RememberedCommand(Guid Id, byte[] Fingerprint, CommandReply Reply);

/// <summary>
/// The newest commands of one stream that left a row. Older ones are remembered by the journal's UNIQUE(stream, command) and looked up there.
/// </summary>
internal sealed class CommandMemory
{
    private readonly Queue<Guid> _order = new();
    private readonly Dictionary<Guid, RememberedCommand> _byId = [];

    /// <summary>Whether this memory holds every command that the stream has a row of.</summary>
    public bool IsComplete { get; private set; } = true;

    public RememberedCommand? Find(Guid id) => _byId.GetValueOrDefault(id);

    /// <summary>A snapshot was loaded: commands before it are known to the journal only.</summary>
    public void ForgetOlder() => IsComplete = false;

    public void Remember(RememberedCommand command)
    {
        if (!_byId.TryAdd(command.Id, command)) return;
        _order.Enqueue(command.Id);
        if (_order.Count <= ShellLimits.RememberedCommands) return;
        _byId.Remove(_order.Dequeue());
        IsComplete = false;
    }
}
