using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Personal;

/// <summary>
/// What is derived from the deployment's secret beside the journal's. Wraps data keys for the database: AES-256-GCM (NIST SP 800-38D) under a key derived by HKDF (RFC 5869) from a secret that is kept outside it. Bound to account and
/// key id, so that no row can stand in for another.
/// </summary>
public sealed class MasterKey
{
    /// <summary>Bytes of the secret, and of a data key.</summary>
    public const int Size = 32;

    private readonly byte[] _key;
    private readonly byte[] _onions = new byte[Size];
    private readonly byte[] _invoices = new byte[Size];
    private readonly byte[] _payments = new byte[Size];
    private readonly byte[] _towers = new byte[Size];

    /// <param name="secret">32 random bytes.</param>
    public MasterKey(ReadOnlySpan<byte> secret)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(secret.Length, Size);
        _key = new byte[Size];
        HKDF.Expand(HashAlgorithmName.SHA256, secret, _key, "tpw/personal/wrap/1"u8);
        HKDF.Expand(HashAlgorithmName.SHA256, secret, _onions, "tpw/channels/onion/1"u8);
        HKDF.Expand(HashAlgorithmName.SHA256, secret, _invoices, "tpw/channels/invoice/1"u8);
        HKDF.Expand(HashAlgorithmName.SHA256, secret, _payments, "tpw/channels/payment/1"u8);
        HKDF.Expand(HashAlgorithmName.SHA256, secret, _towers, "tpw/channels/tower/1"u8);
    }

    /// <summary>Nonce, tag and encrypted data key.</summary>
    /// <param name="nonce">12 bytes that were never used before.</param>
    public byte[] Wrap(AccountId account, Guid id, ReadOnlySpan<byte> dataKey, ReadOnlySpan<byte> nonce)
    {
        var wrapped = new byte[SealedText.NonceSize + SealedText.TagSize + Size];
        nonce.CopyTo(wrapped);
        using var aes = new AesGcm(_key, SealedText.TagSize);
        aes.Encrypt(
            nonce, dataKey, wrapped.AsSpan(SealedText.NonceSize + SealedText.TagSize), wrapped.AsSpan(SealedText.NonceSize, SealedText.TagSize), Bound(account, id));
        return wrapped;
    }

    /// <exception cref="CryptographicException">Another master key wrapped it, or the row was altered.</exception>
    public byte[] Unwrap(AccountId account, PersonalKey key)
    {
        var wrapped = key.Wrapped.Span;
        var dataKey = new byte[Size];
        if (wrapped.Length != SealedText.NonceSize + SealedText.TagSize + Size) throw new CryptographicException("A wrapped data key has another length.");
        using var aes = new AesGcm(_key, SealedText.TagSize);
        aes.Decrypt(
            wrapped[..SealedText.NonceSize], wrapped[(SealedText.NonceSize + SealedText.TagSize)..],
            wrapped.Slice(SealedText.NonceSize, SealedText.TagSize), dataKey, Bound(account, key.Id));
        return dataKey;
    }

    /// <summary>
    /// The secp256k1 key by which an account reads onions that come in by its channel key: the same at every silo that has this secret. It signs nothing and holds
    /// nothing; who has it learns where payments through the account go.
    /// </summary>
    public PrivateKey OnionKey(AccountId account, Name channelKey)
    {
        Span<byte> scalar = stackalloc byte[PrivateKey.Length];
        // One in 2^128 is no scalar of the group.
        for (var attempt = 0; ; attempt++)
        {
            HKDF.Expand(HashAlgorithmName.SHA256, _onions, scalar, Encoding.UTF8.GetBytes($"{account}/{channelKey}/{attempt}"));
            if (!Secp256k1.IsValidPrivateKey(scalar)) continue;
            var key = PrivateKey.From(scalar);
            CryptographicOperations.ZeroMemory(scalar);
            return key;
        }
    }

    /// <summary>What proves that an invoice was paid, and takes what is locked for it: kept nowhere, made whenever it is needed.</summary>
    /// <param name="intent">The command that created it.</param>
    public Bytes32 InvoiceSecret(InvoiceRef invoice, Guid intent) => Derive(_invoices, $"secret/{invoice.Key}/{intent}");

    /// <summary>What only who has the invoice can show. It says by itself whether this deployment made an invoice of that name.</summary>
    public Bytes32 PaymentSecret(InvoiceRef invoice) => Derive(_invoices, $"payment/{invoice.Key}");

    /// <summary>What keeps an invoice's description from being guessed by its hash.</summary>
    public Bytes32 InvoiceBlind(InvoiceRef invoice, Guid intent) => Derive(_invoices, $"words/{invoice.Key}/{intent}");

    /// <summary>What the onion of a payment's part follows from, so that it is the same whenever it is made, and no other part's.</summary>
    /// <param name="intent">The command that began the payment.</param>
    public Bytes32 PaymentSeed(PaymentPart part, Guid intent) =>
        Derive(_payments, string.Create(CultureInfo.InvariantCulture, $"onion/{part.Payment.Key}/{intent}/{part.Number}"));

    /// <summary>What a side's states are sealed by for its tower.</summary>
    public Bytes32 TowerKey(ChannelRef side) => Derive(_towers, side.ToString());

    private static Bytes32 Derive(byte[] key, string what)
    {
        Span<byte> bytes = stackalloc byte[Size];
        HKDF.Expand(HashAlgorithmName.SHA256, key, bytes, Encoding.UTF8.GetBytes(what));
        return Bytes32.From(bytes);
    }

    private static byte[] Bound(AccountId account, Guid id) => Encoding.UTF8.GetBytes($"{account}/{id}");
}
