using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TPWallet.Grains.Journal;

/// <summary>
/// The 16-byte id of a stream: the first 16 bytes of SHA-256 over tenant, kind and key, each length-prefixed, so that no two
/// different names can run together. Stored big-endian, as PostgreSQL stores a uuid: both stores sort it the same way.
/// </summary>
public readonly record struct StreamId(Guid Value) : IComparable<StreamId>
{
    /// <summary>Bytes of an id.</summary>
    public const int Size = 16;

    /// <summary>The id of the stream of one grain.</summary>
    /// <param name="tenant">Tenant that owns the grain.</param>
    /// <param name="kind">Kind of grain, as written in the grain's storage contract (for example <c>account</c>).</param>
    /// <param name="key">The grain's key.</param>
    public static StreamId Of(string tenant, string kind, string key)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(key);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendField(hash, "tpw/journal/stream/1");
        AppendField(hash, tenant);
        AppendField(hash, kind);
        AppendField(hash, key);
        return FromBytes(hash.GetHashAndReset().AsSpan(0, Size));
    }

    /// <summary>Reads the 16 bytes of an id.</summary>
    public static StreamId FromBytes(ReadOnlySpan<byte> bytes) => new(new Guid(bytes, bigEndian: true));

    /// <summary>Writes the 16 bytes of the id.</summary>
    public void WriteBytes(Span<byte> destination) => Value.TryWriteBytes(destination, bigEndian: true, out _);

    /// <summary>The 16 bytes of the id.</summary>
    public byte[] ToBytes() => Value.ToByteArray(bigEndian: true);

    /// <summary>The sweeper shard (0 to <see cref="JournalLimits.WakeShards"/> − 1) that wakes this stream.</summary>
    public int Shard
    {
        get
        {
            Span<byte> bytes = stackalloc byte[Size];
            WriteBytes(bytes);
            return bytes[Size - 1] % JournalLimits.WakeShards;
        }
    }

    /// <summary>Orders as the stored bytes do.</summary>
    public int CompareTo(StreamId other)
    {
        Span<byte> mine = stackalloc byte[Size];
        Span<byte> others = stackalloc byte[Size];
        WriteBytes(mine);
        other.WriteBytes(others);
        return mine.SequenceCompareTo(others);
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("n");

    /// <summary>Whether one id sorts before another.</summary>
    public static bool operator <(StreamId left, StreamId right) => left.CompareTo(right) < 0;

    /// <summary>Whether one id sorts before another or is the same.</summary>
    public static bool operator <=(StreamId left, StreamId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether one id sorts after another.</summary>
    public static bool operator >(StreamId left, StreamId right) => left.CompareTo(right) > 0;

    /// <summary>Whether one id sorts after another or is the same.</summary>
    public static bool operator >=(StreamId left, StreamId right) => left.CompareTo(right) >= 0;

    private static void AppendField(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}

/// <summary>
/// Who a stream belongs to, in words: what a sweeper needs to call the grain, and what a person reads. The id is computed once.
/// </summary>
public sealed record StreamName
{
    /// <summary>Names a stream.</summary>
    /// <exception cref="ArgumentException">A part is empty or longer than <see cref="JournalLimits.MaxNameBytes"/> in UTF-8.</exception>
    public StreamName(string tenant, string kind, string key)
    {
        Tenant = Checked(tenant, nameof(tenant));
        Kind = Checked(kind, nameof(kind));
        Key = Checked(key, nameof(key));
        Id = StreamId.Of(tenant, kind, key);
    }

    /// <summary>Tenant that owns the grain.</summary>
    public string Tenant { get; }

    /// <summary>Kind of grain.</summary>
    public string Kind { get; }

    /// <summary>Key of the grain.</summary>
    public string Key { get; }

    /// <summary>The stream's id.</summary>
    public StreamId Id { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Tenant}/{Kind}/{Key}";

    private static string Checked(string part, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(part, name);
        // PostgreSQL's text type holds no NUL, so a name with one could be hashed but never stored.
        if (Encoding.UTF8.GetByteCount(part) > JournalLimits.MaxNameBytes || part.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException($"A stream name's part is at most {JournalLimits.MaxNameBytes} bytes and has no NUL.", name);
        return part;
    }
}
