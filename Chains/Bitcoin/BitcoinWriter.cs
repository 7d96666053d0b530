using System.Buffers;
using System.Buffers.Binary;

namespace TPWallet.Chains.Bitcoin;

/// <summary>Writes Bitcoin's little-endian wire format.</summary>
public sealed class BitcoinWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    public BitcoinWriter Write(byte value)
    {
        _buffer.Write([value]);
        return this;
    }

    public BitcoinWriter Write(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.GetSpan(2), value);
        _buffer.Advance(2);
        return this;
    }

    public BitcoinWriter Write(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
        return this;
    }

    public BitcoinWriter Write(int value) => Write(unchecked((uint)value));

    public BitcoinWriter Write(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.GetSpan(8), value);
        _buffer.Advance(8);
        return this;
    }

    public BitcoinWriter Write(BitcoinHash hash)
    {
        hash.Bytes.CopyTo(_buffer.GetSpan(BitcoinHash.Length)[..BitcoinHash.Length]);
        _buffer.Advance(BitcoinHash.Length);
        return this;
    }

    public BitcoinWriter Write(OutPoint outPoint) => Write(outPoint.Txid).Write(outPoint.Index);

    public BitcoinWriter Write(BitcoinOutput output) => Write(output.ValueSat).WriteBytes(output.ScriptPubKey.Span);

    /// <summary>Bytes without a length.</summary>
    public BitcoinWriter WriteFixed(ReadOnlySpan<byte> bytes)
    {
        _buffer.Write(bytes);
        return this;
    }

    /// <summary>A compact size and then the bytes.</summary>
    public BitcoinWriter WriteBytes(ReadOnlySpan<byte> bytes) => WriteCompactSize((ulong)bytes.Length).WriteFixed(bytes);

    public BitcoinWriter WriteCompactSize(ulong value) => value switch
    {
        < 0xfd => Write((byte)value),
        <= ushort.MaxValue => Write((byte)0xfd).Write((ushort)value),
        <= uint.MaxValue => Write((byte)0xfe).Write((uint)value),
        _ => Write((byte)0xff).Write(unchecked((long)value)),
    };

    /// <summary>Bytes that a compact size takes: 1, 3, 5 or 9.</summary>
    public static int CompactSizeLength(ulong value) => value switch
    {
        < 0xfd => 1,
        <= ushort.MaxValue => 3,
        <= uint.MaxValue => 5,
        _ => 9,
    };

    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();
}
