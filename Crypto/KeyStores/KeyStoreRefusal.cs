namespace TPWallet.Crypto.KeyStores;

/// <summary>Why a key file is refused. Carries nothing of the password or the key.</summary>
/// <param name="Code">Stable code, one of <see cref="KeyStoreCodes"/>.</param>
/// <param name="Expected">What was asked for.</param>
/// <param name="Actual">What was there.</param>
public sealed record KeyStoreRefusal(string Code, string Expected, string Actual);

/// <summary>The codes of <see cref="KeyStoreRefusal"/>, in the order in which they are found; append only.</summary>
public static class KeyStoreCodes
{
    /// <summary>The text is longer than any key file.</summary>
    public const string TooLarge = "keystore.too_large";

    /// <summary>Not JSON, a member is missing or malformed, or the checksum does not fit the content.</summary>
    public const string Damaged = "keystore.damaged";

    /// <summary>A version, format, cipher or key derivation that this program does not know.</summary>
    public const string UnknownVersion = "keystore.unknown_version";

    /// <summary>Key derivation parameters outside the allowed range.</summary>
    public const string Parameters = "keystore.parameters";

    /// <summary>The content is whole but the password does not open it.</summary>
    public const string WrongPassword = "keystore.wrong_password";

    /// <summary>The key inside is not the one that the file names.</summary>
    public const string KeyMismatch = "keystore.key_mismatch";
}
