using TPWallet.Domain.Chains.Tracking;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains.Chains;

/// <summary>
/// Watches the pools of a chain's nodes for what is watched: a transaction that is there, another that would take its place, and an unconfirmed payment to an own
/// address that is replaced. An operator hears of it before a block has it. Nothing that a pool says moves money, nor takes any back.
/// </summary>
internal sealed class PoolWatch(IPendingSource source, ChainId chain, IFollowerHost host)
{
    private const int MaxTold = 16_384;
    private const int MaxSuspects = 1_024;

    private readonly MetHashes _told = new(MaxTold);
    private readonly MetHashes _raised = new(MaxTold);
    private PendingPayments _pending = PendingPayments.Empty;

    /// <summary>Rivals of the look before. One of a lane may be in a pool a moment before its lane asked for it to be watched.</summary>
    private List<(Bytes32 Watched, Bytes32 By)> _suspects = [];

    /// <summary>One look. Throws when a watcher did not take what it was told; then a block tells it.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var news = await source.NewsAsync(cancellationToken);
        foreach (var (watched, by) in _suspects)
            if (!WatchLists.IsOurs(host.State, by) && _raised.Add(by)) host.Raise(IncidentCodes.RivalInPool, $"{chain}/{watched}", $"{by}, in a node's pool, spends what it spends");
        _suspects = [];
        foreach (var hash in news.Hashes)
            if (host.State.Transactions.ContainsKey(hash) && _told.Add(hash)) await host.TellAsync(hash, id => new WatchedCommand.RecordMempool(id));
        foreach (var transaction in news.Bodies) Take(transaction);
    }

    private void Take(MinedTransaction transaction)
    {
        var by = transaction.Inclusion.TxHash;
        var scan = BlockScan.Of([transaction], host.State.Transactions, host.State.Index, host.State.Addresses);
        foreach (var (watched, _) in scan.Conflicts)
            if (_suspects.Count < MaxSuspects) _suspects.Add((watched, by));
        (var replaced, _pending) = _pending.ReplacedBy(transaction);
        foreach (var payment in replaced)
            host.Raise(IncidentCodes.DepositReplaced, $"{chain}/{payment}", $"{by} took its place in a node's pool, and pays {(scan.Deposits.IsEmpty ? "no" : "an")} own address");
        if (!scan.Deposits.IsEmpty) _pending = _pending.With(transaction);
    }
}
