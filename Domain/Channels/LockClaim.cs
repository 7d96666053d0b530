using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>A lock as it is resolved on chain: the struct Claim of ChannelManager.</summary>
/// <param name="Offerer">Whose lock it is.</param>
/// <param name="Proof">Sister hashes from the leaf up to its offerer's root.</param>
public sealed record LockClaim(ChannelSide Offerer, LockLeaf Leaf, ImmutableArray<Bytes32> Proof)
{
    /// <summary>The claims of all locks of a book that stand in a tree.</summary>
    /// <param name="floor">Locks below it stand in none.</param>
    public static IEnumerable<LockClaim> Of(ChannelBook book, UInt256 floor)
    {
        foreach (var side in new[] { ChannelSide.A, ChannelSide.B })
        {
            var leaves = Leaves(book, side, floor);
            var hashes = leaves.Select(static leaf => leaf.Leaf()).ToArray();
            for (var i = 0; i < leaves.Length; i++) yield return new(side, leaves[i], [.. LockTree.Proof(hashes, i)]);
        }
    }

    /// <summary>The leaves of one party's locks, in the order of its tree.</summary>
    internal static ImmutableArray<LockLeaf> Leaves(ChannelBook book, ChannelSide side, UInt256 floor) =>
        [.. book.Locks.Where(open => open.Offerer == side && open.Amount >= floor).Select(static (open, index) => new LockLeaf((byte)index, open.Amount, open.Expiry, open.Kind, open.Target))];
}
