using TPWallet.Domain.Chains.Tracking;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains.Chains;

/// <summary>
/// Payments to own addresses whose block was reorganised away. What they spent is watched from then on, so that whoever takes it in their place is known (field
/// note 24): an operator hears of it in the block that shows it, the payment's watcher when that is final. The same for what such a payment rests on, as far as that
/// went with it: what is still on the chain cannot be taken. So whatever of ours spends such a payment is known to be impossible, and by which final transaction.
/// </summary>
internal sealed partial class ChainFollower
{
    private async Task RememberAsync(IReadOnlyList<MinedTransaction> gone)
    {
        var paid = Scan(gone).Deposits;

        // The last first: in a block stands what is spent before what spends it, and one that is remembered makes it worth remembering what it spends.
        foreach (var transaction in gone.Reverse().Where(Matters))
            if (ClaimOf(transaction) is { } watch) await host.SubmitAsync(watch);

        bool Matters(MinedTransaction transaction) =>
            paid.ContainsKey(transaction.Inclusion.TxHash) || host.State.Index.ByParent.ContainsKey(transaction.Inclusion.TxHash);
    }

    /// <summary>Null where it is known already, or nothing can take its place, or the list is full: a poll must not end for it.</summary>
    private Func<Guid, TrackerCommand>? ClaimOf(MinedTransaction gone)
    {
        var hash = gone.Inclusion.TxHash;
        var known = host.State.Transactions.GetValueOrDefault(hash);
        if (known is null && host.State.Transactions.Count >= TrackerDecider.MaxWatched) return null;
        if (!profile.Chain.IsBitcoin) return known is null ? id => new TrackerCommand.WatchTransaction(id, hash, gone.From, gone.Nonce) : null;
        return known is not { Spends.IsEmpty: false } && gone.Spends.Length is > 0 and <= TrackerDecider.MaxSpends
            ? id => new TrackerCommand.WatchSpends(id, hash, default, gone.Spends)
            : null;
    }

    /// <summary>Versions of one lane entry take each other's place, and are no news.</summary>
    private async Task RaiseRivalsAsync(IReadOnlyList<MinedTransaction> transactions)
    {
        var scan = Scan(transactions);
        foreach (var (watched, by) in scan.Conflicts) await RaiseRivalAsync(watched, by, "what it spends");
        foreach (var (watched, by, lost) in scan.Stranded) await RaiseRivalAsync(watched, by, $"what {lost} comes of, which it spends");
    }

    private async Task RaiseRivalAsync(Bytes32 watched, Inclusion by, string taken)
    {
        if (WatchLists.IsOurs(host.State, by.TxHash)) return;
        var incident = new AccountIncident(IncidentCodes.DoubleSpent, profile.Chain) { Transaction = watched, By = by.TxHash, Block = by.Block.Hash };
        await host.RaiseAsync(incident, await host.AccountsOfAsync(watched), $"{by.TxHash} took in block {by.Block} {taken}");
    }

    private async Task TellStrandedAsync(Bytes32 watched, Inclusion by, SpentOutput lost)
    {
        if (host.TellsStranded) await host.TellAsync(watched, id => new WatchedCommand.RecordConflict(id, by) { Lost = lost });
    }

    /// <summary>
    /// Told by the watchers of what it spends, who remember when the block is no longer here: it may have been watched too late, or nobody have been there to tell.
    /// </summary>
    private async Task TellStrandedAsync(Bytes32 transaction, WatchedTx watched)
    {
        foreach (var spend in watched.Spends)
            if (await host.ConflictAsync(spend.TxHash) is { } by) await TellStrandedAsync(transaction, by, spend);
    }
}
