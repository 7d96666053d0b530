using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace TPWallet.Crypto.KeyStores;

/// <summary>How an exported keystore stretches the password.</summary>
public enum KeystoreV3Derivation
{
    /// <summary>scrypt with N = 2^18, r = 8, p = 1 (256 MiB), as geth's standard.</summary>
    Scrypt,

    /// <summary>PBKDF2-HMAC-SHA256 with 262,144 rounds.</summary>
    Pbkdf2,
}

/// <summary>
/// Ethereum's keystore version 3 ("Web3 Secret Storage"): AES-128-CTR under scrypt or PBKDF2, MAC by Keccak-256. For exchange with other wallets
/// only; our own form is <see cref="KeyFile"/>.
/// </summary>
public static class KeystoreV3
{
    /// <summary>Most PBKDF2 rounds taken.</summary>
    public const int MaximumIterations = 10_000_000;

    private const int DerivedLength = 32;
    private const int MaximumDerivedLength = 128;
    private const int StandardN = 1 << 18;
    private const int StandardIterations = 262_144;

    private sealed record Content(byte[] CipherText, byte[] Iv, byte[] Mac, byte[]? Address, Func<byte[], byte[]> Derive);

    /// <summary>Opens a keystore; null with the reason. A shorter key is a number with its leading zeros left out, as geth reads it.</summary>
    /// <param name="json">The file; <c>crypto</c> may be spelt <c>Crypto</c>.</param>
    /// <param name="password">Used as UTF-8 as it stands, without normalisation, as geth does.</param>
    /// <param name="refusal">The reason.</param>
    public static PrivateKey? Import(string json, string password, out KeyStoreRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(password);
        if (KeyFileJson.Read(json, Read, out refusal) is not { } content) return null;
        var text = Encoding.UTF8.GetBytes(password);
        var derived = content.Derive(text);
        Span<byte> secret = stackalloc byte[PrivateKey.Length];
        secret.Clear();
        try
        {
            if (!CryptographicOperations.FixedTimeEquals(Mac(derived, content.CipherText), content.Mac))
            {
                refusal = new KeyStoreRefusal(KeyStoreCodes.WrongPassword, "a MAC that fits", "another MAC: wrong password, or altered");
                return null;
            }

            Aes128Ctr.Apply(derived.AsSpan(0, 16), content.Iv, content.CipherText, secret[^content.CipherText.Length..]);
            return Check(secret, content.Address, out refusal);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(derived);
            CryptographicOperations.ZeroMemory(text);
        }
    }

    /// <summary>Writes a secp256k1 key as a keystore with fresh salt, counter and id.</summary>
    public static string Export(PrivateKey key, string password, KeystoreV3Derivation derivation = KeystoreV3Derivation.Scrypt)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(password);
        var (salt, iv) = (RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(16));
        var text = Encoding.UTF8.GetBytes(password);
        var derived = new byte[DerivedLength];
        if (derivation == KeystoreV3Derivation.Scrypt) Scrypt.DeriveKey(text, salt, StandardN, 8, 1, derived);
        else Rfc2898DeriveBytes.Pbkdf2(text, salt, derived, StandardIterations, HashAlgorithmName.SHA256);
        var cipherText = new byte[PrivateKey.Length];
        Aes128Ctr.Apply(derived.AsSpan(0, 16), iv, key.Secret, cipherText);
        var mac = Mac(derived, cipherText);
        CryptographicOperations.ZeroMemory(text);
        CryptographicOperations.ZeroMemory(derived);
        return Write(Eip55.AddressOf(key), derivation, salt, iv, cipherText, mac);
    }

    private static PrivateKey? Check(ReadOnlySpan<byte> secret, byte[]? address, out KeyStoreRefusal? refusal)
    {
        refusal = null;
        if (Secp256k1.IsValidPrivateKey(secret))
        {
            var key = PrivateKey.From(secret);
            if (address is null || Eip55.AddressOf(key).AsSpan().SequenceEqual(address)) return key;
            key.Dispose();
        }

        refusal = new KeyStoreRefusal(KeyStoreCodes.KeyMismatch, "the key of the stored address", "another or an invalid key");
        return null;
    }

    private static byte[] Mac(byte[] derived, byte[] cipherText)
    {
        var mac = new byte[Keccak256.DigestLength];
        Keccak256 hash = default;
        hash.Update(derived.AsSpan(16, 16));
        hash.Update(cipherText);
        hash.Finish(mac);
        return mac;
    }

    private static Content Read(KeyFileJson json)
    {
        if (json.Number("version") != 3) throw KeyFileJson.Refuse(KeyStoreCodes.UnknownVersion, "version 3", $"{json.Number("version")}");
        var crypto = json.Object("crypto", "Crypto");
        if (crypto.Text("cipher") != "aes-128-ctr") throw KeyFileJson.Refuse(KeyStoreCodes.UnknownVersion, "aes-128-ctr", "another cipher");
        var parameters = crypto.Object("kdfparams");
        var length = parameters.Number("dklen");
        if (length is < DerivedLength or > MaximumDerivedLength)
            throw KeyFileJson.Refuse(KeyStoreCodes.Parameters, $"dklen {DerivedLength} to {MaximumDerivedLength}", $"{length}");
        var salt = parameters.Hex("salt", 0, 1024);
        var derive = crypto.Text("kdf") switch
        {
            "scrypt" => ReadScrypt(parameters, salt, (int)length),
            "pbkdf2" => ReadPbkdf2(parameters, salt, (int)length),
            _ => throw KeyFileJson.Refuse(KeyStoreCodes.UnknownVersion, "scrypt or pbkdf2", "another key derivation"),
        };
        var address = json.Has("address") && json.Text("address").Length > 0 ? json.Hex("address", Eip55.AddressLength, Eip55.AddressLength) : null;
        return new Content(
            crypto.Hex("ciphertext", 1, PrivateKey.Length), crypto.Object("cipherparams").Hex("iv", 16, 16), crypto.Hex("mac", 32, 32),
            address, derive);
    }

    private static Func<byte[], byte[]> ReadScrypt(KeyFileJson parameters, byte[] salt, int length)
    {
        var (n, r, p) = (parameters.Number("n"), parameters.Number("r"), parameters.Number("p"));
        if (!Scrypt.IsAllowed(n, r, p))
            throw KeyFileJson.Refuse(KeyStoreCodes.Parameters, $"N a power of two, at most {Scrypt.MaximumMemory} bytes", $"N {n}, r {r}, p {p}");
        return password =>
        {
            var derived = new byte[length];
            Scrypt.DeriveKey(password, salt, n, (int)r, (int)p, derived);
            return derived;
        };
    }

    private static Func<byte[], byte[]> ReadPbkdf2(KeyFileJson parameters, byte[] salt, int length)
    {
        if (parameters.Text("prf") != "hmac-sha256") throw KeyFileJson.Refuse(KeyStoreCodes.UnknownVersion, "hmac-sha256", "another function");
        var rounds = parameters.Number("c");
        if (rounds is < 1 or > MaximumIterations)
            throw KeyFileJson.Refuse(KeyStoreCodes.Parameters, $"c 1 to {MaximumIterations}", $"{rounds}");
        return password => Rfc2898DeriveBytes.Pbkdf2(password, salt, (int)rounds, HashAlgorithmName.SHA256, length);
    }

    private static string Write(byte[] address, KeystoreV3Derivation derivation, byte[] salt, byte[] iv, byte[] cipherText, byte[] mac)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", 3);
            writer.WriteString("id", new Guid(RandomNumberGenerator.GetBytes(16), bigEndian: true).ToString());
            writer.WriteString("address", Convert.ToHexStringLower(address));
            writer.WriteStartObject("crypto");
            writer.WriteString("cipher", "aes-128-ctr");
            writer.WriteString("ciphertext", Convert.ToHexStringLower(cipherText));
            writer.WriteStartObject("cipherparams");
            writer.WriteString("iv", Convert.ToHexStringLower(iv));
            writer.WriteEndObject();
            WriteDerivation(writer, derivation, salt);
            writer.WriteString("mac", Convert.ToHexStringLower(mac));
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteDerivation(Utf8JsonWriter writer, KeystoreV3Derivation derivation, byte[] salt)
    {
        var scrypt = derivation == KeystoreV3Derivation.Scrypt;
        writer.WriteString("kdf", scrypt ? "scrypt" : "pbkdf2");
        writer.WriteStartObject("kdfparams");
        writer.WriteNumber("dklen", DerivedLength);
        writer.WriteString("salt", Convert.ToHexStringLower(salt));
        if (scrypt)
        {
            writer.WriteNumber("n", StandardN);
            writer.WriteNumber("r", 8);
            writer.WriteNumber("p", 1);
        }
        else
        {
            writer.WriteNumber("c", StandardIterations);
            writer.WriteString("prf", "hmac-sha256");
        }

        writer.WriteEndObject();
    }
}
