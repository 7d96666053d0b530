using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>The words of a static ABI encoding, 32 bytes each, on the caller's stack: a channel hashes a state for every payment.</summary>
internal ref struct ChannelWords(Span<byte> buffer)
{
    /// <summary>Bytes per word.</summary>
    public const int Size = 32;

    private const int AddressOffset = 12;

    private readonly Span<byte> _buffer = buffer;
    private int _length;

    public void Add(UInt256 value)
    {
        value.ToBigEndian(_buffer.Slice(_length, Size));
        _length += Size;
    }

    public void Add(Bytes32 value) => Add(value.Number);

    public void Add(Address value)
    {
        var word = _buffer.Slice(_length, Size);
        word[..AddressOffset].Clear();
        value.ToArray().CopyTo(word[AddressOffset..]);
        _length += Size;
    }

    /// <summary>Keccak-256 of all words added.</summary>
    public readonly Bytes32 Hash()
    {
        Span<byte> hash = stackalloc byte[Keccak256.DigestLength];
        Keccak256.Hash(_buffer[.._length], hash);
        return Bytes32.From(hash);
    }

    /// <summary>What is signed for these words as an EIP-712 struct.</summary>
    public readonly Bytes32 Digest(ReadOnlySpan<byte> separator) => Digest(separator, Hash());

    /// <summary>keccak256(0x19 01 ‖ domain separator ‖ struct hash).</summary>
    public static Bytes32 Digest(ReadOnlySpan<byte> separator, Bytes32 structHash)
    {
        Span<byte> input = stackalloc byte[2 + (2 * Size)];
        (input[0], input[1]) = (0x19, 0x01);
        separator.CopyTo(input[2..]);
        structHash.CopyTo(input[(2 + Size)..]);
        Span<byte> digest = stackalloc byte[Keccak256.DigestLength];
        Keccak256.Hash(input, digest);
        return Bytes32.From(digest);
    }

    /// <summary>The type hash of an EIP-712 struct without members that are structs.</summary>
    public static Bytes32 TypeHash(ReadOnlySpan<byte> encodeType) => Bytes32.From(Keccak256.Hash(encodeType));
}
