using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Chains.Tracking;

/// <summary>A block as the window sees it.</summary>
public readonly record struct Link(BlockRef Block, Bytes32 Parent);

/// <summary>What a new head means for the window.</summary>
public abstract record HeadChange
{
    private HeadChange()
    {
    }

    /// <summary>Already the head, or an ancestor of it.</summary>
    public sealed record Known : HeadChange;

    /// <summary>The head's child.</summary>
    public sealed record Extended(ChainWindow Window) : HeadChange;

    /// <summary>Its parent is not known: fetch the block with this hash and offer it first.</summary>
    public sealed record Missing(Bytes32 Parent) : HeadChange;

    /// <summary>Its parent is below the head: blocks after the fork point are gone, newest first.</summary>
    public sealed record Reorged(ChainWindow Window, ImmutableArray<Link> Removed, BlockRef ForkPoint) : HeadChange;

    /// <summary>It contradicts the block that was final: nothing goes on until a person looked.</summary>
    public sealed record ContradictsFinal(BlockRef Final, BlockRef Offered) : HeadChange;
}

/// <summary>
/// The recent blocks of a chain, linked by parent hash, oldest first; the first is final or older than anyone may reorganise.
/// Confirmation follows these links, never numbers alone.
/// </summary>
public sealed record ChainWindow(ImmutableList<Link> Links)
{
    public static ChainWindow From(BlockRef final) => new([new(final, Bytes32.Zero)]);

    public Link Head => Links[^1];

    public BlockRef Root => Links[0].Block;

    /// <summary>Blocks of the window below the head, inclusive: 1 for the head itself, 0 for a block that is not on the chain.</summary>
    public int Confirmations(BlockRef block) => IndexOf(block.Hash) is var i and >= 0 ? Links.Count - i : 0;

    public bool Contains(Bytes32 hash) => IndexOf(hash) >= 0;

    /// <summary>The block of this depth below the head (1 = head), or null when the window does not reach so far.</summary>
    public BlockRef? AtDepth(int confirmations) => confirmations >= 1 && confirmations <= Links.Count ? Links[^confirmations].Block : null;

    /// <summary>The block of a height, or null where the window has none of it.</summary>
    public BlockRef? At(ulong number) => number >= Root.Number && number <= Head.Block.Number ? Links[(int)(number - Root.Number)].Block : null;

    public HeadChange Offer(Link block)
    {
        if (Contains(block.Block.Hash)) return new HeadChange.Known();
        var parent = IndexOf(block.Parent);
        if (parent < 0)
        {
            return block.Block.Number <= Root.Number + 1
                ? new HeadChange.ContradictsFinal(Root, block.Block)
                : new HeadChange.Missing(block.Parent);
        }

        // A child whose number does not follow its parent's is a node's lie that the header hash check lets no real block tell.
        if (block.Block.Number != Links[parent].Block.Number + 1) return new HeadChange.ContradictsFinal(Links[parent].Block, block.Block);
        if (parent == Links.Count - 1) return new HeadChange.Extended(new(Links.Add(block)));
        var removed = Links.GetRange(parent + 1, Links.Count - parent - 1).Reverse();
        return new HeadChange.Reorged(new(Links.GetRange(0, parent + 1).Add(block)), [.. removed], Links[parent].Block);
    }

    /// <summary>Cuts what is older than the final block; it becomes the root.</summary>
    public ChainWindow Finalize(BlockRef final) => IndexOf(final.Hash) is var i and > 0 ? new(Links.GetRange(i, Links.Count - i)) : this;

    private int IndexOf(Bytes32 hash)
    {
        for (var i = Links.Count - 1; i >= 0; i--)
            if (Links[i].Block.Hash == hash) return i;
        return -1;
    }
}
