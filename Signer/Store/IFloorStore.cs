using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Signer.Store;

/// <summary>How far a channel key has signed in one channel.</summary>
/// <param name="Nonce">The highest nonce, 0: none.</param>
/// <param name="Digest">What was signed for it.</param>
/// <param name="Own">What that state leaves free to the account, and what it names as withdrawn by it.</param>
internal sealed record Floor(ulong Nonce, Bytes32 Digest, UInt256 Own)
{
    /// <summary>Before anything was signed.</summary>
    public static Floor None { get; } = new(0, default, UInt256.Zero);

    /// <summary>What that state names as withdrawn by the peer.</summary>
    public UInt256 PeerWithdrawn { get; init; }

    /// <summary>The highest total that the peer was let withdraw: no state is signed that names less.</summary>
    public UInt256 PeerLeft { get; init; }
}

/// <summary>What a judgement of a floor comes to: a higher one, the same one, or a refusal.</summary>
internal readonly record struct Raise(Floor? Floor, Rejection? Refusal);

/// <summary>
/// The floors of all channels: the one thing that the signer overwrites. A floor is durable before the signature that it stands for leaves; it never
/// falls. Safe from many threads.
/// </summary>
internal interface IFloorStore : IDisposable
{
    /// <summary>A channel's floor, or null where there is none.</summary>
    Floor? Find(ChannelRef side);

    /// <summary>
    /// Judges the floor that is there (<see cref="Floor.None"/> where there is none) and puts the judgement's in its place. Durable when this is done. Judgements of
    /// one channel follow each other.
    /// </summary>
    Task<Raise> RaiseAsync(ChannelRef side, Func<Floor, Raise> judge);
}
