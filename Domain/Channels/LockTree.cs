using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>
/// The tree over the locks of one party: neighbours are hashed in ascending order (OpenZeppelin's MerkleProof), and one without a neighbour goes up
/// as it is. Both parties build it so; the contract takes any tree with the root that they signed.
/// </summary>
public static class LockTree
{
    /// <summary>The root; zero for no locks.</summary>
    /// <exception cref="ArgumentException">More than <see cref="LockLeaf.Most"/>.</exception>
    public static Bytes32 Root(IReadOnlyList<Bytes32> leaves)
    {
        var level = Check(leaves);
        if (level.Length == 0) return Bytes32.Zero;
        while (level.Length > 1) level = Up(level);
        return level[0];
    }

    /// <summary>The sister hashes from a leaf up to the root, as a claim names them.</summary>
    /// <exception cref="ArgumentException">More than <see cref="LockLeaf.Most"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No leaf stands at the position.</exception>
    public static Bytes32[] Proof(IReadOnlyList<Bytes32> leaves, int position)
    {
        var level = Check(leaves);
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, level.Length);
        var sisters = new List<Bytes32>();
        for (; level.Length > 1; position /= 2)
        {
            var sister = position ^ 1;
            if (sister < level.Length) sisters.Add(level[sister]);
            level = Up(level);
        }

        return [.. sisters];
    }

    private static Bytes32[] Check(IReadOnlyList<Bytes32> leaves)
    {
        ArgumentNullException.ThrowIfNull(leaves);
        if (leaves.Count > LockLeaf.Most) throw new ArgumentException($"Expected at most {LockLeaf.Most} locks, got {leaves.Count}.", nameof(leaves));
        return [.. leaves];
    }

    private static Bytes32[] Up(Bytes32[] level)
    {
        var next = new Bytes32[(level.Length + 1) / 2];
        for (var i = 0; i < next.Length; i++)
            next[i] = (2 * i) + 1 == level.Length ? level[2 * i] : Pair(level[2 * i], level[(2 * i) + 1]);
        return next;
    }

    private static Bytes32 Pair(Bytes32 one, Bytes32 two)
    {
        Span<byte> buffer = stackalloc byte[2 * ChannelWords.Size];
        var words = new ChannelWords(buffer);
        var inOrder = one.CompareTo(two) < 0;
        words.Add(inOrder ? one : two);
        words.Add(inOrder ? two : one);
        return words.Hash();
    }
}
