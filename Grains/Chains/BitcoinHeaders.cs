using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Nodes;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Chains;

/// <summary>
/// The headers of a Bitcoin chain as its nodes give them and its work proves them: the chain with most work is the chain, whoever tells of it, and a node
/// whose header breaks a rule is used no more. Begins with headers that hash up to a block which was final.
/// </summary>
internal sealed class BitcoinHeaders(ServedBitcoin chain, BlockRef final)
{
    /// <summary>Headers taken from one node in one poll.</summary>
    private const int MaxForward = 512;

    /// <summary>By node: the head that it named in the last look, and the highest block that its chain and the best one have in common.</summary>
    private readonly SortedDictionary<Name, (BitcoinHash Head, int Has)> _claims = [];

    private HeaderTree? _tree;

    private BitcoinChain Chain => chain.Nodes.Chain;

    /// <summary>The tree with what the nodes have now; null while no node gave the headers that it begins with.</summary>
    public async Task<HeaderTree?> ReadAsync(CancellationToken cancellationToken)
    {
        _tree ??= await PlantAsync(cancellationToken);
        if (_tree is not { } tree) return null;
        _claims.Clear();
        foreach (var (node, answer) in await chain.Nodes.ProbeEachAsync(static (n, ct) => n.BestBlockHashAsync(ct), cancellationToken))
        {
            if (!answer.IsOk) continue;
            int? common = tree.Find(answer.Value) is null ? await ForwardAsync(tree, node, answer.Value, cancellationToken) : tree.Best.Height;
            if (common is { } has) _claims[node] = (answer.Value, has);
        }

        return tree;
    }

    /// <summary>Each node's head in the last look, and the highest block of the best chain that its own chain has.</summary>
    public IReadOnlyList<(Name Node, BitcoinHash Head, int Has)> ClaimsIn(HeaderTree tree) =>
        [.. _claims.Select(claim => (claim.Key, claim.Value.Head, tree.ForkOf(claim.Value.Head) ?? claim.Value.Has))];

    /// <summary>The tree as it is.</summary>
    public HeaderTree? Known => _tree;

    /// <summary>
    /// From the highest block that the node and the best chain have in common, on to the node's own head. Answers the height of that block, one below all that is
    /// known where there is none, and null where the node does not say.
    /// </summary>
    private async Task<int?> ForwardAsync(HeaderTree tree, Name node, BitcoinHash head, CancellationToken cancellationToken)
    {
        var fork = tree.Best.Height;
        for (; fork >= tree.Root.Height; fork--)
        {
            var same = await HashAsync(node, fork, cancellationToken);
            if (!same.IsOk) return null;
            if (same.Value == tree.At(fork)) break;
        }

        // It left the chain before all that is known here: an operator hears of a chain that stands still.
        if (fork < tree.Root.Height) return fork;
        for (var height = fork + 1; height <= fork + MaxForward; height++)
        {
            if (await HashAsync(node, height, cancellationToken) is not { IsOk: true, Value: { } hash }) return fork;
            if (tree.Find(hash) is null && !await TakeAsync(tree, node, hash, cancellationToken)) return fork;
            if (hash == head) return fork;
        }

        return fork;
    }

    private async Task<bool> TakeAsync(HeaderTree tree, Name node, BitcoinHash hash, CancellationToken cancellationToken)
    {
        var answer = await chain.Nodes.AskAsync(node, (n, ct) => n.HeaderAsync(hash, ct), cancellationToken);
        if (!answer.IsOk || answer.Value is not { } header) return false;
        if (tree.Add(header, chain.Time.GetUtcNow().ToUnixTimeSeconds()).TryGet(out _, out var refusal)) return true;
        switch (refusal.Code)
        {
            case "header.parent":
                // The node left one chain for another between two questions.
                break;
            case "header.time-ahead":
                chain.Nodes.Blame(node, refusal);
                break;
            default:
                chain.Nodes.Quarantine(node, new NodeError.Garbage(refusal), header.Encode());
                break;
        }

        return false;
    }

    /// <summary>
    /// The tree's first headers: from a history's depth below the final block, so that what forks there can be weighed. Each is named by the hash in the one
    /// above it, so that no node can give another one; what the first is judged by (times of its parents, begin of its period) is proved the same way.
    /// </summary>
    private async Task<HeaderTree?> PlantAsync(CancellationToken cancellationToken)
    {
        var top = (int)final.Number;
        var start = Math.Max(0, top - chain.Profile.HistoryDepth);
        var period = Chain.Rules.Retargets ? start - (start % WorkRules.Interval) : start;
        var lowest = Math.Max(0, Math.Min(period, start - WorkRules.MedianBlocks + 1));
        var headers = new BitcoinHeader[top - lowest + 1];
        var hash = BitcoinHash.FromShown(final.Hash);
        for (var height = top; height >= lowest; height--)
        {
            var wanted = hash;
            var answer = await chain.Nodes.ReadAsync(
                async (n, ct) => BitcoinSource.Having(await n.HeaderAsync(wanted, ct)), cancellationToken);
            if (!answer.TryGet(out var header, out _)) return null;
            headers[height - lowest] = header;
            hash = header.Parent;
        }

        var times = headers[..(start - lowest)].TakeLast(WorkRules.MedianBlocks - 1).Select(static header => header.Time);
        var tree = new HeaderTree(Chain.Rules, HeaderTip.Trusted(headers[start - lowest], start, 0, headers[period - lowest].Time, new([.. times])));
        foreach (var header in headers[(start - lowest + 1)..])
            if (!tree.Add(header, chain.Time.GetUtcNow().ToUnixTimeSeconds()).IsOk) return null;
        return tree;
    }

    private Task<NodeAnswer<BitcoinHash?>> HashAsync(Name node, int height, CancellationToken cancellationToken) =>
        chain.Nodes.AskAsync(node, (n, ct) => n.BlockHashAsync(height, ct), cancellationToken);
}
