using TPWallet.Crypto;
using TPWallet.Crypto.KeyStores;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Devices;

/// <summary>
/// A member's signing key on this device. It leaves the device only encrypted, in a key file under the transaction password (Argon2id): the password
/// is one factor, never a vote, and is sent nowhere.
/// </summary>
public sealed class DeviceKey : IDisposable
{
    private const int SignatureLength = 64;

    private readonly PrivateKey _key;

    private DeviceKey(PrivateKey key, SignatureScheme scheme, HexBytes publicKey) => (_key, Scheme, PublicKey) = (key, scheme, publicKey);

    /// <summary>How it signs.</summary>
    public SignatureScheme Scheme { get; }

    /// <summary>In the scheme's stored form: 33 bytes compressed, or 32 of Ed25519.</summary>
    public HexBytes PublicKey { get; }

    /// <summary>A fresh key.</summary>
    /// <exception cref="ArgumentException">The scheme has no key file: a WebAuthn key lives in its authenticator.</exception>
    public static DeviceKey Create(SignatureScheme scheme) => Of(
        scheme switch
        {
            SignatureScheme.Secp256k1 => Secp256k1.GenerateKey(),
            SignatureScheme.P256 => P256.GenerateKey(),
            SignatureScheme.Ed25519 => Ed25519.GenerateKey(),
            _ => throw new ArgumentException($"{scheme} has no key file.", nameof(scheme)),
        },
        scheme);

    /// <summary>Opens a key file with the transaction password.</summary>
    /// <param name="json">The file's text.</param>
    public static Answer<DeviceKey> Open(string json, string password)
    {
        if (!KeyFile.TryParse(json, out var file, out var refusal)) return Refuse(refusal);
        return file.Open(password, out refusal) is { } key ? new Answer<DeviceKey>.Given(Of(key, SchemeOf(file.Kind))) : Refuse(refusal!);
    }

    /// <summary>Scheme and public key of a key file, without its password.</summary>
    public static Answer<(SignatureScheme Scheme, HexBytes PublicKey)> Peek(string json) => KeyFile.TryParse(json, out var file, out var refusal)
        ? new Answer<(SignatureScheme, HexBytes)>.Given((SchemeOf(file.Kind), HexBytes.From(file.PublicKey)))
        : new Answer<(SignatureScheme, HexBytes)>.Refused(Translate(refusal));

    /// <summary>The key file's text, encrypted under the password.</summary>
    public string ToKeyFile(string password, KeyFileParameters? parameters = null) => KeyFile.Create(_key, KindOf(Scheme), password, parameters).ToJson();

    /// <summary>As it stands in a roster.</summary>
    /// <param name="addedAt">Zero in a genesis.</param>
    public Device ToDevice(Name id, Instant addedAt = default) => new(id, Scheme, PublicKey, addedAt);

    /// <summary>
    /// Signs a digest that this project built itself. Internal, so that no caller hands in a hash of which nobody knows what it says.
    /// </summary>
    internal HexBytes Sign(Bytes32 digest)
    {
        var signature = new byte[SignatureLength];
        var bytes = digest.ToArray();
        switch (Scheme)
        {
            case SignatureScheme.Secp256k1:
                Secp256k1.Sign(_key, bytes, signature);
                break;
            case SignatureScheme.P256:
                P256.Sign(_key, bytes, signature);
                break;
            case SignatureScheme.Ed25519:
                Ed25519.Sign(_key, bytes, signature);
                break;
            default:
                throw new UnreachableException($"A device key of {Scheme}.");
        }

        return signature;
    }

    public void Dispose() => _key.Dispose();

    /// <summary>Says only the public part.</summary>
    public override string ToString() => $"DeviceKey {Scheme} {PublicKey}";

    private static DeviceKey Of(PrivateKey key, SignatureScheme scheme) => new(
        key,
        scheme,
        scheme switch
        {
            SignatureScheme.Secp256k1 => Secp256k1.CreatePublicKey(key),
            SignatureScheme.P256 => P256.CreatePublicKey(key),
            _ => Ed25519.CreatePublicKey(key),
        });

    private static KeyKind KindOf(SignatureScheme scheme) => scheme switch
    {
        SignatureScheme.Secp256k1 => KeyKind.Secp256k1,
        SignatureScheme.P256 => KeyKind.P256,
        _ => KeyKind.Ed25519,
    };

    private static SignatureScheme SchemeOf(KeyKind kind) => kind switch
    {
        KeyKind.Secp256k1 => SignatureScheme.Secp256k1,
        KeyKind.P256 => SignatureScheme.P256,
        _ => SignatureScheme.Ed25519,
    };

    private static Answer<DeviceKey>.Refused Refuse(KeyStoreRefusal refusal) => new(Translate(refusal));

    private static Rejection Translate(KeyStoreRefusal refusal) => new(
        refusal.Code switch
        {
            KeyStoreCodes.TooLarge => RejectionCode.TooLarge,
            KeyStoreCodes.UnknownVersion => RejectionCode.UnsupportedScheme,
            KeyStoreCodes.WrongPassword => RejectionCode.BadSignature,
            KeyStoreCodes.KeyMismatch => RejectionCode.KeyUnknown,
            _ => RejectionCode.Malformed,
        },
        refusal.Expected,
        refusal.Actual,
        [refusal.Code]);
}
