using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Signer.CoinChannels;

namespace TPWallet.Signer.Store;

/// <summary>
/// The floors of channels on chains of the Bitcoin family. As <see cref="IFloorStore"/>: durable before what they allow leaves, never falling. Safe from many threads.
/// </summary>
internal interface ICoinFloorStore : IDisposable
{
    /// <summary>A side's floor, or null where there is none.</summary>
    CoinFloor? Find(CoinChannelRef side);

    /// <summary>
    /// Judges the floor that is there (<see cref="CoinFloor.None"/> where there is none) and puts the judgement's in its place, unless it refuses. Durable when this is
    /// done. Judgements of one side follow each other.
    /// </summary>
    Task<CoinStep<T>> RaiseAsync<T>(CoinChannelRef side, Func<CoinFloor, CoinStep<T>> judge)
        where T : class;
}

/// <summary>
/// Floors in a SQLite file of their own (WAL, synchronous=FULL), one row for each side, all in memory too. Each row carries a keyed hash and the number of its write; the
/// head file notices a database that was put back. What is raised while a commit is under way shares the next one.
/// </summary>
internal sealed class CoinFloorStore : ICoinFloorStore
{
    private const string Schema = "create table if not exists coin_floor (side text primary key, n integer not null, body blob not null, mac blob not null) strict;";

    private const string Upsert =
        "insert into coin_floor values ($1, $2, $3, $4) on conflict (side) do update set n = excluded.n, body = excluded.body, mac = excluded.mac";

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<CoinChannelRef, CoinFloor> _floors = [];
    private readonly SqliteConnection _connection;
    private readonly byte[] _macKey;
    private readonly HeadFile _headFile;
    private Batch _next = new();
    private Exception? _broken;
    private long _written;

    private CoinFloorStore(SqliteConnection connection, byte[] macKey, HeadFile headFile)
    {
        (_connection, _macKey, _headFile) = (connection, macKey, headFile);
        Load();
    }

    /// <summary>Opens or makes the store, and checks each floor.</summary>
    /// <param name="macKey">32 bytes derived from the master key.</param>
    /// <exception cref="StoreDamagedException">A row was changed, or the store was put back to an older copy.</exception>
    public static CoinFloorStore Open(string folder, byte[] macKey)
    {
        SqliteNative.EnsureLoaded();
        var source = new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "coin-floors.db"), Pooling = false, DefaultTimeout = 5 };
        var connection = new SqliteConnection(source.ToString());
        try
        {
            connection.Open();
            // FULL: what is about to leave is on disk before it does, also when power fails.
            Execute(connection, "pragma journal_mode = wal; pragma synchronous = full;");
            Execute(connection, Schema);
            return new(connection, macKey, new HeadFile(Path.Combine(folder, "coin-floors.head")));
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public CoinFloor? Find(CoinChannelRef side)
    {
        lock (_gate) return _floors.GetValueOrDefault(side);
    }

    /// <inheritdoc/>
    public async Task<CoinStep<T>> RaiseAsync<T>(CoinChannelRef side, Func<CoinFloor, CoinStep<T>> judge)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(judge);
        CoinStep<T> step;
        Batch batch;
        lock (_gate)
        {
            step = judge(_floors.GetValueOrDefault(side) ?? CoinFloor.None);
            if (step.Refusal is not null) return step;
            // From here the next judgement sees it. One that repeats it waits for a commit too, as it is behind it.
            _floors[side] = step.Floor;
            batch = _next;
            batch.Writes.Add((side, step.Floor));
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

        return step;
    }

    /// <summary>What is being written is written first; what comes later is refused.</summary>
    public void Dispose()
    {
        _turn.Wait();
        try
        {
            _broken ??= new ObjectDisposedException(nameof(CoinFloorStore));
            _connection.Dispose();
        }
        finally
        {
            _turn.Release();
        }
    }

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

    private void Commit(List<(CoinChannelRef Side, CoinFloor Floor)> writes)
    {
        byte[] mac = [];
        using (var transaction = _connection.BeginTransaction())
        {
            using var command = _connection.CreateCommand();
            (command.Transaction, command.CommandText) = (transaction, Upsert);
            foreach (var (side, floor) in writes)
            {
                var body = JsonSerializer.SerializeToUtf8Bytes(floor, CoinFloorJson.Default.CoinFloor);
                mac = MacOf(side, ++_written, body);
                command.Parameters.Clear();
                object[] values = [side.ToString(), _written, body, mac];
                for (var i = 0; i < values.Length; i++) command.Parameters.AddWithValue($"${i + 1}", values[i]);
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
        command.CommandText = "select side, n, body, mac from coin_floor order by n";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var (side, body) = (CoinChannelRef.Parse(reader.GetString(0)), reader.GetFieldValue<byte[]>(2));
            _written = reader.GetInt64(1);
            var mac = MacOf(side, _written, body);
            if (!mac.AsSpan().SequenceEqual(reader.GetFieldValue<byte[]>(3)))
                throw new StoreDamagedException($"The floor of channel {side} was changed, or another master key wrote it.");
            if (head?.Facts == _written && !head.Mac.AsSpan().SequenceEqual(mac)) throw new StoreDamagedException("The floors are others than the head file names.");
            _floors.Add(side, JsonSerializer.Deserialize(body, CoinFloorJson.Default.CoinFloor)!);
        }

        if (head is not null && head.Facts > _written) throw new StoreDamagedException($"The floors were put back: they end at write {_written}, there once was {head.Facts}.");
    }

    private byte[] MacOf(CoinChannelRef side, long number, byte[] body)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _macKey);
        Span<byte> count = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(count, number);
        mac.AppendData("tpw.signer.coin-floor.v1\0"u8);
        mac.AppendData(Encoding.ASCII.GetBytes($"{side}\0"));
        mac.AppendData(count);
        mac.AppendData(body);
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
        public List<(CoinChannelRef Side, CoinFloor Floor)> Writes { get; } = [];

        public bool IsWritten { get; set; }
    }
}

/// <summary>The stored form of floors.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CoinFloor))]
internal sealed partial class CoinFloorJson : JsonSerializerContext;
