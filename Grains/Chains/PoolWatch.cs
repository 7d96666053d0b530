using TPWallet.Domain.Chains.Tracking;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains.Chains;

/// <summary>
/// Watches the pools of a chain's nodes for what is watched: a transaction that is there, another that would take its place, and an unconfirmed payment to an own
/// address that is replaced. Operators and the accounts that it concerns hear of it before a block has it. Nothing that a pool says moves money, nor takes any back.
/// </summary>
internal sealed class PoolWatch(IPendingSource source, ChainId chain, IFollowerHost host)
{
    private const int MaxTold = 16_384;
    private const int MaxSuspects = 1_024;

    private readonly MetHashes _told = new(MaxTold);
    private readonly MetHashes _raised = new(MaxTold);
    private readonly List<Exception> _refusals = [];
    private PendingPayments _pending = PendingPayments.Empty;

    /// <summary>Rivals of the look before. One of a lane may be in a pool a moment before its lane asked for it to be watched.</summary>
    private List<(Bytes32 Watched, Bytes32 By)> _suspects = [];

    /// <summary>One look. One that does not take what it is told keeps no other from being told.</summary>
    /// <exception cref="AggregateException">Watchers that did not take it: a block tells it to them.</exception>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var news = await source.NewsAsync(cancellationToken);
        var suspects = _suspects;
        _suspects = [];
        _refusals.Clear();
        foreach (var (watched, by) in suspects)
            if (!WatchLists.IsOurs(host.State, by) && _raised.Add(by)) await TryAsync(() => RaiseRivalAsync(watched, by));
        foreach (var hash in news.Hashes)
            if (host.State.Transactions.ContainsKey(hash) && _told.Add(hash)) await TryAsync(() => host.TellAsync(hash, static id => new WatchedCommand.RecordMempool(id)));
        foreach (var transaction in news.Bodies) await TakeAsync(transaction);
        if (_refusals.Count > 0) throw new AggregateException(_refusals);
    }

    private async Task TakeAsync(MinedTransaction transaction)
    {
        var by = transaction.Inclusion.TxHash;
        var scan = BlockScan.Of([transaction], host.State.Transactions, host.State.Index, host.State.Addresses);
        foreach (var (watched, _) in scan.Conflicts)
            if (_suspects.Count < MaxSuspects) _suspects.Add((watched, by));
        (var replaced, _pending) = _pending.ReplacedBy(transaction);
        foreach (var (payment, accounts) in replaced) await TryAsync(() => RaiseReplacedAsync(payment, accounts, by, !scan.Deposits.IsEmpty));
        foreach (var deposits in scan.Deposits.Values) _pending = _pending.With(transaction, [.. deposits.Select(static deposit => deposit.Account).Distinct()]);
    }

    private async Task RaiseRivalAsync(Bytes32 watched, Bytes32 by) => await host.RaiseAsync(
        new(IncidentCodes.RivalInPool, chain) { Transaction = watched, By = by }, await host.AccountsOfAsync(watched), $"{by}, in a node's pool, spends what it spends");

    private Task RaiseReplacedAsync(Bytes32 payment, ImmutableArray<AccountId> accounts, Bytes32 by, bool pays) => host.RaiseAsync(
        new(IncidentCodes.DepositReplaced, chain) { Transaction = payment, By = by }, accounts,
        $"{by} took its place in a node's pool, and pays {(pays ? "an" : "no")} own address");

    private async Task TryAsync(Func<Task> tell)
    {
        try
        {
            await tell();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _refusals.Add(e);
        }
    }
}
