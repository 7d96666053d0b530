using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Journal;

/// <summary>The model store under the specification.</summary>
internal sealed class MemoryStoreUnderTest(TimeProvider time) : IStoreUnderTest
{
    private readonly MemoryStore _store = new();

    public Task<IJournal> OpenAsync(JournalSeal seal)
    {
        try
        {
            return Task.FromResult<IJournal>(new MemoryJournal(_store, seal, time));
        }
        catch (JournalOwnedException owned)
        {
            return Task.FromException<IJournal>(owned);
        }
    }

    public Task AlterPayloadAsync(StreamId stream, long version, byte[] payload) => Alter(stream, version, row => row with { Payload = payload });

    public Task AlterHashAsync(StreamId stream, long version, byte[] hash) => Alter(stream, version, row => row with { Hash = hash });

    public Task SwapAsync(StreamId stream, long first, long second)
    {
        var rows = _store.Streams[stream];
        var (a, b) = (rows[(int)first - 1], rows[(int)second - 1]);
        rows[(int)first - 1] = b with { Row = b.Row with { Version = first } };
        rows[(int)second - 1] = a with { Row = a.Row with { Version = second } };
        return Task.CompletedTask;
    }

    public Task DeleteFromAsync(StreamId stream, long version)
    {
        _store.Streams[stream].RemoveAll(row => row.Row.Version >= version);
        return Task.CompletedTask;
    }

    public Task AlterSnapshotAsync(StreamId stream, byte[] state)
    {
        var (snapshot, mac) = _store.Snapshots[stream];
        _store.Snapshots[stream] = (snapshot with { State = state }, mac);
        return Task.CompletedTask;
    }

    public Task AlterBatchRootAsync(int committer, long n, byte[] root)
    {
        var chain = _store.Batches[committer];
        chain[(int)n - 1] = (chain[(int)n - 1].Header with { Root = root }, chain[(int)n - 1].Mac);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task Alter(StreamId stream, long version, Func<JournalRow, JournalRow> change)
    {
        var rows = _store.Streams[stream];
        rows[(int)version - 1] = rows[(int)version - 1] with { Row = change(rows[(int)version - 1].Row) };
        return Task.CompletedTask;
    }
}
