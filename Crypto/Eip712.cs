using System.Buffers;
using System.Numerics;

namespace TPWallet.Crypto;

/// <summary>The hashes of EIP-712: encodeType, typeHash, hashStruct, domainSeparator and the digest that a wallet signs.</summary>
public static class Eip712
{
    /// <summary>Length of every hash here in bytes.</summary>
    public const int DigestLength = Keccak256.DigestLength;

    private const int Word = 32;

    /// <summary>keccak256(0x19 ‖ 0x01 ‖ domainSeparator ‖ hashStruct(message)), as a new array of 32 bytes.</summary>
    public static byte[] Digest(TypedData data)
    {
        var digest = new byte[DigestLength];
        Digest(data, digest);
        return digest;
    }

    /// <summary>
    /// As <see cref="Digest(TypedData)"/>, into the first 32 bytes of the target. With the primary type <c>EIP712Domain</c> the message hash is left
    /// out, as eth_signTypedData_v4 does.
    /// </summary>
    public static void Digest(TypedData data, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(data);
        Span<byte> input = stackalloc byte[2 + Word + Word];
        input[0] = 0x19;
        input[1] = 0x01;
        HashStruct(data.Schema, SolidityType.DomainTypeName, data.Domain.Value(), input.Slice(2, Word));
        if (data.PrimaryType == SolidityType.DomainTypeName) input = input[..(2 + Word)];
        else HashStruct(data.Schema, data.PrimaryType, data.Message, input.Slice(2 + Word, Word));
        Keccak256.Hash(input, destination);
    }

    /// <summary>hashStruct(message), 32 bytes.</summary>
    public static byte[] HashStruct(TypedData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var hash = new byte[Word];
        HashStruct(data.Schema, data.PrimaryType, data.PrimaryType == SolidityType.DomainTypeName ? data.Domain.Value() : data.Message, hash);
        return hash;
    }

    /// <summary>encodeData of the message with its type hash in front: 32 bytes per word.</summary>
    public static byte[] EncodeData(TypedData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var type = data.Schema.Find(data.PrimaryType)!;
        var words = new byte[Word * (1 + type.Members.Length)];
        EncodeData(data.Schema, type, data.PrimaryType == SolidityType.DomainTypeName ? data.Domain.Value() : data.Message, words);
        return words;
    }

    /// <summary>hashStruct of the domain, 32 bytes.</summary>
    public static byte[] DomainSeparator(TypedData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var hash = new byte[Word];
        HashStruct(data.Schema, SolidityType.DomainTypeName, data.Domain.Value(), hash);
        return hash;
    }

    /// <summary>hashStruct of a domain with its fields in the order of EIP-712, 32 bytes.</summary>
    /// <exception cref="ArgumentException">A field does not fit its type.</exception>
    public static byte[] DomainSeparator(TypedDataDomain domain) => DomainSeparator(new TypedData(
        domain, SolidityType.DomainTypeName, ImmutableDictionary<string, IReadOnlyList<TypedField>>.Empty, TypedValue.StructOf()));

    /// <summary>encodeType of a struct of the given types.</summary>
    /// <exception cref="ArgumentException">The types are not well formed, or the name is none of them.</exception>
    public static string EncodeType(IReadOnlyDictionary<string, IReadOnlyList<TypedField>> types, string name) => Find(types, name).EncodeType;

    /// <summary>keccak256 of <see cref="EncodeType"/>, 32 bytes.</summary>
    /// <exception cref="ArgumentException">The types are not well formed, or the name is none of them.</exception>
    public static byte[] TypeHash(IReadOnlyDictionary<string, IReadOnlyList<TypedField>> types, string name) => [.. Find(types, name).TypeHash];

    private static Eip712Schema.StructType Find(IReadOnlyDictionary<string, IReadOnlyList<TypedField>> types, string name)
    {
        ArgumentNullException.ThrowIfNull(types);
        var schema = Eip712Schema.Create(types, out var refusal) ?? throw new ArgumentException(refusal!.ToString(), nameof(types));
        return schema.Find(name) ?? throw new ArgumentException($"{name} is none of the types.", nameof(name));
    }

    private static void HashStruct(Eip712Schema schema, string name, TypedValue value, Span<byte> hash)
    {
        var type = schema.Find(name)!;
        var length = Word * (1 + type.Members.Length);
        var words = ArrayPool<byte>.Shared.Rent(length);
        EncodeData(schema, type, value, words.AsSpan(0, length));
        Keccak256.Hash(words.AsSpan(0, length), hash);
        ArrayPool<byte>.Shared.Return(words);
    }

    private static void EncodeData(Eip712Schema schema, Eip712Schema.StructType type, TypedValue value, Span<byte> words)
    {
        var fields = ((TypedValue.Struct)value).Fields;
        type.TypeHash.CopyTo(words);
        for (var index = 0; index < type.Members.Length; index++)
            EncodeWord(schema, type.Members[index].Type, fields[type.Members[index].Name], words.Slice(Word * (index + 1), Word));
    }

    private static void EncodeWord(Eip712Schema schema, SolidityType type, TypedValue value, Span<byte> word)
    {
        word.Clear();
        switch (type, value)
        {
            case (SolidityType.Reference reference, _):
                HashStruct(schema, reference.Name, value, word);
                break;
            case (SolidityType.Sequence sequence, TypedValue.Sequence items):
                HashItems(schema, sequence, items, word);
                break;
            case (_, TypedValue.Bool boolean):
                word[Word - 1] = boolean.Value ? (byte)1 : (byte)0;
                break;
            case (_, TypedValue.Text text):
                Keccak256.Hash(Eip712Checker.StrictUtf8.GetBytes(text.Value), word);
                break;
            case (SolidityType.DynamicBytes, TypedValue.Bytes bytes):
                Keccak256.Hash(bytes.Value.Span, word);
                break;
            case (SolidityType.Address, TypedValue.Bytes bytes):
                bytes.Value.Span.CopyTo(word[(Word - bytes.Value.Length)..]);
                break;
            case (SolidityType.FixedBytes, TypedValue.Bytes bytes):
                bytes.Value.Span.CopyTo(word);
                break;
            case (SolidityType.Integer, TypedValue.Integer integer):
                EncodeInteger(integer.Value, word);
                break;
            default:
                throw new UnreachableException("Typed data was checked when it was made.");
        }
    }

    private static void EncodeInteger(BigInteger value, Span<byte> word)
    {
        // Two's complement of 256 bits, sign-extended, also for the narrower types (EIP-712, "Definition of encodeData").
        if (value.Sign < 0) value += BigInteger.One << 256;
        var length = value.GetByteCount(isUnsigned: true);
        _ = value.TryWriteBytes(word[(Word - length)..], out _, isUnsigned: true, isBigEndian: true);
    }

    private static void HashItems(Eip712Schema schema, SolidityType.Sequence type, TypedValue.Sequence value, Span<byte> hash)
    {
        Keccak256 keccak = default;
        Span<byte> word = stackalloc byte[Word];
        foreach (var item in value.Items)
        {
            EncodeWord(schema, type.Element, item, word);
            keccak.Update(word);
        }

        keccak.Finish(hash);
    }
}
