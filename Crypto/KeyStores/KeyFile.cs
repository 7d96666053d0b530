using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using TPWallet.Crypto.Derivation;

namespace TPWallet.Crypto.KeyStores;

/// <summary>What a stored private key is for.</summary>
public enum KeyKind
{
    /// <summary>A secp256k1 scalar.</summary>
    Secp256k1,

    /// <summary>A P-256 scalar.</summary>
    P256,

    /// <summary>An Ed25519 seed.</summary>
    Ed25519,
}

/// <summary>Cost of opening a key file. Stored in the file, so that it can be raised later.</summary>
/// <param name="MemoryKiB">Argon2id's m, in KiB.</param>
/// <param name="Passes">Argon2id's t.</param>
public sealed record KeyFileParameters(int MemoryKiB = 65_536, int Passes = 3)
{
    /// <summary>Smallest memory taken, in KiB.</summary>
    public const int MinimumMemoryKiB = 8_192;

    /// <summary>Largest memory taken, in KiB: a hostile file must not eat the machine.</summary>
    public const int MaximumMemoryKiB = 1_048_576;

    /// <summary>Most passes taken.</summary>
    public const int MaximumPasses = 16;

    /// <summary>RFC 9106's second recommended choice with one lane: 64 MiB, 3 passes.</summary>
    public static KeyFileParameters Default { get; } = new();

    /// <summary>Within the named limits.</summary>
    public bool IsAllowed => MemoryKiB is >= MinimumMemoryKiB and <= MaximumMemoryKiB && Passes is >= 1 and <= MaximumPasses;

    /// <summary>True if both figures are at least the other's.</summary>
    public bool IsAtLeast(KeyFileParameters other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return MemoryKiB >= other.MemoryKiB && Passes >= other.Passes;
    }
}

/// <summary>
/// Our key file: one private key under a password, as JSON. Argon2id stretches the password with the stored parameters; AES-256-GCM encrypts the key
/// with every other field as associated data, so that nothing in the file can be altered unseen. An unkeyed checksum tells damage from a wrong
/// password.
/// </summary>
public sealed partial class KeyFile
{
    /// <summary>Version that is written.</summary>
    public const int Version = 1;

    /// <summary>Longest password, in UTF-16 units.</summary>
    public const int MaximumPasswordLength = 1024;

    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int ChecksumLength = 8;

    private readonly byte[] _publicKey;
    private readonly byte[] _salt;
    private readonly byte[] _nonce;
    private readonly byte[] _cipherText;
    private readonly byte[] _tag;

    private KeyFile(KeyKind kind, byte[] publicKey, KeyFileParameters parameters, byte[] salt, byte[] nonce, byte[] cipherText, byte[] tag) =>
        (Kind, _publicKey, Parameters, _salt, _nonce, _cipherText, _tag) = (kind, publicKey, parameters, salt, nonce, cipherText, tag);

    /// <summary>What the key is for.</summary>
    public KeyKind Kind { get; }

    /// <summary>The public key: 33 bytes compressed, or 32 for Ed25519. Readable without the password.</summary>
    public ReadOnlySpan<byte> PublicKey => _publicKey;

    /// <summary>The stored cost.</summary>
    public KeyFileParameters Parameters { get; }

    /// <summary>Encrypts a key under a password with fresh salt and nonce.</summary>
    /// <exception cref="ArgumentException">The parameters are out of range, the password is empty or too long, or the key is invalid.</exception>
    public static KeyFile Create(PrivateKey key, KeyKind kind, string password, KeyFileParameters? parameters = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        parameters ??= KeyFileParameters.Default;
        if (!parameters.IsAllowed) throw new ArgumentException("The key file parameters are outside their limits.", nameof(parameters));
        if (!IsPassword(password)) throw new ArgumentException($"A password has 1 to {MaximumPasswordLength} characters.", nameof(password));
        var (cipherText, tag) = (new byte[PrivateKey.Length], new byte[TagLength]);
        var file = new KeyFile(
            kind, PublicKeyOf(key, kind), parameters, RandomNumberGenerator.GetBytes(Argon2id.SaltLength),
            RandomNumberGenerator.GetBytes(NonceLength), cipherText, tag);
        file.WithCipher(password, cipher => cipher.Encrypt(file._nonce, key.Secret, cipherText, tag, file.AssociatedData()));
        return file;
    }

    /// <summary>Reads a key file from its JSON and checks its form, its limits and its checksum; needs no password.</summary>
    public static bool TryParse(string json, [NotNullWhen(true)] out KeyFile? file, [NotNullWhen(false)] out KeyStoreRefusal? refusal)
    {
        file = KeyFileJson.Read(json, Read, out var reason);
        refusal = file is null ? reason! : null;
        return file is not null;
    }

    /// <summary>Reads and opens a key file; null with the reason.</summary>
    public static PrivateKey? Open(string json, string password, out KeyStoreRefusal? refusal) =>
        TryParse(json, out var file, out refusal) ? file.Open(password, out refusal) : null;

    /// <summary>Decrypts the key; null with the reason.</summary>
    /// <exception cref="InsufficientMemoryException">The stored memory is not to be had on this machine.</exception>
    public PrivateKey? Open(string password, out KeyStoreRefusal? refusal)
    {
        refusal = null;
        var secret = GC.AllocateUninitializedArray<byte>(PrivateKey.Length, pinned: true);
        try
        {
            if (!IsPassword(password)) throw new AuthenticationTagMismatchException();
            WithCipher(password, cipher => cipher.Decrypt(_nonce, _cipherText, _tag, secret, AssociatedData()));
            var key = PrivateKey.From(secret);
            if (IsValid(key, Kind) && PublicKeyOf(key, Kind).AsSpan().SequenceEqual(_publicKey)) return key;
            key.Dispose();
            refusal = new KeyStoreRefusal(KeyStoreCodes.KeyMismatch, "the key of the stored public key", "another key");
        }
        catch (AuthenticationTagMismatchException)
        {
            refusal = new KeyStoreRefusal(KeyStoreCodes.WrongPassword, "the password of this file", "another password");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }

        return null;
    }

    /// <summary>
    /// The same key under new parameters (and, if given, a new password) with fresh salt and nonce; null with the reason. Lowering is refused.
    /// </summary>
    public KeyFile? Upgrade(string password, KeyFileParameters parameters, out KeyStoreRefusal? refusal, string? newPassword = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (!parameters.IsAtLeast(Parameters))
        {
            refusal = new KeyStoreRefusal(KeyStoreCodes.Parameters, $"at least {Parameters}", $"{parameters}");
            return null;
        }

        using var key = Open(password, out refusal);
        return key is null ? null : Create(key, Kind, newPassword ?? password, parameters);
    }

    /// <summary>Names kind and public key only.</summary>
    public override string ToString() => $"KeyFile {Kind} {Convert.ToHexStringLower(_publicKey)}";

    private static bool IsPassword(string password) => password is { Length: > 0 and <= MaximumPasswordLength };

    private static bool IsValid(PrivateKey key, KeyKind kind) => kind switch
    {
        KeyKind.Secp256k1 => Secp256k1.IsValidPrivateKey(key.Secret),
        KeyKind.P256 => P256Point.IsScalar(key.Secret),
        _ => true,
    };

    private static byte[] PublicKeyOf(PrivateKey key, KeyKind kind) => kind switch
    {
        KeyKind.Secp256k1 => Secp256k1.CreatePublicKey(key),
        KeyKind.P256 => P256.CreatePublicKey(key),
        KeyKind.Ed25519 => Ed25519.CreatePublicKey(key),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such kind of key."),
    };

    private void WithCipher(string password, Action<AesGcm> action)
    {
        // NFKD, so that one password typed on two systems is one password; as BIP-39 does.
        var text = Encoding.UTF8.GetBytes(Nfkd.Normalise(password));
        Span<byte> key = stackalloc byte[32];
        try
        {
            Argon2id.DeriveKey(text, _salt, Parameters.Passes, Parameters.MemoryKiB, key);
            using var cipher = new AesGcm(key, TagLength);
            action(cipher);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
            CryptographicOperations.ZeroMemory(key);
        }
    }
}
