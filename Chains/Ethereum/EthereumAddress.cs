using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>Reads, writes and derives addresses: EIP-55 checksums at the edge, CREATE and CREATE2 (EIP-1014).</summary>
public static class EthereumAddress
{
    public const int Length = 20;

    private const int TextLength = 2 + (2 * Length);

    /// <summary>
    /// Reads 0x and 40 hex digits. Mixed case must be the EIP-55 checksum; all lower and all upper case carry none and are accepted.
    /// Codes: address.form, address.checksum.
    /// </summary>
    public static Decoded<Address> Parse(string? text)
    {
        const string form = "0x and 40 hex digits";
        if (text is not { Length: TextLength } || !text.StartsWith("0x", StringComparison.Ordinal))
            return new DecodeRefusal("address.form", form, Shown(text));
        var digits = text.AsSpan(2);
        foreach (var digit in digits)
            if (!char.IsAsciiHexDigit(digit)) return new DecodeRefusal("address.form", form, Shown(text));
        var address = Address.Parse(text.ToLowerInvariant());
        var bare = !digits.ContainsAnyInRange('a', 'f') || !digits.ContainsAnyInRange('A', 'F');
        if (bare) return address;
        var expected = Checksum(address);
        return expected == text ? address : new DecodeRefusal("address.checksum", expected, text);
    }

    /// <summary>The mixed-case text of EIP-55.</summary>
    public static string Checksum(Address address) => Eip55.Format(address.ToArray());

    /// <summary>The address of an uncompressed public key (04 ‖ x ‖ y): the last 20 bytes of keccak256(x ‖ y).</summary>
    public static Address FromPublicKey(ReadOnlySpan<byte> uncompressed65) => Address.From(Eip55.AddressOf(uncompressed65));

    public static Address FromPrivateKey(PrivateKey key) => Address.From(Eip55.AddressOf(key));

    /// <summary>The address of the contract that <paramref name="sender"/> creates with this nonce.</summary>
    public static Address Create(Address sender, ulong nonce)
    {
        var writer = new RlpWriter();
        var list = writer.BeginList();
        writer.Write(sender).Write(nonce).EndList(list);
        return Tail(Keccak256.Hash(writer.Written));
    }

    /// <summary>The address of a CREATE2 deployment (EIP-1014) by its salt and the hash of its init code.</summary>
    public static Address Create2(Address deployer, Bytes32 salt, Bytes32 initCodeHash)
    {
        Span<byte> input = stackalloc byte[1 + Length + 32 + 32];
        input[0] = 0xff;
        deployer.ToArray().CopyTo(input[1..]);
        salt.CopyTo(input[(1 + Length)..]);
        initCodeHash.CopyTo(input[(1 + Length + 32)..]);
        return Tail(Keccak256.Hash(input));
    }

    private static Address Tail(ReadOnlySpan<byte> hash) => Address.From(hash[^Length..]);

    private static string Shown(string? text) => text is null ? "nothing" : text.Length <= 64 ? text : $"{text.Length} characters";
}
