using TPWallet.Chains;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Chains.Tracking;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Chains;

/// <summary>The pools of a Bitcoin chain's nodes, by the ids in them (getrawmempool), of which those are news that were not there in the look before.</summary>
/// <param name="chain">The chain.</param>
/// <param name="read">Reads a body that is in no block.</param>
internal sealed class BitcoinPending(ServedBitcoin chain, Func<BitcoinTransaction, MinedTransaction> read) : IPendingSource
{
    private const int MaxMet = 65_536;

    private readonly MetHashes _met = new(MaxMet);
    private readonly SortedDictionary<Name, HashSet<BitcoinHash>> _had = [];

    /// <summary>In the first look at a node all that it has is named, and no body read: a pool may hold the transactions of weeks.</summary>
    public async Task<PendingNews> NewsAsync(CancellationToken cancellationToken)
    {
        var (fresh, wanted) = (new List<Bytes32>(), new List<(Name Node, BitcoinHash Txid)>());
        foreach (var (node, answer) in await chain.Nodes.ReadEachAtOnceAsync(static (n, ct) => n.PoolIdsAsync(ct), cancellationToken))
        {
            if (!answer.IsOk) continue;
            var before = _had.GetValueOrDefault(node);
            foreach (var txid in answer.Value)
            {
                if (before?.Contains(txid) == true || !_met.Add(txid.Shown)) continue;
                fresh.Add(txid.Shown);
                if (before is not null) wanted.Add((node, txid));
            }

            _had[node] = [.. answer.Value];
        }

        var bodies = await Task.WhenAll(wanted.Take(chain.PoolBodies).Select(async one =>
            await chain.Nodes.AskAsync(one.Node, (n, ct) => n.TransactionAsync(one.Txid, ct), cancellationToken)));
        return new(fresh, [.. bodies.Where(static body => body is { IsOk: true, Value: not null }).Select(body => read(body.Value!))]);
    }
}
