using TPWallet.Crypto;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Devices;

/// <summary>
/// Addresses of Bitcoin chains of every kind, as people write them, and the locking scripts that they stand for, by which a leg names each of several payees: P2WPKH, P2WSH
/// and P2TR (BIP-173, BIP-350), P2PKH and P2SH (Base58Check).
/// </summary>
public static class CoinScript
{
    private const int HashLength = 20;
    private const int ProgramLength = 32;

    private static ReadOnlySpan<byte> PubKeyHashStart => [0x76, 0xa9, HashLength];

    private static ReadOnlySpan<byte> PubKeyHashEnd => [0x88, 0xac];

    private static ReadOnlySpan<byte> ScriptHashStart => [0xa9, HashLength];

    /// <summary>The script of an address. Codes: WrongChain, BadChecksum, UnsupportedKind.</summary>
    public static Answer<HexBytes> Parse(ChainId chain, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (CoinAddress.PrefixOf(chain) is not { } prefix) return Refuse(RejectionCode.WrongChain, "a known Bitcoin chain", $"{chain}");
        if (Bech32.TryDecode(text, out var decoded, out var fault)) return OfWitness(chain, prefix, decoded, text);
        if (fault == Bech32Fault.Checksum) return Refuse(RejectionCode.BadChecksum, "an address whose checksum holds", text);
        return Base58.DecodeCheck(text) is [var version, .. { Length: HashLength } hash] ? OfHash(chain, version, hash, text) : Unsupported(text);
    }

    /// <summary>As people write it; the bare script where it has no address here.</summary>
    public static string Format(ChainId chain, HexBytes script)
    {
        if (CoinAddress.PrefixOf(chain) is not { } prefix) return script.ToString();
        return new CoinPayee(script, UInt256.One).Form switch
        {
            CoinPayeeForm.WitnessPubKeyHash or CoinPayeeForm.WitnessScriptHash =>
                Bech32.Encode(Bech32Variant.Bech32, prefix, [0, .. Bech32.ToGroups(script.Span[2..])]),
            CoinPayeeForm.Taproot => Bech32.Encode(Bech32Variant.Bech32m, prefix, [1, .. Bech32.ToGroups(script.Span[2..])]),
            CoinPayeeForm.PubKeyHash => Base58.EncodeCheck([VersionsOf(prefix).PubKeyHash, .. script.Span.Slice(PubKeyHashStart.Length, HashLength)]),
            CoinPayeeForm.ScriptHash => Base58.EncodeCheck([VersionsOf(prefix).ScriptHash, .. script.Span.Slice(ScriptHashStart.Length, HashLength)]),
            _ => script.ToString(),
        };
    }

    private static Answer<HexBytes> OfWitness(ChainId chain, string prefix, Bech32Text decoded, string text)
    {
        if (decoded.Prefix != prefix) return Refuse(RejectionCode.WrongChain, $"an address of {chain} ({prefix}1…)", decoded.Prefix);
        if (decoded.Groups is not [var version, .. var groups] || Bech32.FromGroups(groups.AsSpan()) is not { } program) return Unsupported(text);

        // BIP-350: version 0 has the checksum of BIP-173, every later one the newer.
        return (version, decoded.Variant, program.Length) switch
        {
            (0, Bech32Variant.Bech32, HashLength or ProgramLength) => Give([0x00, (byte)program.Length, .. program]),
            (1, Bech32Variant.Bech32m, ProgramLength) => Give([0x51, ProgramLength, .. program]),
            _ => Unsupported(text),
        };
    }

    private static Answer<HexBytes> OfHash(ChainId chain, byte version, ReadOnlySpan<byte> hash, string text)
    {
        var own = VersionsOf(CoinAddress.PrefixOf(chain)!);
        if (version == own.PubKeyHash) return Give([.. PubKeyHashStart, .. hash, .. PubKeyHashEnd]);
        return version == own.ScriptHash ? Give([.. ScriptHashStart, .. hash, 0x87]) : Refuse(RejectionCode.WrongChain, $"an address of {chain}", text);
    }

    /// <summary>Version bytes of Base58Check: those of mainnet, and those that all test networks share.</summary>
    private static (byte PubKeyHash, byte ScriptHash) VersionsOf(string prefix) => prefix == "bc" ? ((byte)0x00, (byte)0x05) : ((byte)0x6f, (byte)0xc4);

    private static Answer<HexBytes>.Given Give(byte[] script) => new(script);

    private static Answer<HexBytes>.Refused Unsupported(string text) => Refuse(RejectionCode.UnsupportedKind, "a P2WPKH, P2WSH, P2TR, P2PKH or P2SH address", text);

    private static Answer<HexBytes>.Refused Refuse(RejectionCode code, string expected, string actual) => new(new(code, expected, actual));
}
