using System.Security.Cryptography;

namespace TPWallet.Crypto.Channels;

/// <summary>
/// The keys of one commitment transaction, from the parties' basepoints and its per-commitment point (BOLT-3, key derivation). Points are compressed, 33 bytes; null
/// means that one of them is no point of the curve, or a sum that no honest party can meet (chance 2^-128).
/// </summary>
public static class ChannelKeys
{
    /// <summary>basepoint + SHA256(per_commitment_point ‖ basepoint)·G: localpubkey, local_htlcpubkey, remote_htlcpubkey, local_delayedpubkey, remote_delayedpubkey.</summary>
    public static byte[]? Pubkey(ReadOnlySpan<byte> basepoint, ReadOnlySpan<byte> perCommitmentPoint)
    {
        if (!Secp256k1.IsCompressedPoint(basepoint) || !Secp256k1.IsCompressedPoint(perCommitmentPoint)) return null;
        var key = new byte[Secp256k1.CompressedLength];
        return Secp256k1.TryTweakAddPublic(basepoint, Tweak(perCommitmentPoint, basepoint), key) ? key : null;
    }

    /// <summary>The private key of <see cref="Pubkey"/>, for whom the basepoint's secret belongs to.</summary>
    public static PrivateKey? Privkey(PrivateKey basepointSecret, ReadOnlySpan<byte> perCommitmentPoint)
    {
        ArgumentNullException.ThrowIfNull(basepointSecret);
        if (!Secp256k1.IsCompressedPoint(perCommitmentPoint)) return null;
        Span<byte> key = stackalloc byte[Secp256k1.KeyLength];
        basepointSecret.Secret.CopyTo(key);
        return Taken(key, Secp256k1.TryTweakAdd(key, Tweak(perCommitmentPoint, Secp256k1.CreatePublicKey(basepointSecret))));
    }

    /// <summary>
    /// revocation_basepoint·SHA256(revocation_basepoint ‖ per_commitment_point) + per_commitment_point·SHA256(per_commitment_point ‖ revocation_basepoint): a key
    /// that neither party knows alone.
    /// </summary>
    public static byte[]? RevocationPubkey(ReadOnlySpan<byte> revocationBasepoint, ReadOnlySpan<byte> perCommitmentPoint)
    {
        if (!Secp256k1.IsCompressedPoint(revocationBasepoint) || !Secp256k1.IsCompressedPoint(perCommitmentPoint)) return null;
        var (one, other, sum) = (new byte[Secp256k1.CompressedLength], new byte[Secp256k1.CompressedLength], new byte[Secp256k1.CompressedLength]);
        return Secp256k1.TryTweakMultiplyPublic(revocationBasepoint, Tweak(revocationBasepoint, perCommitmentPoint), one)
            && Secp256k1.TryTweakMultiplyPublic(perCommitmentPoint, Tweak(perCommitmentPoint, revocationBasepoint), other)
            && Secp256k1.TryCombine([one, other], sum)
            ? sum
            : null;
    }

    /// <summary>The private key of <see cref="RevocationPubkey"/>, once the other party has given the per-commitment secret away.</summary>
    public static PrivateKey? RevocationPrivkey(PrivateKey revocationBasepointSecret, PrivateKey perCommitmentSecret)
    {
        ArgumentNullException.ThrowIfNull(revocationBasepointSecret);
        ArgumentNullException.ThrowIfNull(perCommitmentSecret);
        if (!Secp256k1.IsValidPrivateKey(perCommitmentSecret.Secret)) return null;
        var (basepoint, point) = (Secp256k1.CreatePublicKey(revocationBasepointSecret), Secp256k1.CreatePublicKey(perCommitmentSecret));
        Span<byte> key = stackalloc byte[Secp256k1.KeyLength];
        Span<byte> other = stackalloc byte[Secp256k1.KeyLength];
        revocationBasepointSecret.Secret.CopyTo(key);
        perCommitmentSecret.Secret.CopyTo(other);
        var made = Secp256k1.TryTweakMultiply(key, Tweak(basepoint, point)) && Secp256k1.TryTweakMultiply(other, Tweak(point, basepoint))
            && Secp256k1.TryTweakAdd(key, other);
        CryptographicOperations.ZeroMemory(other);
        return Taken(key, made);
    }

    /// <summary>Only the compressed form: the hashes above are over these 33 bytes.</summary>

    private static byte[] Tweak(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        Span<byte> both = stackalloc byte[2 * Secp256k1.CompressedLength];
        first.CopyTo(both);
        second.CopyTo(both[Secp256k1.CompressedLength..]);
        return SHA256.HashData(both);
    }

    private static PrivateKey? Taken(Span<byte> key, bool made)
    {
        var taken = made ? PrivateKey.From(key) : null;
        CryptographicOperations.ZeroMemory(key);
        return taken;
    }
}
