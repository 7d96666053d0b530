using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Bitcoin.Channels;
using TPWallet.Chains.Nodes;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces.Chains;

namespace TPWallet.Grains.Channels;

/// <summary>
/// What blocks hold of one channel: its funding, what spends it, and what spends the outputs of that, so many levels deep. Follows a chain of blocks by their hashes and begins
/// anew where that has changed.
/// </summary>
internal sealed class CoinScan
{
    /// <summary>How far below the height at which nothing spent the funding reading begins: no reorganisation goes deeper.</summary>
    private const uint Margin = 100;

    /// <summary>Most blocks of one look: some four months.</summary>
    private const int MostBlocks = 20_000;

    private readonly OutPoint _funding;
    private readonly int _levels;
    private readonly Dictionary<OutPoint, SeenTransaction> _spenders;
    private readonly Dictionary<BitcoinHash, int> _followed;
    private readonly List<OutPoint> _outputs;
    private BlockRef? _tip;

    private CoinScan(OutPoint funding, int levels, CoinScan? from)
    {
        (_funding, _levels, _tip, FundingHeight, From) = (funding, levels, from?._tip, from?.FundingHeight, from?.From ?? 0);
        (_spenders, _followed, _outputs) = (new(from?._spenders ?? []), new(from?._followed ?? []), [.. from?._outputs ?? [funding]]);
    }

    /// <summary>Of the block that has the funding, where it was read.</summary>
    public uint? FundingHeight { get; private set; }

    /// <summary>Height of the first block that was read.</summary>
    public uint From { get; private set; }

    /// <summary>Outputs that are followed and that nothing is known to spend.</summary>
    public IEnumerable<OutPoint> Open => _outputs.Where(output => !_spenders.ContainsKey(output));

    public static CoinScan Empty(OutPoint funding, int levels) => new(funding, levels, null);

    public CoinScan Copy() => new(_funding, _levels, this);

    public SeenTransaction? Find(OutPoint output) => _spenders.GetValueOrDefault(output);

    /// <summary>Reads the blocks up to this head.</summary>
    /// <returns>Why it could not, or null.</returns>
    public async Task<string?> FollowAsync(ServedBitcoin chain, BlockRef head, uint quiet, CancellationToken cancellationToken)
    {
        var from = quiet > Margin ? quiet - Margin : 0;
        var path = new Stack<BlockRef>();
        for (var at = head; at != _tip;)
        {
            // The chain has changed below what was read.
            if (_tip is { } tip && at.Number <= tip.Number) Clear();
            if (path.Count >= MostBlocks) return $"More than {MostBlocks} blocks would have to be read.";
            path.Push(at);
            if (at.Number <= from) break;
            if (await ParentAsync(chain, at, cancellationToken) is not { } parent) return "No node has the headers below the head.";
            at = parent;
        }

        while (path.TryPop(out var next))
        {
            var read = await chain.Nodes.ReadAsync(async (n, ct) => BitcoinSource.Having(await n.BlockAsync(BitcoinHash.FromShown(next.Hash), ct)), cancellationToken);
            if (!read.TryGet(out var block, out var error)) return error.ToString();
            if (_tip is null) From = (uint)next.Number;
            foreach (var transaction in block.Transactions) Take(new(transaction, (uint)next.Number));
            _tip = next;
        }

        return null;
    }

    /// <summary>Takes a transaction if it spends what is followed.</summary>
    public bool Take(SeenTransaction seen)
    {
        var txid = seen.Transaction.Txid();
        if (txid == _funding.Txid && seen.Height is { } height) FundingHeight = height;
        var isNew = false;
        foreach (var input in seen.Transaction.Inputs)
        {
            var level = input.Previous == _funding ? 1 : _followed.TryGetValue(input.Previous.Txid, out var parent) ? parent + 1 : 0;
            if (level == 0) continue;
            isNew |= _spenders.TryAdd(input.Previous, seen) || seen.Height is not null;
            _spenders[input.Previous] = seen;
            if (level >= _levels || !_followed.TryAdd(txid, level)) continue;
            for (var index = 0; index < seen.Transaction.Outputs.Count; index++) _outputs.Add(new(txid, (uint)index));
        }

        return isNew;
    }

    private void Clear()
    {
        (_tip, FundingHeight) = (null, null);
        _spenders.Clear();
        _followed.Clear();
        _outputs.Clear();
        _outputs.Add(_funding);
    }

    private static async Task<BlockRef?> ParentAsync(ServedBitcoin chain, BlockRef block, CancellationToken cancellationToken)
    {
        var read = await chain.Nodes.ReadAsync(async (n, ct) => BitcoinSource.Having(await n.HeaderAsync(BitcoinHash.FromShown(block.Hash), ct)), cancellationToken);
        return read.TryGet(out var header, out _) ? new BlockRef(block.Number - 1, header.Parent.Shown) : null;
    }
}
