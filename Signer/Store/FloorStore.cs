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

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<ChannelRef, Floor> _floors = [];
    private readonly SqliteConnection _connection;
    private readonly byte[] _macKey;
    private readonly HeadFile _headFile;
    private Batch _next = new();
    private Exception? _broken;
    private long _written;

    private FloorStore(SqliteConnection connection, byte[] macKey, HeadFile headFile)
    {
        (_connection, _macKey, _headFile) = (connection, macKey, headFile);
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
        Batch batch;
        lock (_gate)
        {
            raise = judge(_floors.GetValueOrDefault(side) ?? Floor.None);
            if (raise.Floor is not { } floor) return raise;
            // From here the next judgement sees it. One that repeats it waits for a commit too, as it is behind it.
            _floors[side] = floor;
            batch = _next;
            batch.Writes.Add((side, floor));
        }

        await _turn.WaitAsync();
        try
        {
            if (!batch.IsWritten) Write(batch);
        }
        finally
        {
            _turn.Release();
        }

        return raise;
    }

    /// <summary>What is being written is written first; what comes later is refused.</summary>
    public void Dispose()
    {
        _turn.Wait();
        try
        {
            _broken ??= new ObjectDisposedException(nameof(FloorStore));
            _connection.Dispose();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Whoever has the turn commits all that has come up to now, for all who wait behind.</summary>
    private void Write(Batch batch)
    {
        lock (_gate) _next = new();
        if (_broken is not null) throw new IOException("The floors could not be written, and what is known of them may be more than what is stored.", _broken);
        try
        {
            Commit(batch.Writes);
            batch.IsWritten = true;
        }
        catch (Exception failure) when (failure is SqliteException or IOException)
        {
            // Whether it was written is not known, and what follows was judged by it: this store says nothing more.
            _broken = failure;
            throw;
        }
    }

    private void Commit(List<(ChannelRef Side, Floor Floor)> writes)
    {
        byte[] mac = [];
        using (var transaction = _connection.BeginTransaction())
        {
            using var command = _connection.CreateCommand();
            (command.Transaction, command.CommandText) = (transaction, Upsert);
            foreach (var (side, floor) in writes)
            {
                mac = MacOf(side, ++_written, floor);
                command.Parameters.Clear();
                Bind(command, side.ToString(), _written, BytesOf(floor.Nonce), floor.Digest.ToArray(), BytesOf(floor.Own), mac);
                command.ExecuteNonQuery();
            }

            transaction.Commit();
        }

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
        for (var i = 0; i < values.Length; i++) command.Parameters.AddWithValue($"${i + 1}", values[i]);
    }

    /// <summary>Floors on their way to the disk together.</summary>
    private sealed class Batch
    {
        public List<(ChannelRef Side, Floor Floor)> Writes { get; } = [];

        public bool IsWritten { get; set; }
    }
}
