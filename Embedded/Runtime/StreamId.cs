using System.Text;

namespace Orleans.Runtime;

/// <summary>Which stream of a provider: a namespace, which may be absent, and a key.</summary>
public readonly struct StreamId : IEquatable<StreamId>
{
    private readonly byte[] _full;
    private readonly ushort _keyIndex;

    private StreamId(byte[] full, ushort keyIndex) => (_full, _keyIndex) = (full, keyIndex);

    public static StreamId Create(string? ns, string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new(Encoding.UTF8.GetBytes(ns + key), (ushort)Encoding.UTF8.GetByteCount(ns ?? ""));
    }

    public string? GetNamespace() => _keyIndex == 0 ? null : Encoding.UTF8.GetString(_full, 0, _keyIndex);

    public string GetKeyAsString() => Encoding.UTF8.GetString(_full, _keyIndex, _full.Length - _keyIndex);

    /// <summary>As in Orleans by the bytes of both together: a namespace that ends where another's key begins is the same stream.</summary>
    public bool Equals(StreamId other) => _full.AsSpan().SequenceEqual(other._full);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is StreamId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => unchecked((int)StableHash.ComputeHash(_full));

    /// <inheritdoc/>
    public override string ToString() => $"{GetNamespace() ?? "null"}/{GetKeyAsString()}";

    public static bool operator ==(StreamId s1, StreamId s2) => s1.Equals(s2);

    public static bool operator !=(StreamId s1, StreamId s2) => !s1.Equals(s2);
}
