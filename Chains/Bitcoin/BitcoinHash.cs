using System.Diagnostics.CodeAnalysis;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>
/// A double SHA-256 of Bitcoin: a transaction id or a block hash. <see cref="Bytes"/> are in the order of the hash function, as transactions and headers
/// carry them; the text is those bytes reversed, as every tool shows it.
/// </summary>
public readonly record struct BitcoinHash(Bytes32 Bytes) : IComparable<BitcoinHash>
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 32;

    /// <summary>32 zero bytes: the parent of the genesis block, and the transaction that a coinbase spends.</summary>
    public static BitcoinHash Zero => default;

    /// <summary>The double SHA-256 of the data.</summary>
    public static BitcoinHash Of(ReadOnlySpan<byte> data) => From(Hash256.Hash(data));

    /// <summary>Takes 32 bytes in the hash function's order.</summary>
    public static BitcoinHash From(ReadOnlySpan<byte> bytes32) => new(Bytes32.From(bytes32));

    /// <summary>Reads the reversed text that the program itself holds.</summary>
    /// <exception cref="FormatException">It is not 64 hex digits.</exception>
    public static BitcoinHash Parse(string text) =>
        TryParse(text, out var hash) ? hash : throw new FormatException("A Bitcoin hash is 64 hex digits.");

    /// <summary>Reads 64 hex digits of either case, in reversed byte order.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out BitcoinHash hash)
    {
        hash = default;
        Span<byte> bytes = stackalloc byte[Length];
        if (text is not { Length: 2 * Length }) return false;
        if (Convert.FromHexString(text, bytes, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        bytes.Reverse();
        hash = From(bytes);
        return true;
    }

    /// <summary>The bytes in reversed order, so that their hex is what every tool shows: the form outside Chains.</summary>
    public Bytes32 Shown => Reversed(Bytes);

    /// <summary>Takes the reversed bytes that <see cref="Shown"/> gives.</summary>
    public static BitcoinHash FromShown(Bytes32 shown) => new(Reversed(shown));

    /// <summary>The bytes in the hash function's order.</summary>
    public byte[] ToArray() => Bytes.ToArray();

    /// <summary>The order of the bytes as they are serialised.</summary>
    public int CompareTo(BitcoinHash other) => Bytes.CompareTo(other.Bytes);

    /// <summary>64 lower-case hex digits in reversed byte order.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        Bytes.CopyTo(bytes);
        bytes.Reverse();
        return Convert.ToHexStringLower(bytes);
    }

    private static Bytes32 Reversed(Bytes32 value)
    {
        Span<byte> bytes = stackalloc byte[Length];
        value.CopyTo(bytes);
        bytes.Reverse();
        return Bytes32.From(bytes);
    }
}
