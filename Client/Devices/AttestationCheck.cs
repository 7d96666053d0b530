using TPWallet.Crypto;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Devices;

/// <summary>
/// Whether an address may be paid to for an account: the signer, by the identity that this device has pinned, says so, and the address is that of
/// the attested key. A silo cannot slip in an address of its own.
/// </summary>
public static class AttestationCheck
{
    /// <summary>Length of an Ethereum address in bytes: the last of the public key's Keccak-256.</summary>
    private const int AddressLength = 20;

    /// <summary>The address, or why nobody should pay to it.</summary>
    /// <param name="account">The account that is to receive.</param>
    /// <param name="signerIdentity">The pinned Ed25519 key of the signer, 32 bytes.</param>
    public static Answer<Address> Check(KeyAttestation attestation, AccountId account, HexBytes signerIdentity)
    {
        ArgumentNullException.ThrowIfNull(attestation);
        if (attestation.Account != account)
            return Refuse(RejectionCode.VoteWrongSubject, $"an address of {account}", $"an address of {attestation.Account}");
        if (attestation.SignerIdentity != signerIdentity)
            return Refuse(RejectionCode.BadSignature, $"the signer {signerIdentity}", $"the signer {attestation.SignerIdentity}");
        if (signerIdentity.Length != Ed25519.PublicKeyLength
            || !Ed25519.Verify(signerIdentity.Span, Canonical.Hash(attestation).ToArray(), attestation.Signature.Span))
            return Refuse(RejectionCode.BadSignature, "the signer's signature over the attestation", "another signature");
        return AddressOf(attestation.Chain, attestation.PublicKey) == attestation.Address
            ? new Answer<Address>.Given(attestation.Address)
            : Refuse(RejectionCode.BadChecksum, "the address of the attested key", $"{attestation.Address}");
    }

    /// <summary>As the chain has it: of an EVM chain, or of a P2WPKH output (BIP-141) on a Bitcoin chain. Null for no key.</summary>
    private static Address? AddressOf(ChainId chain, HexBytes publicKey)
    {
        if (chain.IsBitcoin)
        {
            Span<byte> compressed = stackalloc byte[Secp256k1.CompressedLength];
            return Secp256k1.TryConvertPublicKey(publicKey.Span, compressed) ? Address.From(Hash160.Hash(compressed)) : null;
        }

        Span<byte> point = stackalloc byte[Secp256k1.UncompressedLength];
        Span<byte> hash = stackalloc byte[Keccak256.DigestLength];
        if (!Secp256k1.TryConvertPublicKey(publicKey.Span, point)) return null;
        Keccak256.Hash(point[1..], hash);
        return Address.From(hash[^AddressLength..]);
    }

    private static Answer<Address>.Refused Refuse(RejectionCode code, string expected, string actual) => new(new(code, expected, actual));
}
