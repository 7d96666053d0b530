using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Signer.Keys;

/// <summary>Which key of which account: bound into whatever protects the key, so that one key's record never opens as another's.</summary>
internal readonly record struct KeyLabel(AccountId Account, Name Key)
{
    public override string ToString() => $"{Account}/{Key}";
}

/// <summary>A key as a provider made it.</summary>
/// <param name="Handle">Opaque to all but the provider; the store keeps it.</param>
/// <param name="PublicKey">secp256k1, uncompressed, 65 bytes.</param>
internal sealed record ProviderKey(HexBytes Handle, HexBytes PublicKey);

/// <summary>A recoverable signature: r ‖ s with low s, and the recovery id.</summary>
internal sealed record ProviderSignature(HexBytes Signature, int RecoveryId);

/// <summary>
/// Where private keys live. It signs digests and decides nothing: only <see cref="SignerService"/> calls it, after the checks.
/// A wrong answer risks funds, so what it returns is verified against the key's public key before it leaves the signer.
/// </summary>
internal interface IKeyProvider : IDisposable
{
    /// <summary>A new secp256k1 key. Each call makes another; the caller keeps the first that became durable.</summary>
    ValueTask<ProviderKey> CreateAsync(KeyLabel label, CancellationToken cancellationToken);

    /// <summary>Signs 32 bytes; deterministic (RFC 6979) where the provider can.</summary>
    ValueTask<ProviderSignature> SignAsync(KeyLabel label, HexBytes handle, Bytes32 digest, CancellationToken cancellationToken);
}
