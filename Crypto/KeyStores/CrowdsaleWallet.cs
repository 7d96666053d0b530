using System.Security.Cryptography;
using System.Text;

namespace TPWallet.Crypto.KeyStores;

/// <summary>Import of the wallet files of Ethereum's 2014 sale: PBKDF2 with 2,000 rounds, AES-128-CBC, key = keccak256(seed).</summary>
public static class CrowdsaleWallet
{
    private const int Iterations = 2000;
    private const int BlockLength = 16;

    private sealed record Content(byte[] EncryptedSeed, byte[] Address);

    /// <summary>Opens such a file; null with the reason. The file has no MAC: that the key gives the stored address proves the password.</summary>
    public static PrivateKey? Import(string json, string password, out KeyStoreRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(password);
        if (KeyFileJson.Read(json, Read, out refusal) is not { } content) return null;
        var text = Encoding.UTF8.GetBytes(password);
        Span<byte> derived = stackalloc byte[32];
        Rfc2898DeriveBytes.Pbkdf2(text, text, derived, Iterations, HashAlgorithmName.SHA256);
        using var aes = Aes.Create();
        aes.SetKey(derived[..16]);
        Span<byte> secret = stackalloc byte[PrivateKey.Length];
        try
        {
            var seed = aes.DecryptCbc(content.EncryptedSeed.AsSpan(BlockLength), content.EncryptedSeed.AsSpan(0, BlockLength));
            // The sale's program hashed the seed's text, which is the decrypted bytes read as UTF-8.
            Keccak256.Hash(seed, secret);
            CryptographicOperations.ZeroMemory(seed);
            if (Secp256k1.IsValidPrivateKey(secret))
            {
                var key = PrivateKey.From(secret);
                if (Eip55.AddressOf(key).AsSpan().SequenceEqual(content.Address)) return key;
                key.Dispose();
            }
        }
        catch (CryptographicException)
        {
            // Bad padding: the same thing as a wrong address, found earlier.
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(derived);
            CryptographicOperations.ZeroMemory(text);
        }

        refusal = new KeyStoreRefusal(KeyStoreCodes.WrongPassword, "the key of the stored address", "another: wrong password, or altered");
        return null;
    }

    private static Content Read(KeyFileJson json)
    {
        var seed = json.Hex("encseed", 2 * BlockLength, 1024);
        return seed.Length % BlockLength == 0
            ? new Content(seed, json.Hex("ethaddr", Eip55.AddressLength, Eip55.AddressLength))
            : throw KeyFileJson.Refuse(KeyStoreCodes.Damaged, "encseed: whole blocks", $"{seed.Length} bytes");
    }
}
