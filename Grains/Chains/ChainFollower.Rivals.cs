using TPWallet.Domain.Chains.Tracking;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains.Chains;

/// <summary>
/// Payments to own addresses whose block was reorganised away. What they spent is watched from then on, so that whoever takes it in their place is known (field
/// note 24): an operator hears of it in the block that shows it, the payment's watcher when that is final.
/// </summary>
internal sealed partial class ChainFollower
{
    private async Task RememberAsync(IReadOnlyList<MinedTransaction> gone)
    {
        var paid = Scan(gone).Deposits;
        foreach (var transaction in gone.Where(transaction => paid.ContainsKey(transaction.Inclusion.TxHash)))
            if (ClaimOf(transaction) is { } watch) await host.SubmitAsync(watch);
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
        foreach (var (watched, by) in Scan(transactions).Conflicts)
        {
            if (WatchLists.IsOurs(host.State, by.TxHash)) continue;
            var incident = new AccountIncident(IncidentCodes.DoubleSpent, profile.Chain) { Transaction = watched, By = by.TxHash, Block = by.Block.Hash };
            await host.RaiseAsync(incident, await host.AccountsOfAsync(watched), $"{by.TxHash} took in block {by.Block} what it spends");
        }
    }
}
