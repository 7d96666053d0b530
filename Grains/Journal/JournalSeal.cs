using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TPWallet.Grains.Journal;

/// <summary>
/// Keyed MACs (HMAC-SHA-256, first 16 bytes) over rows, batches and snapshots. The hash chain alone proves only that rows fit each other: who
/// owns the database can rewrite a stream and all its hashes. Who does not hold this key cannot make the MACs.
/// </summary>
public sealed class JournalSeal
{
    /// <summary>Bytes of the key.</summary>
    public const int KeySize = 32;

    /// <summary>Bytes of a MAC.</summary>
    public const int Size = 16;

    private readonly byte[] _rowKey;
    private readonly byte[] _batchKey;
    private readonly byte[] _snapshotKey;

    /// <summary>Derives one key per purpose (HKDF, RFC 5869).</summary>
    /// <param name="key">32 secret bytes from the configuration; the same for every silo on one database, and never stored in it.</param>
    /// <exception cref="ArgumentException">The key is not 32 bytes.</exception>
    public JournalSeal(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeySize) throw new ArgumentException($"A journal key is {KeySize} bytes.", nameof(key));
        _rowKey = Derive(key, "row");
        _batchKey = Derive(key, "batch");
        _snapshotKey = Derive(key, "snapshot");
    }

    /// <summary>The MAC of a row. Its hash binds stream, version, content and all rows before it.</summary>
    public byte[] Row(ReadOnlySpan<byte> hash) => Mac(_rowKey, hash);

    /// <summary>The MAC of a batch header.</summary>
    public byte[] Batch(ReadOnlySpan<byte> hash) => Mac(_batchKey, hash);

    /// <summary>The MAC of a snapshot.</summary>
    public byte[] Snapshot(StreamId stream, Snapshot snapshot)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _snapshotKey);
        Field(mac, stream.ToBytes());
        Span<byte> version = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(version, snapshot.Version);
        Field(mac, version);
        Field(mac, Encoding.UTF8.GetBytes(snapshot.Code));
        Field(mac, snapshot.HeadHash);
        Field(mac, snapshot.State.Span);
        return mac.GetHashAndReset()[..Size];
    }

    /// <summary>Compares in constant time.</summary>
    public static bool Same(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => CryptographicOperations.FixedTimeEquals(left, right);

    private static byte[] Derive(ReadOnlySpan<byte> key, string purpose)
    {
        var derived = new byte[KeySize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, derived, [], Encoding.UTF8.GetBytes($"tpw/journal/{purpose}/1"));
        return derived;
    }

    private static byte[] Mac(byte[] key, ReadOnlySpan<byte> message)
    {
        Span<byte> full = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, message, full);
        return full[..Size].ToArray();
    }

    private static void Field(IncrementalHash mac, ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        mac.AppendData(length);
        mac.AppendData(bytes);
    }
}
