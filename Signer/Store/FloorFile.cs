using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;

namespace TPWallet.Signer.Store;

/// <summary>How floors of one kind are stored. All of it is for ever: files of older builds are read by it.</summary>
/// <param name="Name">Of the files, without their endings.</param>
/// <param name="Table">Of the database.</param>
/// <param name="Label">What the keyed hash of a row begins with.</param>
/// <param name="Columns">Names of the columns between number and keyed hash, blobs all; hashed in their order.</param>
/// <param name="ParseSide">Reads a side's name.</param>
/// <param name="Write">A floor's columns.</param>
/// <param name="Read">A floor from its columns.</param>
internal sealed record FloorForm<TSide, TFloor>(
    string Name, string Table, string Label, ImmutableArray<string> Columns, Func<string, TSide> ParseSide, Func<TFloor, ImmutableArray<byte[]>> Write,
    Func<ImmutableArray<byte[]>, TFloor> Read);

/// <summary>
/// Floors in a SQLite file of their own (WAL, synchronous=FULL), one row for each side of a channel, all in memory too. What is raised while a commit is under way
/// shares the next one. Each row carries a keyed hash and the number of its write; the head file notices a database that was put back. Safe from many threads.
/// </summary>
internal sealed class FloorFile<TSide, TFloor> : IDisposable
    where TSide : struct
    where TFloor : class
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _writer = new(1, 1);
    private readonly Dictionary<TSide, TFloor> _floors = [];
    private readonly FloorForm<TSide, TFloor> _form;
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _upsert;
    private readonly byte[] _macKey;
    private readonly HeadFile _headFile;
    private Batch _next = new();
    private bool _isWriting;
    private Exception? _broken;
    private long _written;

    private FloorFile(FloorForm<TSide, TFloor> form, SqliteConnection connection, byte[] macKey, HeadFile headFile)
    {
        (_form, _connection, _macKey, _headFile) = (form, connection, macKey, headFile);
        string[] all = ["side", "n", .. form.Columns, "mac"];
        _upsert = connection.CreateCommand();
        _upsert.CommandText = $"insert into {form.Table} values ({string.Join(", ", all.Select(static (_, i) => $"${i + 1}"))}) "
            + $"on conflict (side) do update set {string.Join(", ", all.Skip(1).Select(static column => $"{column} = excluded.{column}"))}";
        for (var i = 1; i <= all.Length; i++) _upsert.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
        Load();
    }

    /// <summary>Commits since it was opened.</summary>
    internal int Commits { get; private set; }

    /// <summary>Opens or makes the store, and checks each floor.</summary>
    /// <param name="macKey">32 bytes derived from the master key.</param>
    /// <exception cref="StoreDamagedException">A row was changed, or the store was put back to an older copy.</exception>
    public static FloorFile<TSide, TFloor> Open(FloorForm<TSide, TFloor> form, string folder, byte[] macKey)
    {
        SqliteNative.EnsureLoaded();
        var source = new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, form.Name + ".db"), Pooling = false, DefaultTimeout = 5 };
        var connection = new SqliteConnection(source.ToString());
        try
        {
            connection.Open();
            // FULL: what is about to be signed is on disk before the signature leaves, also when power fails.
            Execute(connection, "pragma journal_mode = wal; pragma synchronous = full;");
            Execute(connection, $"create table if not exists {form.Table} (side text primary key, n integer not null, {string.Concat(form.Columns.Select(static column => $"{column} blob not null, "))}mac blob not null) strict;");
            return new(form, connection, macKey, new HeadFile(Path.Combine(folder, form.Name + ".head")));
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>A side's floor, or null where there is none.</summary>
    public TFloor? Find(TSide side)
    {
        lock (_gate) return _floors.GetValueOrDefault(side);
    }

    /// <summary>Judges the floor that is there and puts the judgement's in its place. Durable when this is done. Judgements of one side follow each other.</summary>
    /// <param name="judge">From the floor that is there, or null, to what is answered and the floor to put; null: it stays.</param>
    /// <exception cref="IOException">It could not be written, now or before: what is known may be more than what is stored, so nothing more is judged.</exception>
    public async Task<T> RaiseAsync<T>(TSide side, Func<TFloor?, (T Answer, TFloor? Floor)> judge)
    {
        ArgumentNullException.ThrowIfNull(judge);
        T answer;
        Task written;
        lock (_gate)
        {
            (answer, var floor) = judge(_floors.GetValueOrDefault(side));
            if (floor is null) return answer;
            if (_broken is not null) throw Broken(_broken);
            // From here the next judgement sees it. One that repeats it waits for a commit too, as it is behind it.
            _floors[side] = floor;
            _next.Writes.Add((side, floor));
            written = _next.Written.Task;
            if (!_isWriting)
            {
                _isWriting = true;
                _writer.Wait();
                Task.Run(WriteAll);
            }
        }

        await written;
        return answer;
    }

    /// <summary>What is being written is written first; what comes later is refused.</summary>
    public void Dispose()
    {
        lock (_gate) _broken ??= new ObjectDisposedException(_form.Name);
        _writer.Wait();
        try
        {
            _upsert.Dispose();
            _connection.Dispose();
        }
        finally
        {
            _writer.Release();
        }
    }

    private static IOException Broken(Exception cause) => new("The floors could not be written, and what is known of them may be more than what is stored.", cause);

    /// <summary>Commits all that has come up to now, then what has come meanwhile, until nothing waits. There is one such writer at a time.</summary>
    private void WriteAll()
    {
        Exception? failure = null;
        while (true)
        {
            Batch batch;
            lock (_gate)
            {
                if (_next.Writes.Count == 0)
                {
                    _isWriting = false;
                    _writer.Release();
                    return;
                }

                (batch, _next) = (_next, new());
            }

            failure = failure is null ? Write(batch) : Broken(failure);
            if (failure is null) batch.Written.SetResult();
            else batch.Written.SetException(failure);
        }
    }

    private Exception? Write(Batch batch)
    {
        try
        {
            Commit(batch.Writes);
            return null;
        }
        catch (Exception failure) when (failure is SqliteException or IOException or UnauthorizedAccessException)
        {
            // Whether it was written is not known, and what follows was judged by it: this store says nothing more.
            lock (_gate) _broken ??= failure;
            return failure;
        }
    }

    private void Commit(List<(TSide Side, TFloor Floor)> writes)
    {
        byte[] mac = [];
        using (var transaction = _connection.BeginTransaction())
        {
            _upsert.Transaction = transaction;
            foreach (var (side, floor) in writes)
            {
                var columns = _form.Write(floor);
                mac = MacOf(side, ++_written, columns);
                object[] values = [side.ToString()!, _written, .. columns, mac];
                for (var i = 0; i < values.Length; i++) _upsert.Parameters[i].Value = values[i];
                _upsert.ExecuteNonQuery();
            }

            transaction.Commit();
        }

        Commits++;
        _headFile.Write(new(_written, mac));
    }

    private void Load()
    {
        var head = _headFile.Read();
        using var command = _connection.CreateCommand();
        command.CommandText = $"select side, n, {string.Concat(_form.Columns.Select(static column => column + ", "))}mac from {_form.Table} order by n";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var side = _form.ParseSide(reader.GetString(0));
            ImmutableArray<byte[]> columns = [.. Enumerable.Range(2, _form.Columns.Length).Select(reader.GetFieldValue<byte[]>)];
            _written = reader.GetInt64(1);
            var mac = MacOf(side, _written, columns);
            if (!mac.AsSpan().SequenceEqual(reader.GetFieldValue<byte[]>(2 + columns.Length)))
                throw new StoreDamagedException($"The floor of channel {side} was changed, or another master key wrote it.");
            if (head?.Facts == _written && !head.Mac.AsSpan().SequenceEqual(mac)) throw new StoreDamagedException("The floors are others than the head file names.");
            _floors.Add(side, _form.Read(columns));
        }

        if (head is not null && head.Facts > _written) throw new StoreDamagedException($"The floors were put back: they end at write {_written}, there once was {head.Facts}.");
    }

    private byte[] MacOf(TSide side, long number, ImmutableArray<byte[]> columns)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _macKey);
        Span<byte> count = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(count, number);
        mac.AppendData(Encoding.ASCII.GetBytes($"{_form.Label}\0{side}\0"));
        mac.AppendData(count);
        foreach (var column in columns) mac.AppendData(column);
        return mac.GetHashAndReset();
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Floors on their way to the disk together.</summary>
    private sealed class Batch
    {
        public List<(TSide Side, TFloor Floor)> Writes { get; } = [];

        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
