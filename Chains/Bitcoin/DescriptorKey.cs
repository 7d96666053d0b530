using System.Globalization;
using TPWallet.Crypto;
using TPWallet.Crypto.Derivation;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>
/// A key expression (BIP-380): an origin in brackets, then a public key in hex (x-only inside tr) or an extended public key with a path of steps that are not
/// hardened and, for a range, * at its end.
/// </summary>
/// <param name="Origin">Where the key that follows comes from, or null.</param>
/// <param name="Fixed">A public key of 33 or 32 bytes, or null where <paramref name="Extended"/> is there.</param>
/// <param name="Extended">An extended public key, or null.</param>
/// <param name="Path">The path from the extended key, without the *.</param>
/// <param name="IsRange">Whether the last step is the index.</param>
public sealed record DescriptorKey(KeyOrigin? Origin, HexBytes? Fixed, ExtendedPublicKey? Extended, DerivationPath Path, bool IsRange)
{
    /// <summary>The key at an index and where it comes from. A key without a range is the same at every index.</summary>
    public (HexBytes Key, KeyOrigin Origin) At(uint index)
    {
        if (Fixed is { } bytes)
            return (bytes, Origin ?? new KeyOrigin(Fingerprint(bytes.Length == Secp256k1.XOnlyLength ? [2, .. bytes.Span] : bytes.Span), new()));
        DerivationPath path = IsRange ? new([.. Path.Steps, index]) : Path;
        var key = HexBytes.From(Extended!.Derive(path).Key);
        var origin = Origin ?? new KeyOrigin(Extended.Fingerprint, new());
        return (key, new(origin.Fingerprint, new([.. origin.Path.Steps, .. path.Steps])));
    }

    /// <summary>The text of BIP-380.</summary>
    public string Format(BitcoinNetwork network)
    {
        var origin = Origin is null ? "" : $"[{Origin}]";
        if (Fixed is { } bytes) return origin + Convert.ToHexStringLower(bytes.Span);
        return $"{origin}{Extended!.Export(network.ExtendedKeys())}{Path.ToString()[1..]}{(IsRange ? "/*" : "")}";
    }

    /// <summary>Codes: descriptor.origin, descriptor.key, descriptor.network, descriptor.private-key, descriptor.path.</summary>
    internal static Decoded<DescriptorKey> Parse(string text, BitcoinNetwork network, bool xOnly)
    {
        KeyOrigin? origin = null;
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']', StringComparison.Ordinal);
            if (end < 0 || ParseOrigin(text[1..end]) is not { } read) return new DecodeRefusal("descriptor.origin", "[fingerprint/path]", Shown(text));
            (origin, text) = (read, text[(end + 1)..]);
        }

        return text.Contains('/', StringComparison.Ordinal) || ExtendedPublicKey.TryParse(text, out _, out _)
            ? ParseExtended(text, origin, network)
            : ParseFixed(text, origin, network, xOnly);
    }

    private static Decoded<DescriptorKey> ParseExtended(string text, KeyOrigin? origin, BitcoinNetwork network)
    {
        var parts = text.Split('/');
        if (ExtendedPrivateKey.TryParse(parts[0], out var secret, out _))
        {
            secret.Dispose();
            return PrivateKey();
        }

        if (!ExtendedPublicKey.TryParse(parts[0], out var key, out var keyNetwork)) return new DecodeRefusal("descriptor.key", "an extended public key", "another text");
        if (keyNetwork != network.ExtendedKeys()) return new DecodeRefusal("descriptor.network", $"{network.ExtendedKeys()}", $"{keyNetwork}");
        var range = parts[^1] == "*";
        var steps = string.Join('/', parts[1..^(range ? 1 : 0)]);
        return DerivationPath.TryParse(steps.Length == 0 ? "m" : "m/" + steps, out var path)
            && path.Steps.All(static step => step < DerivationPath.Hardened) && key.Position.Depth + path.Steps.Length < byte.MaxValue
            ? new DescriptorKey(origin, null, key, path, range)
            : new DecodeRefusal("descriptor.path", "steps that are not hardened", Shown(steps));
    }

    private static Decoded<DescriptorKey> ParseFixed(string text, KeyOrigin? origin, BitcoinNetwork network, bool xOnly)
    {
        if (WalletImportFormat.Parse(text, network).TryGet(out var secret, out _))
        {
            secret.Dispose();
            return PrivateKey();
        }

        var length = xOnly && text.Length == 2 * Secp256k1.XOnlyLength ? Secp256k1.XOnlyLength : Secp256k1.CompressedLength;
        var bytes = new byte[length];
        var isHex = text.Length == 2 * length && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
        return isHex && Secp256k1.IsValidPublicKey(length == Secp256k1.XOnlyLength ? [2, .. bytes] : bytes)
            ? new DescriptorKey(origin, bytes, null, new(), IsRange: false)
            : new DecodeRefusal("descriptor.key", xOnly ? "a public key of 32 or 33 bytes" : "a public key of 33 bytes", $"{text.Length} characters");
    }

    private static KeyOrigin? ParseOrigin(string text)
    {
        const int digits = 8;
        if (text.Length < digits || !uint.TryParse(text.AsSpan(0, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var fingerprint)) return null;
        return DerivationPath.TryParse("m" + text[digits..], out var path) ? new(fingerprint, path) : null;
    }

    private static uint Fingerprint(ReadOnlySpan<byte> key33) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(Hash160.Hash(key33));

    private static DecodeRefusal PrivateKey() => new("descriptor.private-key", "public keys only", "a private one");

    private static string Shown(string text) => text.Length <= 64 ? text : $"{text.Length} characters";
}
