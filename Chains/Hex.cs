using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains;

/// <summary>Hexadecimal text with the prefix 0x, as Ethereum's JSON-RPC writes data.</summary>
public static class Hex
{
    public static string Encode(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    public static string Encode(HexBytes bytes) => Encode(bytes.Span);

    /// <summary>0x and an even number of digits of either case. Code: hex.form.</summary>
    public static Decoded<byte[]> Decode(string? text)
    {
        const string form = "0x and an even number of hex digits";
        if (text is null || !text.StartsWith("0x", StringComparison.Ordinal) || text.Length % 2 != 0)
            return new DecodeRefusal("hex.form", form, text is null ? "nothing" : $"{text.Length} characters");
        var bytes = new byte[(text.Length / 2) - 1];
        return Convert.FromHexString(text.AsSpan(2), bytes, out _, out _) == System.Buffers.OperationStatus.Done
            ? bytes
            : new DecodeRefusal("hex.form", form, "another character");
    }
}
