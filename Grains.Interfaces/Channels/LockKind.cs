using System.Text.Json.Serialization;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>What opens a lock. The numbers are the contract's.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LockKind>))]
public enum LockKind
{
    /// <summary>The 32 bytes whose SHA-256 is the target.</summary>
    Hash,

    /// <summary>The discrete logarithm of the secp256k1 point whose Keccak-256 address is the target.</summary>
    Point,
}
