using System.Data.Common;
using System.Runtime.InteropServices;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;

namespace TPWallet.Grains.Shell;

/// <summary>What a load found.</summary>
/// <param name="Replayed">Events applied since the snapshot, or since the first event.</param>
internal sealed record Loaded<TState>(Durable<TState> Durable, CommandMemory Memory, int Replayed);

/// <summary>Snapshot and rows to state. Anything that does not prove itself stops the grain (<see cref="StreamUnreadableException"/>).</summary>
internal static class StreamLoader<TMachine, TState, TCommand, TEvent>
    where TMachine : IMachine<TState, TCommand, TEvent>
    where TState : class
    where TCommand : class, ICommand
    where TEvent : class
{
    private const int Page = 512;

    /// <summary>Pages of a long stream that are read, checked and decoded while one is applied.</summary>
    private const int Ahead = 2;

    public static string CodeOf() => $"{TMachine.Kind}/{TMachine.CodeVersion}";

    /// <summary>Loads; what makes the stream unreadable is an incident, since only a person can mend it.</summary>
    public static async Task<Loaded<TState>> LoadAsync(
        ShellServices services, StreamName stream, MachineCodec<TState, TCommand, TEvent> codec, CancellationToken cancellationToken)
    {
        try
        {
            return await LoadAsync(services.Journal, stream, codec, cancellationToken);
        }
        catch (Exception e) when (IsForAPerson(e))
        {
            services.Incidents.Raise(IncidentCodes.StreamUnreadable, stream.ToString(), e.Message);
            throw;
        }
    }

    /// <summary>Neither a store that is away for a while nor a caller that gave up.</summary>
    private static bool IsForAPerson(Exception e) => e is StreamUnreadableException
        || e is not (OperationCanceledException or TimeoutException or IOException or DbException or ObjectDisposedException);

    private static async Task<Loaded<TState>> LoadAsync(
        IJournal journal, StreamName stream, MachineCodec<TState, TCommand, TEvent> codec, CancellationToken cancellationToken)
    {
        var replay = new Replay(TMachine.Empty(stream.Key), codec);
        var snapshot = codec.HasSnapshots ? await journal.LoadSnapshotAsync(stream.Id, CodeOf(), cancellationToken) : null;
        if (snapshot is not null && codec.ReadState(snapshot.State.Span) is { } state)
        {
            var head = await journal.ReadAsync(stream.Id, snapshot.Version, 1, cancellationToken);
            replay.StartFrom(state, head[0]);
        }

        // Versions have no gaps, so that the later pages' places are known; but only a full page says that there may be a later one.
        Func<JournalRow, DecodedRow> decode = row => new(row, ShellRows.IsShell(row) ? null : codec.Read(row));
        var pages = new Queue<Task<DecodedRow[]>>();
        var from = replay.Durable.Version + 1;
        try
        {
            while (true)
            {
                if (pages.Count == 0) pages.Enqueue(journal.ReadAsync(stream.Id, from, Page, decode, cancellationToken));
                var rows = await pages.Peek();
                _ = pages.Dequeue();
                from += rows.Length;
                if (rows.Length == Page)
                    while (pages.Count < Ahead) pages.Enqueue(journal.ReadAsync(stream.Id, from + (pages.Count * Page), Page, decode, cancellationToken));
                foreach (var row in rows) replay.Apply(row);
                if (rows.Length < Page) return replay.Finish();
            }
        }
        finally
        {
            // No read outlives the load; what was wrong first is what is told.
            foreach (var page in pages)
                await ((Task)page).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    /// <summary>The answer that a command had: a function of its rows.</summary>
    public static async Task<RememberedCommand?> FindAsync(IJournal journal, StreamId stream, Guid command, CancellationToken cancellationToken)
    {
        var first = await journal.FindCommandAsync(stream, command, cancellationToken);
        if (first is null) return null;
        if (ShellRows.RefusalIn(first) is { } refused) return refused;
        var rows = await journal.ReadAsync(stream, first.Version, Page, cancellationToken);
        var own = rows.TakeWhile(r => r.Version == first.Version || (r.CommandId is null && !ShellRows.IsShell(r))).ToArray();
        return new RememberedCommand(command, ShellRows.FingerprintOf(first), new CommandReply.Accepted(own[^1].Version, [.. own.Select(r => r.Type)]));
    }

    /// <param name="Event">Null for a row of the shell's own.</param>
    private readonly record struct DecodedRow(JournalRow Row, TEvent? Event);

    /// <summary>Applies rows one by one and remembers which command made them.</summary>
    private sealed class Replay(TState empty, MachineCodec<TState, TCommand, TEvent> codec)
    {
        private readonly CommandMemory _memory = new();
        private readonly List<TEvent> _events = [];
        private JournalRow? _first;
        private int _replayed;

        public Durable<TState> Durable { get; private set; } = new(empty, 0, ReadOnlyMemory<byte>.Empty, default);

        public void StartFrom(TState state, JournalRow head)
        {
            _memory.ForgetOlder();
            Durable = new(state, head.Version, head.Hash, new(head.AtUnixMs));
        }

        public void Apply(DecodedRow decoded)
        {
            var (row, @event) = decoded;
            var shell = @event is null;
            if (shell || row.CommandId is not null) CloseCommand();
            if (!shell && row.CommandId is not null) _first = row;
            if (@event is not null) _events.Add(@event);
            if (ShellRows.RefusalIn(row) is { } refused) _memory.Remember(refused);
            var at = new Instant(row.AtUnixMs);
            Durable = new(@event is null ? Durable.State : TMachine.Evolve(Durable.State, @event, at), row.Version, row.Hash, at);
            _replayed++;
        }

        public Loaded<TState> Finish()
        {
            CloseCommand();
            return new(Durable, _memory, _replayed);
        }

        private void CloseCommand()
        {
            if (_first is { CommandId: { } id } first)
            {
                var names = codec.NamesOf(CollectionsMarshal.AsSpan(_events));
                _memory.Remember(new(id, ShellRows.FingerprintOf(first), new CommandReply.Accepted(first.Version + names.Length - 1, names)));
            }

            _first = null;
            _events.Clear();
        }
    }
}
