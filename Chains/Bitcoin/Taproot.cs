using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>The output key of Taproot and whether its point has an odd y, which a control block carries.</summary>
public readonly record struct TaprootOutputKey(Bytes32 Key, bool OddY);

/// <summary>Key tweaks and hashes of Taproot (BIP-341).</summary>
public static class Taproot
{
    /// <summary>The leaf version of Tapscript (BIP-342).</summary>
    public const byte TapscriptVersion = 0xc0;

    /// <summary>The first byte of an annex (BIP-341).</summary>
    public const byte AnnexTag = 0x50;

    /// <summary>
    /// The x coordinate of H of BIP-341, whose private key nobody knows: an internal key that closes the key path. Add r·G for privacy.
    /// </summary>
    public static Bytes32 UnspendableKey { get; } = Bytes32.Parse("0x50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0");

    /// <summary>The tweak of an internal key; without scripts the root is absent.</summary>
    public static byte[] Tweak(Bytes32 internalKey, Bytes32? merkleRoot) =>
        Sha256Tagged.Bip340("TapTweak", internalKey.ToArray(), merkleRoot is { } root ? root.ToArray() : []);

    /// <summary>internal key + tweak·G. Code: taproot.key, where the internal key is no x coordinate of the curve.</summary>
    public static Decoded<TaprootOutputKey> OutputKey(Bytes32 internalKey, Bytes32? merkleRoot)
    {
        Span<byte> output = stackalloc byte[Secp256k1.XOnlyLength];
        return Secp256k1.TryTweakAddXOnly(internalKey.ToArray(), Tweak(internalKey, merkleRoot), output, out var odd)
            ? new TaprootOutputKey(Bytes32.From(output), odd)
            : new DecodeRefusal("taproot.key", "an x coordinate of the curve", internalKey.ToString());
    }

    /// <summary>The private key of the key path. The caller disposes it.</summary>
    /// <exception cref="InvalidOperationException">The tweak gives no key (probability 2^-128).</exception>
    public static PrivateKey TweakPrivate(PrivateKey key, Bytes32? merkleRoot)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> tweaked = stackalloc byte[PrivateKey.Length];
        if (!Secp256k1.TryTweakAddXOnlyPrivate(key.Secret, Tweak(XOnly(key), merkleRoot), tweaked))
            throw new InvalidOperationException("The tweak gives no key.");
        var result = PrivateKey.From(tweaked);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(tweaked);
        return result;
    }

    /// <summary>The x coordinate of a private key's point.</summary>
    public static Bytes32 XOnly(PrivateKey key) => Bytes32.From(Secp256k1.CreatePublicKey(key).AsSpan(1));

    /// <summary>The hash of a script of the tree.</summary>
    public static Bytes32 LeafHash(TapLeaf leaf)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        return Bytes32.From(Sha256Tagged.Bip340("TapLeaf", new BitcoinWriter().Write(leaf.Version).WriteBytes(leaf.Script.Span).Written));
    }

    /// <summary>The hash of an inner node: its children in the order of their bytes, so that a path needs no directions.</summary>
    public static Bytes32 BranchHash(Bytes32 one, Bytes32 other) => one.CompareTo(other) <= 0
        ? Bytes32.From(Sha256Tagged.Bip340("TapBranch", one.ToArray(), other.ToArray()))
        : BranchHash(other, one);
}

/// <summary>A script of a Taproot tree and its leaf version (even; 0xc0 is Tapscript).</summary>
public sealed record TapLeaf(Script Script, byte Version = Taproot.TapscriptVersion);
