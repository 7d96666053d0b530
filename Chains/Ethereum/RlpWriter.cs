using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>Writes RLP forwards into one growing buffer; a list's header is put in front when the list ends.</summary>
public sealed class RlpWriter
{
    private const int LongestHeader = 5;
    private const int ShortLength = 55;

    private byte[] _buffer = new byte[256];
    private int _length;

    public RlpWriter Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != 1 || bytes[0] >= 0x80) WriteHeader(0x80, bytes.Length);
        return WriteRaw(bytes);
    }

    public RlpWriter Write(HexBytes bytes) => Write(bytes.Span);

    public RlpWriter Write(ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return Write(bytes.TrimStart((byte)0));
    }

    public RlpWriter Write(UInt256 value)
    {
        Span<byte> bytes = stackalloc byte[UInt256.Size];
        value.ToBigEndian(bytes);
        return Write(bytes.TrimStart((byte)0));
    }

    /// <summary>All 32 bytes, leading zeros included.</summary>
    public RlpWriter Write(Bytes32 value)
    {
        Span<byte> bytes = stackalloc byte[UInt256.Size];
        value.CopyTo(bytes);
        return Write(bytes);
    }

    /// <summary>20 bytes, or the empty string for none (contract creation).</summary>
    public RlpWriter Write(Address? address) => address is { } present ? Write(present.ToArray()) : Write(ReadOnlySpan<byte>.Empty);

    /// <summary>Bytes that are RLP already.</summary>
    public RlpWriter WriteRaw(ReadOnlySpan<byte> encoded)
    {
        Reserve(encoded.Length);
        encoded.CopyTo(_buffer.AsSpan(_length));
        _length += encoded.Length;
        return this;
    }

    /// <summary>Starts a list; the answer goes back into <see cref="EndList"/>.</summary>
    public int BeginList() => _length;

    public RlpWriter EndList(int start)
    {
        var payload = _length - start;
        Span<byte> header = stackalloc byte[LongestHeader];
        var headerLength = Header(0xc0, payload, header);
        Reserve(headerLength);
        _buffer.AsSpan(start, payload).CopyTo(_buffer.AsSpan(start + headerLength));
        header[..headerLength].CopyTo(_buffer.AsSpan(start));
        _length += headerLength;
        return this;
    }

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public byte[] ToArray() => Written.ToArray();

    private void WriteHeader(byte offset, int length)
    {
        Span<byte> header = stackalloc byte[LongestHeader];
        WriteRaw(header[..Header(offset, length, header)]);
    }

    private static int Header(byte offset, int length, Span<byte> header)
    {
        if (length <= ShortLength)
        {
            header[0] = (byte)(offset + length);
            return 1;
        }

        Span<byte> size = stackalloc byte[sizeof(int)];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(size, length);
        var trimmed = size.TrimStart((byte)0);
        header[0] = (byte)(offset + ShortLength + trimmed.Length);
        trimmed.CopyTo(header[1..]);
        return 1 + trimmed.Length;
    }

    private void Reserve(int more)
    {
        if (_buffer.Length - _length < more) Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, checked(_length + more)));
    }
}
