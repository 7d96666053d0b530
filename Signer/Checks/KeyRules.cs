using TPWallet.Chains.Ethereum;
using TPWallet.Crypto;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Store;

namespace TPWallet.Signer.Checks;

/// <summary>Whether a key may be made for an account, or is there already.</summary>
internal static class KeyRules
{
    /// <summary>Most keys of one account; each is one address on one chain.</summary>
    public const int MaxKeys = 256;

    public static Rejection? Check(CreateKeyRequest request)
    {
        if (!request.Chain.HasNodes) return new(RejectionCode.UnsupportedKind, "an EVM or a Bitcoin chain", request.Chain.Value);
        if (!Enum.IsDefined(request.Tier)) return new(RejectionCode.Malformed, "Hot, Warm or Cold", $"{(int)request.Tier}");
        if (!Enum.IsDefined(request.Purpose)) return new(RejectionCode.Malformed, "Spend or Channel", $"{(int)request.Purpose}");
        return RequestForm.CheckGenesis(request.Genesis) ?? GenesisCheck.CheckForm(Canonical.AccountId(request.Genesis), request.Genesis);
    }

    /// <summary>
    /// The address of a key, and its public key as the chain shows it: the last 20 bytes of its Keccak-256 on an EVM chain; on a Bitcoin chain the hash of the
    /// compressed key, whose output is P2WPKH (BIP-84, BIP-141).
    /// </summary>
    public static (Address Address, HexBytes PublicKey) AddressOf(ChainId chain, HexBytes publicKey65)
    {
        if (!chain.IsBitcoin) return (EthereumAddress.FromPublicKey(publicKey65.Span), publicKey65);
        var compressed = new byte[Secp256k1.CompressedLength];
        if (!Secp256k1.TryConvertPublicKey(publicKey65.Span, compressed)) throw new InvalidOperationException("The key provider gave no public key.");
        return (Address.From(Hash160.Hash(compressed)), compressed);
    }

    /// <summary>The key that is there, or null where a new one may be made.</summary>
    public static (Fact.KeyCreated? Existing, Rejection? Refusal) Find(CreateKeyRequest request, ImmutableArray<Fact.KeyCreated> keys)
    {
        var existing = keys.FirstOrDefault(key => key.Attestation.Key == request.Key);
        if (existing is null)
            return (null, keys.Length < MaxKeys ? null : new(RejectionCode.TooLarge, $"at most {MaxKeys} keys of an account", "one more"));
        var known = existing.Attestation;
        return known.Chain == request.Chain && known.Tier == request.Tier && known.Purpose == request.Purpose
            ? (existing, null)
            : (null, new(RejectionCode.IdempotencyMismatch, $"key {known.Key} on {known.Chain}, {known.Tier}, {known.Purpose}", $"{request.Chain}, {request.Tier}, {request.Purpose}"));
    }
}
