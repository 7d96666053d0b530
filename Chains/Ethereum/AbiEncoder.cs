using System.Numerics;
using System.Text;

namespace TPWallet.Chains.Ethereum;

/// <summary>Writes values in the standard (canonical) layout: heads in order, then the tails of dynamic values in the same order.</summary>
internal static class AbiEncoder
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static byte[] Encode(ReadOnlySpan<AbiParameter> parameters, ReadOnlySpan<AbiValue> values)
    {
        Demand(parameters.Length == values.Length, $"{parameters.Length} values", $"{values.Length}");
        using var stream = new MemoryStream();
        var types = new AbiType[parameters.Length];
        for (var i = 0; i < types.Length; i++) types[i] = parameters[i].Type;
        WriteAll(stream, types, values);
        return stream.ToArray();
    }

    private static void WriteAll(MemoryStream stream, ReadOnlySpan<AbiType> types, ReadOnlySpan<AbiValue> values)
    {
        var start = stream.Position;
        long heads = 0;
        foreach (var type in types) heads += type.HeadLength;
        var head = start;
        stream.SetLength(Math.Max(stream.Length, start + heads));
        stream.Position = start + heads;
        for (var i = 0; i < types.Length; i++)
        {
            var tail = stream.Position;
            stream.Position = head;
            if (types[i].IsDynamic)
            {
                WriteNumber(stream, tail - start, types[i]);
                stream.Position = tail;
            }

            WriteOne(stream, types[i], values[i]);
            if (!types[i].IsDynamic) stream.Position = tail;
            head += types[i].HeadLength;
        }
    }

    private static void WriteOne(MemoryStream stream, AbiType type, AbiValue value)
    {
        switch (type, value)
        {
            case (AbiType.Unsigned unsigned, AbiValue.Number number):
                Demand(number.Value.Sign >= 0 && number.Value.GetBitLength() <= unsigned.Bits, $"{type}", $"{number.Value}");
                WriteNumber(stream, number.Value, type);
                break;
            case (AbiType.Signed signed, AbiValue.Number number):
                Demand(number.Value.GetBitLength() < signed.Bits, $"{type}", $"{number.Value}");
                WriteNumber(stream, number.Value, type);
                break;
            case (AbiType.Bool, AbiValue.Flag flag):
                WriteNumber(stream, flag.Value ? 1 : 0, type);
                break;
            case (AbiType.Account, AbiValue.Account account):
                stream.Write(new byte[12]);
                stream.Write(account.Value.ToArray());
                break;
            case (AbiType.FixedBytes or AbiType.Function, AbiValue.Bytes bytes):
                var length = type is AbiType.FixedBytes @fixed ? @fixed.Length : AbiType.Function.Length;
                Demand(bytes.Value.Length == length, $"{length} bytes", $"{bytes.Value.Length}");
                WritePadded(stream, bytes.Value.Span);
                break;
            case (AbiType.Bytes, AbiValue.Bytes bytes):
                WriteCounted(stream, bytes.Value.Span, type);
                break;
            case (AbiType.Text, AbiValue.Text text):
                WriteCounted(stream, StrictUtf8.GetBytes(text.Value), type);
                break;
            case (AbiType.Array array, AbiValue.Sequence sequence):
                WriteNumber(stream, sequence.Values.Count, type);
                WriteAll(stream, Repeat(array.Element, sequence.Values.Count), sequence.Values.Span);
                break;
            case (AbiType.FixedArray array, AbiValue.Sequence sequence):
                Demand(sequence.Values.Count == array.Length, $"{array.Length} elements", $"{sequence.Values.Count}");
                WriteAll(stream, Repeat(array.Element, array.Length), sequence.Values.Span);
                break;
            case (AbiType.Tuple tuple, AbiValue.Sequence sequence):
                Demand(sequence.Values.Count == tuple.Components.Count, $"{tuple.Components.Count} components", $"{sequence.Values.Count}");
                WriteAll(stream, [.. tuple.Components.Select(static component => component.Type)], sequence.Values.Span);
                break;
            default:
                Demand(false, $"{type}", value.GetType().Name);
                break;
        }
    }

    private static AbiType[] Repeat(AbiType type, int count)
    {
        var types = new AbiType[count];
        types.AsSpan().Fill(type);
        return types;
    }

    private static void WriteNumber(MemoryStream stream, BigInteger value, AbiType type)
    {
        Span<byte> word = stackalloc byte[AbiType.Word];
        word.Fill(value.Sign < 0 ? (byte)0xff : (byte)0);
        var unsigned = value.Sign >= 0;
        var length = value.GetByteCount(unsigned);
        Demand(length <= AbiType.Word, $"{type}", $"{value}");
        value.TryWriteBytes(word[(AbiType.Word - length)..], out _, unsigned, isBigEndian: true);
        stream.Write(word);
    }

    private static void WriteCounted(MemoryStream stream, ReadOnlySpan<byte> bytes, AbiType type)
    {
        WriteNumber(stream, bytes.Length, type);
        WritePadded(stream, bytes);
    }

    private static void WritePadded(MemoryStream stream, ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        stream.Write(new byte[(AbiType.Word - (bytes.Length % AbiType.Word)) % AbiType.Word]);
    }

    /// <summary>A value that does not fit its type comes from our own code, so it is a bug and throws.</summary>
    private static void Demand(bool held, string expected, string actual)
    {
        if (!held) throw new ArgumentException($"ABI value: expected {expected}, got {actual}.");
    }
}
