using System.Runtime.InteropServices;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Shell;

/// <summary>A command as it is remembered: its fingerprint and the answer that follows from its rows.</summary>
internal readonly record struct RememberedCommand(Guid Id, Bytes32 Fingerprint, CommandReply Reply);

/// <summary>
/// The newest commands of one stream that left a row. Older ones are remembered by the journal's UNIQUE(stream, command) and looked up there. A ring that
/// is searched from end to end: it is short, lies in one piece, and most activations remember a command or two.
/// </summary>
internal sealed class CommandMemory
{
    private Slot[] _ring = [];
    private int _count;
    private int _oldest;

    /// <summary>Whether this memory holds every command that the stream has a row of.</summary>
    public bool IsComplete { get; private set; } = true;

    public RememberedCommand? Find(Guid id)
    {
        foreach (ref readonly var slot in _ring.AsSpan(0, _count))
            if (slot.Id == id) return slot.Command;
        return null;
    }

    /// <summary>A snapshot was loaded: commands before it are known to the journal only.</summary>
    public void ForgetOlder() => IsComplete = false;

    public void Remember(RememberedCommand command)
    {
        if (Find(command.Id) is not null) return;
        if (_count == ShellLimits.RememberedCommands)
        {
            _ring[_oldest] = Slot.Of(command);
            _oldest = (_oldest + 1) % _count;
            IsComplete = false;
            return;
        }

        if (_count == _ring.Length) Array.Resize(ref _ring, Math.Min(Math.Max(1, 2 * _count), ShellLimits.RememberedCommands));
        _ring[_count++] = Slot.Of(command);
    }

    /// <summary>A command in one piece: an activation that works has dozens, and each object more is one that every collection looks at.</summary>
    /// <param name="Said">The names of an acceptance's events, or a refusal.</param>
    private readonly record struct Slot(Guid Id, Bytes32 Fingerprint, long Version, object Said)
    {
        public RememberedCommand Command => new(
            Id, Fingerprint, Said is string[] names ? new CommandReply.Accepted(Version, ImmutableCollectionsMarshal.AsImmutableArray(names)) : (CommandReply)Said);

        public static Slot Of(RememberedCommand command) => command.Reply is CommandReply.Accepted accepted
            ? new(command.Id, command.Fingerprint, accepted.Version, ImmutableCollectionsMarshal.AsArray(accepted.Events)!)
            : new(command.Id, command.Fingerprint, 0, command.Reply);
    }
}
