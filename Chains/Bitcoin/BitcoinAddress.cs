using TPWallet.Crypto;

namespace TPWallet.Chains.Bitcoin;

/// <summary>
/// Addresses: Base58Check for P2PKH and P2SH, Bech32 (BIP-173) for witness version 0 and Bech32m (BIP-350) for versions 1 to 16. Reading asks for the
/// network, so that a test address is never paid with real coins.
/// </summary>
public static class BitcoinAddress
{
    private const int HashLength = 20;
    private const int MaxVersion = 16;
    private const int LeastProgram = 2;
    private const int MostProgram = 40;
    private const int ScriptProgram = 32;

    /// <summary>
    /// The locking script of an address. Codes: address.form, address.checksum, address.network, address.encoding (Bech32 where Bech32m is due, or
    /// the reverse), address.witness-version, address.witness-length, address.padding. A version above 1 has no meaning yet: look at
    /// <see cref="OutputScript.KindOf"/> before paying to it.
    /// </summary>
    public static Decoded<Script> Parse(string? text, BitcoinNetwork network)
    {
        if (text is null) return new DecodeRefusal("address.form", "an address", "nothing");
        var prefix = network.Bech32Prefix();
        if (Bech32.TryDecode(text, out var bech32, out var fault))
            return bech32.Prefix == prefix ? ReadWitness(bech32) : new DecodeRefusal("address.network", $"an address of {network} ({prefix}1…)", bech32.Prefix);
        if (text.StartsWith(prefix + "1", StringComparison.OrdinalIgnoreCase)) return Refused(fault, text);
        if (Base58.DecodeCheck(text) is not { } payload)
            return Base58.Decode(text) is { Length: > HashLength } ? new DecodeRefusal("address.checksum", "a checksum that fits", "another") : Refused(fault, text);
        if (payload.Length != HashLength + 1) return new DecodeRefusal("address.form", $"{HashLength + 1} bytes", $"{payload.Length}");
        if (payload[0] == network.PubKeyHashVersion()) return OutputScript.PubKeyHashOf(payload.AsSpan(1));
        if (payload[0] == network.ScriptHashVersion()) return OutputScript.ScriptHashOf(payload.AsSpan(1));
        return new DecodeRefusal("address.network", $"an address of {network}", $"the version byte {payload[0]}");
    }

    /// <summary>The address of a locking script; null for a script that has none.</summary>
    public static string? Format(Script script, BitcoinNetwork network) => OutputScript.KindOf(script) switch
    {
        OutputKind.PubKeyHash => Base58.EncodeCheck([network.PubKeyHashVersion(), .. script.Span.Slice(3, HashLength)]),
        OutputKind.ScriptHash => Base58.EncodeCheck([network.ScriptHashVersion(), .. script.Span.Slice(2, HashLength)]),
        OutputKind.WitnessPubKeyHash or OutputKind.WitnessScriptHash or OutputKind.Taproot or OutputKind.WitnessUnknown
            when OutputScript.ProgramOf(script) is { } program && IsLength(program.Version, program.Program.Length) => WriteWitness(program, network),
        _ => null,
    };

    private static string WriteWitness(WitnessProgram program, BitcoinNetwork network) => Bech32.Encode(
        VariantOf(program.Version), network.Bech32Prefix(), [(byte)program.Version, .. Bech32.ToGroups(program.Program.Span)]);

    private static Decoded<Script> ReadWitness(Bech32Text text)
    {
        if (text.Groups is not [var version, .. var groups]) return new DecodeRefusal("address.form", "a witness version and program", "nothing");
        if (version > MaxVersion) return new DecodeRefusal("address.witness-version", $"0 to {MaxVersion}", $"{version}");
        if (text.Variant != VariantOf(version)) return new DecodeRefusal("address.encoding", $"{VariantOf(version)}", $"{text.Variant}");
        if (Bech32.FromGroups(groups.AsSpan()) is not { } program)
            return new DecodeRefusal("address.padding", "at most four bits of padding, all zero", "other padding");
        if (!IsLength(version, program.Length))
            return new DecodeRefusal("address.witness-length", version == 0 ? "20 or 32 bytes (BIP-141)" : "2 to 40 bytes", $"{program.Length}");
        return OutputScript.Witness(version, program);
    }

    private static bool IsLength(int version, int length) =>
        version == 0 ? length is HashLength or ScriptProgram : length is >= LeastProgram and <= MostProgram;

    private static Bech32Variant VariantOf(int version) => version == 0 ? Bech32Variant.Bech32 : Bech32Variant.Bech32m;

    private static DecodeRefusal Refused(Bech32Fault fault, string text) => fault == Bech32Fault.Checksum
        ? new("address.checksum", "a checksum that fits", "another")
        : new("address.form", "an address", text.Length <= Bech32.MaximumLength ? text : $"{text.Length} characters");
}
