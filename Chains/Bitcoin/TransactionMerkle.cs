using TPWallet.Crypto;

namespace TPWallet.Chains.Bitcoin;

/// <summary>
/// The Merkle tree over a block's transaction ids. A level of odd length repeats its last hash, so that a list with repeated ids can have the same root as one
/// without (CVE-2012-2459): such lists and proofs are refused. Codes: merkle.empty, merkle.duplicate, merkle.index.
/// </summary>
public static class TransactionMerkle
{
    /// <summary>Most transactions of a block: its weight is at most 4,000,000 and the smallest transaction has 240 (60 bytes).</summary>
    public const int MaxTransactions = 4_000_000 / 240;

    /// <summary>The root over the ids in the block's order.</summary>
    public static Decoded<BitcoinHash> Root(IReadOnlyList<BitcoinHash> txids)
    {
        ArgumentNullException.ThrowIfNull(txids);
        if (txids.Count == 0) return new DecodeRefusal("merkle.empty", "at least one transaction", "none");
        var level = txids.ToArray();
        while (level.Length > 1)
        {
            for (var i = 0; i + 1 < level.Length; i += 2)
                if (level[i] == level[i + 1]) return Duplicate();
            level = Above(level);
        }

        return level[0];
    }

    /// <summary>The hashes beside the path of one transaction, from the leaf up.</summary>
    public static Items<BitcoinHash> Path(IReadOnlyList<BitcoinHash> txids, int index)
    {
        ArgumentNullException.ThrowIfNull(txids);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, txids.Count);
        var path = ImmutableArray.CreateBuilder<BitcoinHash>();
        for (var level = txids.ToArray(); level.Length > 1; level = Above(level), index /= 2) path.Add(level[Math.Min(index ^ 1, level.Length - 1)]);
        return new(path.ToImmutable());
    }

    /// <summary>
    /// The root that a path leads to. A right neighbour that equals the hash beside it is only allowed where the level ends, which the count of transactions
    /// tells.
    /// </summary>
    public static Decoded<BitcoinHash> RootOf(BitcoinHash txid, int index, int transactions, Items<BitcoinHash> path)
    {
        if (transactions is < 1 or > MaxTransactions || index < 0 || index >= transactions)
            return new DecodeRefusal("merkle.index", $"an index below {transactions} of at most {MaxTransactions}", $"{index}");
        var (hash, width, used) = (txid, transactions, 0);
        for (; width > 1; width = (width + 1) / 2, index /= 2)
        {
            if (used == path.Count) return new DecodeRefusal("merkle.index", "a hash for each level", $"{path.Count}");
            var beside = path[used++];
            var alone = (index & 1) == 0 && index == width - 1;
            if (alone != (beside == hash)) return Duplicate();
            hash = (index & 1) == 0 ? Pair(hash, beside) : Pair(beside, hash);
        }

        return used == path.Count ? hash : new DecodeRefusal("merkle.index", $"{used} hashes", $"{path.Count}");
    }

    internal static BitcoinHash Pair(BitcoinHash left, BitcoinHash right)
    {
        Span<byte> both = stackalloc byte[2 * BitcoinHash.Length];
        left.Bytes.CopyTo(both);
        right.Bytes.CopyTo(both[BitcoinHash.Length..]);
        return BitcoinHash.From(Hash256.Hash(both));
    }

    internal static DecodeRefusal Duplicate() => new("merkle.duplicate", "no repeated hash (CVE-2012-2459)", "one");

    private static BitcoinHash[] Above(BitcoinHash[] level)
    {
        var above = new BitcoinHash[(level.Length + 1) / 2];
        for (var i = 0; i < above.Length; i++) above[i] = Pair(level[2 * i], level[Math.Min((2 * i) + 1, level.Length - 1)]);
        return above;
    }
}
