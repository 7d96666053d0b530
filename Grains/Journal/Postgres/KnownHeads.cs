using System.Collections.Concurrent;

namespace TPWallet.Grains.Journal.Postgres;

/// <summary>
/// The heads that this process itself made durable, so that the database need not be asked for them again: a stream's next append then rests on
/// UNIQUE(stream, version) alone. That is enough. If another process wrote meanwhile, its row has the version that ours wants; and that the row before is
/// the one that ours follows is what the database has confirmed. Only a database that lost what it confirmed could make it wrong: then every connection
/// to it is broken, and whoever connects anew knows nothing.
/// </summary>
internal sealed class KnownHeads
{
    /// <summary>Streams that are known at most; one more, and all are asked for once again.</summary>
    public const int Most = 65_536;

    private readonly ConcurrentDictionary<StreamId, (long Version, byte[] Hash)> _heads = new();
    private int _count;

    /// <summary>Whether the head that an append expects is known to be there.</summary>
    public bool Has(PendingAppend append) =>
        _heads.TryGetValue(append.Stream, out var head) && head.Version == append.Append.ExpectedVersion && head.Hash.AsSpan().SequenceEqual(append.Append.PreviousHash.Span);

    /// <summary>The append is durable.</summary>
    public void Learn(PendingAppend append)
    {
        var last = append.Rows[^1];
        if (_heads.TryAdd(append.Stream, (last.Version, last.Hash)))
        {
            if (Interlocked.Increment(ref _count) > Most) Forget();
        }
        else
        {
            _heads[append.Stream] = (last.Version, last.Hash);
        }
    }

    /// <summary>Something stands in the way of the append: the database is asked.</summary>
    public void Doubt(PendingAppend append)
    {
        if (_heads.TryRemove(append.Stream, out _)) Interlocked.Decrement(ref _count);
    }

    /// <summary>A connection was opened anew: to what, is not known.</summary>
    public void Forget()
    {
        _heads.Clear();
        Interlocked.Exchange(ref _count, 0);
    }
}
