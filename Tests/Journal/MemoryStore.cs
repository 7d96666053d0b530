using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Personal;

namespace TPWallet.Tests.Journal;

/// <summary>What a model journal has "on disk": it outlives the journals that are opened on it, as a database outlives a process.</summary>
public sealed class MemoryStore
{
    internal Lock Gate { get; } = new();

    internal SortedDictionary<StreamId, List<StoredRow>> Streams { get; } = [];

    internal Dictionary<StreamId, StreamName> Names { get; } = [];

    internal SortedDictionary<StreamId, MemoryWake> Wakes { get; } = [];

    internal Dictionary<StreamId, (Snapshot Snapshot, byte[] Mac)> Snapshots { get; } = [];

    /// <summary>How many streams have a snapshot.</summary>
    public int SnapshotCount => Snapshots.Count;

    internal SortedDictionary<int, List<(BatchHeader Header, byte[] Mac)>> Batches { get; } = [];

    /// <summary>Data keys by account; a destroyed one is gone.</summary>
    internal Dictionary<AccountId, PersonalKey> PersonalKeys { get; } = [];

    internal List<Checkpoint> Checkpoints { get; } = [];

    internal List<RecoveryEpoch> Recoveries { get; } = [];

    internal HashSet<MemoryJournal> Owners { get; } = [];

    /// <summary>Whether several journals may be open at once, as silos of a cluster are on one database.</summary>
    public bool IsShared { get; init; }

    /// <summary>Told of each append that was written, with the stream's name and the rows.</summary>
    public Action<StreamName, IReadOnlyList<JournalRow>>? Written { get; set; }

    internal List<StoredRow> Rows(StreamId stream) => Streams.TryGetValue(stream, out var rows) ? rows : [];

    /// <summary>One consistent state of the whole, as a base backup is; without the journals that are open on it.</summary>
    internal MemoryStore Copy()
    {
        var copy = new MemoryStore();
        copy.PutBack(this);
        return copy;
    }

    /// <summary>A copy in the place of all that is here.</summary>
    internal void PutBack(MemoryStore copy)
    {
        Refill(Streams, copy.Streams.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.ToList())));
        Refill(Names, copy.Names);
        Refill(Wakes, copy.Wakes);
        Refill(Snapshots, copy.Snapshots);
        Refill(Batches, copy.Batches.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.ToList())));
        Refill(PersonalKeys, copy.PersonalKeys);
        Checkpoints.Clear();
        Checkpoints.AddRange(copy.Checkpoints);
        Recoveries.Clear();
        Recoveries.AddRange(copy.Recoveries);
    }

    private static void Refill<TKey, TValue>(IDictionary<TKey, TValue> target, IEnumerable<KeyValuePair<TKey, TValue>> entries)
    {
        target.Clear();
        foreach (var (key, value) in entries) target.Add(key, value);
    }
}

/// <summary>A wake row.</summary>
internal sealed record MemoryWake(long DueAtUnixMs, int Attempts, int Failures, bool Dead);

/// <summary>What the model store does to an append instead of simply writing it.</summary>
public enum MemoryFault
{
    /// <summary>Nothing: it is written.</summary>
    None,

    /// <summary>Not written, and says so.</summary>
    NotWritten,

    /// <summary>Another writer came first.</summary>
    Conflict,

    /// <summary>Not written, but the caller learns only "unknown".</summary>
    UnknownNotWritten,

    /// <summary>Written, but the caller learns only "unknown".</summary>
    UnknownWritten,

    /// <summary>Written, and no answer ever comes: the process died in between.</summary>
    Silence,
}
