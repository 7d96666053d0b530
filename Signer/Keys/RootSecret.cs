using System.Security.Cryptography;
using TPWallet.Crypto;
using TPWallet.Crypto.KeyStores;

namespace TPWallet.Signer.Keys;

/// <summary>
/// The text of the root secret's file: a key file under a password (Argon2id, AES-256-GCM), or without a password "tpw-signer-root-v1 ‹hex›", which
/// only the file's mode protects.
/// </summary>
internal static class RootSecret
{
    private const string Plain = "tpw-signer-root-v1 ";

    public static string Encode(PrivateKey root, string? password)
    {
        if (password is not null) return KeyFile.Create(root, KeyKind.Ed25519, password).ToJson();
        var text = Plain + Convert.ToHexStringLower(root.Secret) + "\n";
        GC.KeepAlive(root);
        return text;
    }

    /// <exception cref="SetUpException">Another form, a missing or a wrong password.</exception>
    public static PrivateKey Decode(string text, string? password)
    {
        if (!text.StartsWith(Plain, StringComparison.Ordinal))
        {
            if (password is null) throw new SetUpException("The root secret is protected by a password; give --password-file.");
            return KeyFile.Open(text, password, out var refusal) ?? throw new SetUpException($"The root secret does not open: {refusal!.Code}.");
        }

        if (password is not null) throw new SetUpException("The root secret has no password; leave --password-file out.");
        Span<byte> secret = stackalloc byte[PrivateKey.Length];
        try
        {
            var done = Convert.FromHexString(text.AsSpan(Plain.Length).TrimEnd(), secret, out _, out var written);
            if (done != System.Buffers.OperationStatus.Done || written != secret.Length) throw new SetUpException("The root secret's file is damaged.");
            return PrivateKey.From(secret);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }
}
