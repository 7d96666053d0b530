using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>One party's locks as a state holds them.</summary>
/// <param name="Trimmed">Sum of those that are worth less than their claim: on chain they are their offerer's.</param>
/// <param name="Locked">Sum of the others.</param>
/// <param name="Root">Merkle root over the others.</param>
public readonly record struct LockSums(UInt256 Trimmed, UInt256 Locked, Bytes32 Root)
{
    /// <summary>Sorts a book's locks of one party.</summary>
    public static LockSums Of(ChannelBook book, ChannelSide side, UInt256 floor)
    {
        if (book.Locks.IsEmpty) return default;
        var (trimmed, locked) = (UInt256.Zero, UInt256.Zero);
        foreach (var open in book.Locks)
        {
            if (open.Offerer != side) continue;
            if (open.Amount < floor) trimmed += open.Amount;
            else locked += open.Amount;
        }

        return new(trimmed, locked, LockTree.Root([.. LockClaim.Leaves(book, side, floor).Select(static leaf => leaf.Leaf())]));
    }
}
