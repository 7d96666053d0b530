using System.Text;

namespace TPWallet.Crypto;

/// <summary>Ethereum addresses as text with the EIP-55 checksum in the case of the letters.</summary>
public static class Eip55
{
    /// <summary>Length of an address in bytes.</summary>
    public const int AddressLength = 20;

    private const int TextLength = 2 + (2 * AddressLength);

    /// <summary>The address of an uncompressed public key (65 bytes): the last 20 bytes of keccak256(x ‖ y).</summary>
    /// <exception cref="ArgumentException">The key is not 65 bytes long.</exception>
    public static byte[] AddressOf(ReadOnlySpan<byte> publicKey65)
    {
        if (publicKey65.Length != Secp256k1.UncompressedLength)
            throw new ArgumentException($"An uncompressed key has {Secp256k1.UncompressedLength} bytes.", nameof(publicKey65));
        return Keccak256.Hash(publicKey65[1..])[^AddressLength..];
    }

    /// <summary>The address of a private key, 20 bytes.</summary>
    public static byte[] AddressOf(PrivateKey key) => AddressOf(Secp256k1.CreatePublicKey(key, compressed: false));

    /// <summary>0x and 40 hex digits in mixed case.</summary>
    /// <exception cref="ArgumentException">The address is not 20 bytes long.</exception>
    public static string Format(ReadOnlySpan<byte> address)
    {
        if (address.Length != AddressLength) throw new ArgumentException($"An address has {AddressLength} bytes.", nameof(address));
        var hex = Convert.ToHexStringLower(address);
        Span<byte> hash = stackalloc byte[Keccak256.DigestLength];
        Keccak256.Hash(Encoding.ASCII.GetBytes(hex), hash);
        var text = new StringBuilder("0x", TextLength);
        for (var index = 0; index < hex.Length; index++)
        {
            var nibble = (hash[index / 2] >> (index % 2 == 0 ? 4 : 0)) & 0xf;
            text.Append(nibble >= 8 ? char.ToUpperInvariant(hex[index]) : hex[index]);
        }

        return text.ToString();
    }

    /// <summary>
    /// Reads 0x and 40 hex digits. All lower or all upper case carries no checksum and is taken; mixed case must have the right one.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="address">20 bytes on success.</param>
    /// <param name="badChecksum">True if the text is an address but for its checksum.</param>
    public static bool TryParse(string text, out byte[] address, out bool badChecksum)
    {
        ArgumentNullException.ThrowIfNull(text);
        badChecksum = false;
        address = new byte[AddressLength];
        if (text.Length != TextLength || !text.StartsWith("0x", StringComparison.Ordinal)) return false;
        if (Convert.FromHexString(text.AsSpan(2), address, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        var digits = text.AsSpan(2);
        var mixed = digits.ContainsAnyInRange('a', 'f') && digits.ContainsAnyInRange('A', 'F');
        badChecksum = mixed && !string.Equals(Format(address), text, StringComparison.Ordinal);
        return !badChecksum;
    }
}
