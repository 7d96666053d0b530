using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Chains.Tracking;

/// <summary>A value movement in a block: the transaction's own value, what a deposit of the OP stack mints, or one token transfer log.</summary>
public readonly record struct Movement(int LogIndex, Address From, Address To, Amount Amount)
{
    /// <summary>The index of the transaction's own value.</summary>
    public const int Own = -1;

    /// <summary>The index of what a deposit from the parent chain mints at its sender, from nobody: that holds even where the rest of it failed (OP Stack specification, Deposits).</summary>
    public const int Minted = -2;

    /// <summary>Whether it took place where the transaction was mined.</summary>
    public static bool Holds(int logIndex, Inclusion inclusion) => inclusion.Succeeded || logIndex == Minted;
}

/// <summary>A proven transaction of a block, in the chain-neutral form that the scan reads.</summary>
/// <param name="From">Its sender; without meaning on a chain of the Bitcoin family.</param>
public sealed record MinedTransaction(Inclusion Inclusion, Address From, ulong Nonce, ImmutableArray<Movement> Movements)
{
    /// <summary>The outputs that it spends, on a chain of the Bitcoin family.</summary>
    public ImmutableArray<SpentOutput> Spends { get; init; } = [];

    /// <summary>Who signed its inputs, where that shows, on a chain of the Bitcoin family.</summary>
    public ImmutableArray<Address> Payers { get; init; } = [];

    /// <summary>Who paid what moves to these addresses: its sender, and whose tokens they were.</summary>
    public ImmutableArray<Address> SourcesOf(ImmutableArray<Deposit> deposits) => Inclusion.Chain.IsBitcoin
        ? [.. Payers.Distinct().Take(Deposit.MaxSources)]
        : [.. Movements.Where(movement => deposits.Any(deposit => deposit.LogIndex == movement.LogIndex)).Select(movement => movement.From)
            .Prepend(From).Distinct().Take(Deposit.MaxSources)];
}

/// <summary>Watched transactions by what no other can use as well: sender and nonce, or an output. Versions of one lane entry share it.</summary>
/// <param name="ByParent">By a transaction of which they spend an output.</param>
public sealed record WatchIndex(
    ImmutableSortedDictionary<(Address From, ulong Nonce), ImmutableArray<Bytes32>> ByNonce,
    ImmutableSortedDictionary<SpentOutput, ImmutableArray<Bytes32>> BySpend,
    ImmutableSortedDictionary<Bytes32, ImmutableArray<Bytes32>> ByParent)
{
    /// <summary>Of nothing that is watched.</summary>
    public static WatchIndex Empty { get; } = new(
        ImmutableSortedDictionary<(Address From, ulong Nonce), ImmutableArray<Bytes32>>.Empty,
        ImmutableSortedDictionary<SpentOutput, ImmutableArray<Bytes32>>.Empty,
        ImmutableSortedDictionary<Bytes32, ImmutableArray<Bytes32>>.Empty);

    /// <summary>With one more; what it cost does not depend on how many there are.</summary>
    public WatchIndex With(Bytes32 hash, WatchedTx watched) => Change(hash, watched, Added);

    /// <summary>Without one that was watched as this.</summary>
    public WatchIndex Without(Bytes32 hash, WatchedTx watched) => Change(hash, watched, static (all, gone) => all.Remove(gone));

    /// <summary>Watched transactions that can never be mined beside this one.</summary>
    public IEnumerable<Bytes32> RivalsOf(MinedTransaction tx) => ByNonce.GetValueOrDefault((tx.From, tx.Nonce), [])
        .Concat(tx.Spends.SelectMany(spend => BySpend.GetValueOrDefault(spend, [])))
        .Where(rival => rival != tx.Inclusion.TxHash).Distinct();

    /// <summary>
    /// Watched transactions that cannot be without these: each output that they spend of one of them, or of another that cannot be without them and is watched
    /// as well. These themselves are none of them.
    /// </summary>
    /// <param name="watched">The list that this is the index of.</param>
    public IEnumerable<(Bytes32 Watched, SpentOutput Lost)> RestingOn(IReadOnlyCollection<Bytes32> gone, ImmutableSortedDictionary<Bytes32, WatchedTx> watched)
    {
        var (open, met) = (new Queue<Bytes32>(gone), new SortedSet<Bytes32>(gone));

        // Each is entered once, so there are no more rounds than transactions.
        while (open.TryDequeue(out var parent))
        {
            foreach (var child in ByParent.GetValueOrDefault(parent, []))
            {
                if (gone.Contains(child)) continue;
                if (met.Add(child)) open.Enqueue(child);
                foreach (var lost in watched[child].Spends)
                    if (lost.TxHash == parent) yield return (child, lost);
            }
        }
    }

    private WatchIndex Change(Bytes32 hash, WatchedTx watched, Func<ImmutableArray<Bytes32>, Bytes32, ImmutableArray<Bytes32>> change)
    {
        var (byNonce, bySpend, byParent) = (ByNonce, BySpend, ByParent);
        if (watched is { From: { } from, Nonce: { } nonce }) byNonce = Set(byNonce, (from, nonce), change(byNonce.GetValueOrDefault((from, nonce), []), hash));
        foreach (var spend in watched.Spends) bySpend = Set(bySpend, spend, change(bySpend.GetValueOrDefault(spend, []), hash));
        foreach (var parent in watched.Spends.Select(static spend => spend.TxHash).Distinct())
            byParent = Set(byParent, parent, change(byParent.GetValueOrDefault(parent, []), hash));
        return new(byNonce, bySpend, byParent);
    }

    private static ImmutableSortedDictionary<T, ImmutableArray<Bytes32>> Set<T>(
        ImmutableSortedDictionary<T, ImmutableArray<Bytes32>> index, T key, ImmutableArray<Bytes32> hashes)
        where T : notnull => hashes.IsEmpty ? index.Remove(key) : index.SetItem(key, hashes);

    private static ImmutableArray<Bytes32> Added(ImmutableArray<Bytes32> all, Bytes32 hash) =>
        all.BinarySearch(hash) is var at and < 0 ? all.Insert(~at, hash) : all;
}

/// <summary>What a block means for those who watch.</summary>
/// <param name="Included">Watched transactions that are in it.</param>
/// <param name="Conflicts">Watched transactions whose nonce, or one of whose outputs, another transaction in it took.</param>
/// <param name="Stranded">Watched transactions that rest on one of those, and the output of it that can never be.</param>
/// <param name="Deposits">Incoming payments to watched addresses, by transaction.</param>
public sealed record ScanResult(
    ImmutableArray<Inclusion> Included,
    ImmutableArray<(Bytes32 Watched, Inclusion By)> Conflicts,
    ImmutableArray<(Bytes32 Watched, Inclusion By, SpentOutput Lost)> Stranded,
    ImmutableSortedDictionary<Bytes32, ImmutableArray<Deposit>> Deposits);

/// <summary>
/// Holds one block against the watch lists: its cost depends on the block, not on how much is watched. Movements of failed transactions do not count, but what was minted;
/// a movement between two own addresses of one account is no deposit, and neither is change of what the account spends.
/// </summary>
public static class BlockScan
{
    public static ScanResult Of(
        IReadOnlyList<MinedTransaction> block,
        ImmutableSortedDictionary<Bytes32, WatchedTx> watched,
        WatchIndex index,
        ImmutableSortedDictionary<Address, AccountId> addresses)
    {
        var included = ImmutableArray.CreateBuilder<Inclusion>();
        var conflicts = ImmutableArray.CreateBuilder<(Bytes32, Inclusion)>();
        var stranded = ImmutableArray.CreateBuilder<(Bytes32, Inclusion, SpentOutput)>();
        var deposits = ImmutableSortedDictionary.CreateBuilder<Bytes32, ImmutableArray<Deposit>>();
        foreach (var tx in block)
        {
            if (watched.TryGetValue(tx.Inclusion.TxHash, out var ours)) included.Add(tx.Inclusion);
            ImmutableArray<Bytes32> rivals = [.. index.RivalsOf(tx)];
            foreach (var rival in rivals) conflicts.Add((rival, tx.Inclusion));
            foreach (var (resting, lost) in index.RestingOn(rivals, watched)) stranded.Add((resting, tx.Inclusion, lost));
            var found = DepositsOf(tx, ours?.Owner, addresses);
            if (!found.IsEmpty) deposits.Add(tx.Inclusion.TxHash, found);
        }

        return new(included.ToImmutable(), conflicts.ToImmutable(), stranded.ToImmutable(), deposits.ToImmutable());
    }

    private static ImmutableArray<Deposit> DepositsOf(MinedTransaction tx, AccountId? spender, ImmutableSortedDictionary<Address, AccountId> addresses)
    {
        return
        [
            .. tx.Movements
                .Where(m => Movement.Holds(m.LogIndex, tx.Inclusion) && !m.Amount.Value.IsZero && addresses.TryGetValue(m.To, out var to) && to != spender
                    && !(addresses.TryGetValue(m.From, out var from) && from == to))
                .Select(m => new Deposit(tx.Inclusion.Chain, tx.Inclusion.TxHash, m.LogIndex, tx.Inclusion.Block, addresses[m.To], m.To, m.Amount)),
        ];
    }
}
