using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Chains.Tracking;

/// <summary>A value movement in a block: the transaction's own value (log index −1) or one token transfer log.</summary>
public readonly record struct Movement(int LogIndex, Address From, Address To, Amount Amount);

/// <summary>A proven transaction of a block, in the chain-neutral form that the scan reads.</summary>
public sealed record MinedTransaction(Inclusion Inclusion, Address From, ulong Nonce, ImmutableArray<Movement> Movements);

/// <summary>What a block means for those who watch.</summary>
/// <param name="Included">Watched transactions that are in it.</param>
/// <param name="Conflicts">Watched transactions whose nonce another transaction in it took.</param>
/// <param name="Deposits">Incoming payments to watched addresses, by transaction.</param>
public sealed record ScanResult(
    ImmutableArray<Inclusion> Included,
    ImmutableArray<(Bytes32 Watched, Inclusion By)> Conflicts,
    ImmutableSortedDictionary<Bytes32, ImmutableArray<Deposit>> Deposits);

/// <summary>
/// Holds one block against the watch lists: its cost depends on the block, not on how much is watched. Movements of failed transactions do not count;
/// a movement between two own addresses of one account is no deposit.
/// </summary>
public static class BlockScan
{
    public static ScanResult Of(
        IReadOnlyList<MinedTransaction> block,
        ImmutableSortedDictionary<Bytes32, WatchedTx> watched,
        ImmutableSortedDictionary<(Address From, ulong Nonce), ImmutableArray<Bytes32>> byNonce,
        ImmutableSortedDictionary<Address, AccountId> addresses)
    {
        var included = ImmutableArray.CreateBuilder<Inclusion>();
        var conflicts = ImmutableArray.CreateBuilder<(Bytes32, Inclusion)>();
        var deposits = ImmutableSortedDictionary.CreateBuilder<Bytes32, ImmutableArray<Deposit>>();
        foreach (var tx in block)
        {
            if (watched.ContainsKey(tx.Inclusion.TxHash)) included.Add(tx.Inclusion);
            if (byNonce.TryGetValue((tx.From, tx.Nonce), out var rivals))
                foreach (var rival in rivals)
                    if (rival != tx.Inclusion.TxHash) conflicts.Add((rival, tx.Inclusion));
            var found = DepositsOf(tx, addresses);
            if (!found.IsEmpty) deposits.Add(tx.Inclusion.TxHash, found);
        }

        return new(included.ToImmutable(), conflicts.ToImmutable(), deposits.ToImmutable());
    }

    /// <summary>Watched transactions by sender and nonce; versions of one lane entry share one.</summary>
    public static ImmutableSortedDictionary<(Address From, ulong Nonce), ImmutableArray<Bytes32>> ByNonce(
        ImmutableSortedDictionary<Bytes32, WatchedTx> watched) => watched
        .Where(w => w.Value is { From: not null, Nonce: not null })
        .GroupBy(w => (w.Value.From!.Value, w.Value.Nonce!.Value))
        .ToImmutableSortedDictionary(g => g.Key, g => g.Select(w => w.Key).ToImmutableArray());

    private static ImmutableArray<Deposit> DepositsOf(MinedTransaction tx, ImmutableSortedDictionary<Address, AccountId> addresses)
    {
        if (!tx.Inclusion.Succeeded) return [];
        return
        [
            .. tx.Movements
                .Where(m => !m.Amount.Value.IsZero && addresses.TryGetValue(m.To, out var to)
                    && !(addresses.TryGetValue(m.From, out var from) && from == to))
                .Select(m => new Deposit(tx.Inclusion.Chain, tx.Inclusion.TxHash, m.LogIndex, tx.Inclusion.Block, addresses[m.To], m.To, m.Amount)),
        ];
    }
}
