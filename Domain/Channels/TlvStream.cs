namespace TPWallet.Domain.Channels;

/// <summary>Reads a stream of type, length and value (BOLT-1): types of one byte that rise, lengths in their shortest form. Whoever reads passes over unknown odd types only.</summary>
internal ref struct TlvReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>From here on a byte says that more bytes of the number follow (BOLT-1, BigSize).</summary>
    internal const byte Longer = 0xFD;

    private const int LongHeader = 4;

    private ReadOnlySpan<byte> _rest = bytes;
    private int _last = -1;

    /// <summary>Whether something came that is no such stream.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>The next field; false at the end, and at what is broken.</summary>
    public bool Next(out byte type, out ReadOnlySpan<byte> value)
    {
        type = 0;
        value = default;
        if (_rest.IsEmpty || IsBroken) return false;
        IsBroken = true;
        if (_rest.Length < 2 || _rest[0] <= _last || _rest[0] >= Longer || _rest[1] > Longer) return false;
        var (header, length) = (2, (int)_rest[1]);
        if (length == Longer)
        {
            if (_rest.Length < LongHeader) return false;
            (header, length) = (LongHeader, (_rest[2] << 8) | _rest[3]);
            if (length < Longer) return false;
        }

        if (_rest.Length - header < length) return false;
        type = _rest[0];
        value = _rest.Slice(header, length);
        _rest = _rest[(header + length)..];
        (_last, IsBroken) = (type, false);
        return true;
    }
}

/// <summary>Writes such a stream; whoever writes keeps the types rising.</summary>
internal sealed class TlvWriter
{
    private readonly List<byte> _bytes = new(64);

    public void Add(byte type, ReadOnlySpan<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, ushort.MaxValue);
        _bytes.Add(type);
        if (value.Length < TlvReader.Longer) _bytes.Add((byte)value.Length);
        else _bytes.AddRange([TlvReader.Longer, (byte)(value.Length >> 8), (byte)value.Length]);
        _bytes.AddRange(value);
    }

    public byte[] ToArray() => [.. _bytes];
}
