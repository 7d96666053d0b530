using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Signer.Store;

/// <summary>
/// Floors in a SQLite file of their own (WAL, synchronous=FULL), one row for each channel, all in memory too. What is raised while a commit is under way
/// shares the next one. Each row carries a keyed hash and the number of its write; the head file notices a database that was put back.
/// </summary>
internal sealed class FloorStore : IFloorStore
{
    private const string Schema =
        "create table if not exists floor (side text primary key, n integer not null, nonce blob not null, digest blob not null, own blob not null, mac blob not null) strict;";

    private const string Upsert = """
        insert into floor values ($1, $2, $3, $4, $5, $6)
        on conflict (side) do update set n = excluded.n, nonce = excluded.nonce, digest = excluded.digest, own = excluded.own, mac = excluded.mac
        """;

    private const int Columns = 6;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _writer = new(1, 1);
    private readonly Dictionary<ChannelRef, Floor> _floors = [];
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _upsert;
    private readonly byte[] _macKey;
    private readonly HeadFile _headFile;
    private Batch _next = new();
    private bool _isWriting;
    private Exception? _broken;
    private long _written;

    private FloorStore(SqliteConnection connection, byte[] macKey, HeadFile headFile)
    {
        (_connection, _macKey, _headFile) = (connection, macKey, headFile);
        _upsert = connection.CreateCommand();
        _upsert.CommandText = Upsert;
        for (var i = 1; i <= Columns; i++) _upsert.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
        Load();
    }

    /// <summary>Opens or makes the store, and checks each floor.</summary>
    /// <param name="macKey">32 bytes derived from the master key.</param>
    /// <exception cref="StoreDamagedException">A row was changed, or the store was put back to an older copy.</exception>
    public static FloorStore Open(string folder, byte[] macKey)
    {
        SqliteNative.EnsureLoaded();
        var source = new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "floors.db"), Pooling = false, DefaultTimeout = 5 };
        var connection = new SqliteConnection(source.ToString());
        try
        {
            connection.Open();
            // FULL: what is about to be signed is on disk before the signature leaves, also when power fails.
            Execute(connection, "pragma journal_mode = wal; pragma synchronous = full;");
            Execute(connection, Schema);
            return new(connection, macKey, new HeadFile(Path.Combine(folder, "floors.head")));
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Commits since it was opened.</summary>
    internal int Commits { get; private set; }

    /// <inheritdoc/>
    public Floor? Find(ChannelRef side)
    {
        lock (_gate) return _floors.GetValueOrDefault(side);
    }

    /// <inheritdoc/>
    public async Task<Raise> RaiseAsync(ChannelRef side, Func<Floor, Raise> judge)
    {
        ArgumentNullException.ThrowIfNull(judge);
        Raise raise;
        Task written;
        lock (_gate)
        {
            raise = judge(_floors.GetValueOrDefault(side) ?? Floor.None);
            if (raise.Floor is not { } floor) return raise;
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
        return raise;
    }

    /// <summary>What is being written is written first; what comes later is refused.</summary>
    public void Dispose()
    {
        lock (_gate) _broken ??= new ObjectDisposedException(nameof(FloorStore));
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

    private void Commit(List<(ChannelRef Side, Floor Floor)> writes)
    {
        byte[] mac = [];
        using (var transaction = _connection.BeginTransaction())
        {
            _upsert.Transaction = transaction;
            foreach (var (side, floor) in writes)
            {
                mac = MacOf(side, ++_written, floor);
                Bind(_upsert, side.ToString(), _written, BytesOf(floor.Nonce), floor.Digest.ToArray(), BytesOf(floor.Own), mac);
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
        command.CommandText = "select side, n, nonce, digest, own, mac from floor order by n";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var side = ChannelRef.Parse(reader.GetString(0));
            var floor = new Floor(
                BinaryPrimitives.ReadUInt64BigEndian(reader.GetFieldValue<byte[]>(2)), Bytes32.From(reader.GetFieldValue<byte[]>(3)),
                UInt256.FromBigEndian(reader.GetFieldValue<byte[]>(4)));
            _written = reader.GetInt64(1);
            var mac = MacOf(side, _written, floor);
            if (!mac.AsSpan().SequenceEqual(reader.GetFieldValue<byte[]>(5)))
                throw new StoreDamagedException($"The floor of channel {side} was changed, or another master key wrote it.");
            if (head?.Facts == _written && !head.Mac.AsSpan().SequenceEqual(mac)) throw new StoreDamagedException("The floors are others than the head file names.");
            _floors.Add(side, floor);
        }

        if (head is not null && head.Facts > _written) throw new StoreDamagedException($"The floors were put back: they end at write {_written}, there once was {head.Facts}.");
    }

    private byte[] MacOf(ChannelRef side, long number, Floor floor)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _macKey);
        mac.AppendData("tpw.signer.floor.v1\0"u8);
        mac.AppendData(Encoding.ASCII.GetBytes($"{side}\0"));
        mac.AppendData(BytesOf((ulong)number));
        mac.AppendData(BytesOf(floor.Nonce));
        mac.AppendData(floor.Digest.ToArray());
        mac.AppendData(BytesOf(floor.Own));
        return mac.GetHashAndReset();
    }

    private static byte[] BytesOf(ulong number)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        return bytes;
    }

    private static byte[] BytesOf(UInt256 number)
    {
        var bytes = new byte[UInt256.Size];
        number.ToBigEndian(bytes);
        return bytes;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static void Bind(SqliteCommand command, params object[] values)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
    }

    /// <summary>Floors on their way to the disk together.</summary>
    private sealed class Batch
    {
        public List<(ChannelRef Side, Floor Floor)> Writes { get; } = [];

        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
