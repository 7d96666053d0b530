using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Chains.Tracking;

/// <summary>
/// Payments to own addresses that nodes have in their pools, by what they spend, so that whoever takes their place there is noticed (field notes 22 and 24). Worth
/// nothing: none is ever credited, journalled or shown as money. Bounded, the oldest goes first, since anybody may fill a pool.
/// </summary>
/// <param name="Order">Oldest first.</param>
public sealed record PendingPayments(ImmutableSortedDictionary<Bytes32, PendingPayment> ByHash, WatchIndex Index, ImmutableQueue<Bytes32> Order)
{
    /// <summary>Payments kept.</summary>
    public const int MaxKept = 4_096;

    public static PendingPayments Empty { get; } = new(ImmutableSortedDictionary<Bytes32, PendingPayment>.Empty, WatchIndex.Empty, []);

    /// <summary>With one more; what is known already changes nothing, and neither does one that nothing can replace.</summary>
    /// <param name="accounts">Whom it pays.</param>
    public PendingPayments With(MinedTransaction payment, ImmutableArray<AccountId> accounts)
    {
        ArgumentNullException.ThrowIfNull(payment);
        var (hash, isBitcoin) = (payment.Inclusion.TxHash, payment.Inclusion.Chain.IsBitcoin);
        if (ByHash.ContainsKey(hash) || (isBitcoin && payment.Spends.IsEmpty)) return this;
        var claims = isBitcoin ? new WatchedTx(null, null) { Spends = payment.Spends } : new WatchedTx(payment.From, payment.Nonce);
        var next = new PendingPayments(ByHash.Add(hash, new(claims, accounts)), Index.With(hash, claims), Order.Enqueue(hash));
        return next.ByHash.Count > MaxKept ? next.WithoutOldest() : next;
    }

    /// <summary>Payments that can never be mined beside this transaction, with whom they pay, and this without them.</summary>
    public (ImmutableArray<(Bytes32 Payment, ImmutableArray<AccountId> Accounts)> Replaced, PendingPayments Left) ReplacedBy(MinedTransaction other)
    {
        ArgumentNullException.ThrowIfNull(other);
        ImmutableArray<Bytes32> replaced = [.. Index.RivalsOf(other)];
        return ([.. replaced.Select(hash => (hash, ByHash[hash].Accounts))], replaced.Aggregate(this, static (left, hash) => left.Without(hash)));
    }

    private PendingPayments Without(Bytes32 hash) => ByHash.TryGetValue(hash, out var pending)
        ? this with { ByHash = ByHash.Remove(hash), Index = Index.Without(hash, pending.Claims) }
        : this;

    /// <summary>What was replaced stands in the order until its turn comes.</summary>
    private PendingPayments WithoutOldest()
    {
        var left = this;
        while (left.ByHash.Count > MaxKept) left = left.Without(left.Order.Peek()) with { Order = left.Order.Dequeue() };
        return left;
    }
}

/// <summary>What an unconfirmed payment spends, and the accounts that it pays.</summary>
public readonly record struct PendingPayment(WatchedTx Claims, ImmutableArray<AccountId> Accounts);
