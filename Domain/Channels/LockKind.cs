namespace TPWallet.Domain.Channels;

/// <summary>What opens a lock; the numbers are the contract's.</summary>
public enum LockKind
{
    /// <summary>The SHA-256 preimage (32 bytes) of the target.</summary>
    Hash,

    /// <summary>The discrete logarithm of the secp256k1 point whose address the target is.</summary>
    Point,
}
