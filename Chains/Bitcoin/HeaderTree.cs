namespace TPWallet.Chains.Bitcoin;

/// <summary>
/// All headers above one that is believed, each judged by the rules of work, and which chain of them has most work. Not safe for use by several threads.
/// </summary>
public sealed class HeaderTree
{
    private readonly WorkRules _rules;
    private readonly Dictionary<BitcoinHash, HeaderTip> _tips = [];

    /// <summary>The chain with most work by height from <see cref="Root"/> on.</summary>
    private readonly List<BitcoinHash> _best = [];

    /// <summary>A tree that grows from a header which is believed.</summary>
    public HeaderTree(WorkRules rules, HeaderTip root)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(root);
        (_rules, Root, Best) = (rules, root, root);
        _tips.Add(root.Header.Hash(), root);
        _best.Add(root.Header.Hash());
    }

    /// <summary>The lowest header; whatever forks below it is unknown here.</summary>
    public HeaderTip Root { get; private set; }

    /// <summary>The tip with most work; of two alike the one that was known first.</summary>
    public HeaderTip Best { get; private set; }

    /// <summary>How many headers there are.</summary>
    public int Count => _tips.Count;

    /// <summary>A header that was added, or null.</summary>
    public HeaderTip? Find(BitcoinHash hash) => _tips.GetValueOrDefault(hash);

    /// <summary>The block of a height on the chain with most work; null below the root and above the tip.</summary>
    public BitcoinHash? At(int height) => height >= Root.Height && height <= Best.Height ? _best[height - Root.Height] : null;

    /// <summary>The height at which the chain below a header meets the one with most work; null for a header that is not here.</summary>
    public int? ForkOf(BitcoinHash hash)
    {
        while (Find(hash) is { } tip)
        {
            if (At(tip.Height) == hash) return tip.Height;
            hash = tip.Header.Parent;
        }

        return null;
    }

    /// <summary>Adds a header whose parent is here. Codes: header.parent where it is not; those of <see cref="HeaderChain.Extend"/>.</summary>
    public Decoded<HeaderTip> Add(BitcoinHeader header, long nowSeconds)
    {
        ArgumentNullException.ThrowIfNull(header);
        var hash = header.Hash();
        if (Find(hash) is { } known) return known;
        if (Find(header.Parent) is not { } parent) return new DecodeRefusal("header.parent", "a header that is known", $"{header.Parent}");
        if (!HeaderChain.Extend(_rules, parent, header, nowSeconds).TryGet(out var tip, out var refusal)) return refusal;
        _tips.Add(hash, tip);
        if (HeaderChain.MostWork(Best, tip) == tip) Follow(tip, hash);
        return tip;
    }

    /// <summary>The tip with most work that stands on none of these headers; the root, where all others do.</summary>
    public HeaderTip BestWithout(IReadOnlySet<BitcoinHash> left)
    {
        ArgumentNullException.ThrowIfNull(left);
        if (left.Count == 0) return Best;
        var (best, without) = (Root, new HashSet<BitcoinHash> { Root.Header.Hash() });
        // Parents before children, and of two alike the one on the best chain.
        foreach (var (hash, tip) in _tips.OrderBy(static one => one.Value.Height).ThenBy(one => At(one.Value.Height) == one.Key ? 0 : 1))
        {
            if (tip.Height > Root.Height && !left.Contains(hash) && without.Contains(tip.Header.Parent)) without.Add(hash);
            else continue;
            best = HeaderChain.MostWork(best, tip);
        }

        return best;
    }

    /// <summary>Makes the best chain's header of a height the root; what does not stand on it is forgotten.</summary>
    public void Prune(int height)
    {
        if (height <= Root.Height || At(height) is not { } root) return;
        _best.RemoveRange(0, height - Root.Height);
        Root = _tips[root];
        // Parents before children, so that one pass finds all that stand on the root.
        var kept = new HashSet<BitcoinHash> { root };
        foreach (var (hash, tip) in _tips.OrderBy(static one => one.Value.Height).ToArray())
            if (!kept.Contains(hash) && (tip.Height <= height || !kept.Contains(tip.Header.Parent))) _tips.Remove(hash);
            else kept.Add(hash);
    }

    /// <summary>Writes the chain of the new best tip over the old one, down to where they meet.</summary>
    private void Follow(HeaderTip tip, BitcoinHash hash)
    {
        Best = tip;
        var length = tip.Height - Root.Height + 1;
        if (_best.Count > length) _best.RemoveRange(length, _best.Count - length);
        while (_best.Count < length) _best.Add(BitcoinHash.Zero);
        for (var at = length - 1; at > 0 && _best[at] != hash; at--)
        {
            _best[at] = hash;
            hash = _tips[hash].Header.Parent;
        }
    }
}
