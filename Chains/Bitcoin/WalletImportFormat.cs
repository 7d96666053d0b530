using System.Security.Cryptography;
using TPWallet.Crypto;

namespace TPWallet.Chains.Bitcoin;

/// <summary>The wallet import format of private keys: Base58Check of a version byte, 32 bytes and 01 where the public key is compressed.</summary>
public static class WalletImportFormat
{
    private const int CompressedLength = 34;
    private const byte CompressedMark = 1;

    /// <summary>Writes a key whose public key is compressed: a secret.</summary>
    public static string Format(PrivateKey key, BitcoinNetwork network)
    {
        ArgumentNullException.ThrowIfNull(key);
        byte[] payload = [network.PrivateKeyVersion(), .. key.Secret, CompressedMark];
        var text = Base58.EncodeCheck(payload);
        CryptographicOperations.ZeroMemory(payload);
        return text;
    }

    /// <summary>
    /// Reads a key; the caller disposes it. Keys with uncompressed public keys are refused: witnesses cannot use them (BIP-143). The refusals
    /// never quote the text. Codes: key.form, key.network, key.uncompressed, key.range.
    /// </summary>
    public static Decoded<PrivateKey> Parse(string? text, BitcoinNetwork network)
    {
        if (text is null || Base58.DecodeCheck(text) is not { } payload) return new DecodeRefusal("key.form", "a key in wallet import format", "another text");
        try
        {
            if (payload.Length is not (CompressedLength or CompressedLength - 1)) return new DecodeRefusal("key.form", "33 or 34 bytes", $"{payload.Length}");
            if (payload[0] != network.PrivateKeyVersion()) return new DecodeRefusal("key.network", $"a key of {network}", $"the version byte {payload[0]}");
            if (payload.Length != CompressedLength) return new DecodeRefusal("key.uncompressed", "a compressed key", "an uncompressed one");
            if (payload[^1] != CompressedMark) return new DecodeRefusal("key.form", "01 at the end", "another byte");
            var secret = payload.AsSpan(1, PrivateKey.Length);
            return Secp256k1.IsValidPrivateKey(secret) ? PrivateKey.From(secret) : new DecodeRefusal("key.range", "a key in 1 … n−1", "another number");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(payload);
        }
    }
}
