namespace Orleans.Runtime;

/// <summary>The name of a grain class: the first half of a grain's identity.</summary>
public readonly struct GrainType : IEquatable<GrainType>, IComparable<GrainType>, ISpanFormattable
{
    private readonly IdSpan _value;

    public GrainType(IdSpan id) => _value = id;

    public GrainType(byte[] value) => _value = new IdSpan(value);

    public IdSpan Value => _value;

    public bool IsDefault => _value.IsDefault;

    /// <summary>The type of that name.</summary>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public static GrainType Create(string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(value);
        return new GrainType(IdSpan.Create(value));
    }

    public ReadOnlySpan<byte> AsSpan() => _value.AsSpan();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is GrainType other && Equals(other);

    /// <inheritdoc/>
    public bool Equals(GrainType obj) => _value.Equals(obj._value);

    /// <inheritdoc/>
    public override int GetHashCode() => _value.GetHashCode();

    public uint GetUniformHashCode() => _value.GetUniformHashCode();

    /// <inheritdoc/>
    public int CompareTo(GrainType other) => _value.CompareTo(other._value);

    /// <inheritdoc/>
    public override string ToString() => _value.ToString();

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        _value.TryFormat(destination, out charsWritten);

    public static bool operator ==(GrainType left, GrainType right) => left.Equals(right);

    public static bool operator !=(GrainType left, GrainType right) => !left.Equals(right);
}

/// <summary>Names of grain types that the runtime keeps for itself.</summary>
public static class GrainTypePrefix
{
    public const string SystemPrefix = "sys.";

    public const string ClientPrefix = SystemPrefix + "client";

    public static readonly GrainType ClientGrainType = GrainType.Create(ClientPrefix);

    /// <summary>Whether the type is that of clients, which are outside grains.</summary>
    public static bool IsClient(this in GrainType type) => type.AsSpan().StartsWith("sys.client"u8);

    /// <summary>Whether the identity is a client's: a call with such a source does not come from a grain.</summary>
    public static bool IsClient(this in GrainId id) => id.Type.IsClient();
}
