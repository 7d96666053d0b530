namespace TPWallet.Chains.Bitcoin;

/// <summary>A transaction in the mempool and its fee.</summary>
public sealed record PooledTransaction(BitcoinTransaction Transaction, long FeeSat)
{
    public FeeRate Rate => new(checked(FeeSat * 1000) / Transaction.VirtualSize());

    /// <summary>Whether it says itself that it may be replaced (BIP-125, rule 1).</summary>
    public bool SignalsReplacement => Transaction.Inputs.Any(static input => input.Sequence <= BitcoinInput.ReplaceableSequence);
}

/// <summary>What is known of a replacement's surroundings.</summary>
/// <param name="Conflicts">Transactions that spend one of its outpoints.</param>
/// <param name="Descendants">All others that go with the conflicts because they spend their outputs.</param>
/// <param name="SignalledByAncestor">Conflicts whose unconfirmed ancestor signals for them.</param>
/// <param name="Unconfirmed">Ids of transactions that are not in a block, among those whose outputs the replacement spends.</param>
public sealed record ReplacementContext(
    Items<PooledTransaction> Conflicts, Items<PooledTransaction> Descendants, Items<BitcoinHash> SignalledByAncestor, Items<BitcoinHash> Unconfirmed);

/// <summary>Replacement by fee (BIP-125) and child pays for parent.</summary>
public static class FeeBumping
{
    /// <summary>Most transactions that a replacement may drive out (rule 5).</summary>
    public const int MaxEvicted = 100;

    /// <summary>
    /// The first rule that a replacement breaks, or null. Codes: rbf.no-conflict, rbf.not-signalled (unless <paramref name="fullReplacement"/>, as nodes do
    /// today), rbf.new-unconfirmed, rbf.too-many, rbf.fee-rate (nodes ask for more than each conflict pays), rbf.fee, rbf.increment.
    /// </summary>
    public static DecodeRefusal? Check(PooledTransaction replacement, ReplacementContext context, FeeRate increment, bool fullReplacement = false)
    {
        ArgumentNullException.ThrowIfNull(replacement);
        ArgumentNullException.ThrowIfNull(context);
        var spent = replacement.Transaction.Inputs.Select(static input => input.Previous).ToHashSet();
        var stranger = context.Conflicts.FirstOrDefault(conflict => !conflict.Transaction.Inputs.Any(input => spent.Contains(input.Previous)));
        if (context.Conflicts.Count == 0 || stranger is not null) return new("rbf.no-conflict", "conflicts that share an outpoint", stranger is null ? "none" : "another");
        if (!fullReplacement && context.Conflicts.FirstOrDefault(conflict => !Signals(conflict, context)) is { } silent)
            return new("rbf.not-signalled", $"a sequence of at most {BitcoinInput.ReplaceableSequence} (rule 1)", $"{silent.Transaction.Txid()}");
        var known = context.Conflicts.SelectMany(static conflict => conflict.Transaction.Inputs).Select(static input => input.Previous.Txid).ToHashSet();
        foreach (var previous in spent)
            if (context.Unconfirmed.Contains(previous.Txid) && !known.Contains(previous.Txid))
                return new("rbf.new-unconfirmed", "only unconfirmed inputs that the conflicts have (rule 2)", $"{previous}");
        var evicted = context.Conflicts.Count + context.Descendants.Count;
        if (evicted > MaxEvicted) return new("rbf.too-many", $"at most {MaxEvicted} evicted (rule 5)", $"{evicted}");
        var highest = context.Conflicts.MaxBy(static conflict => conflict.Rate)!;
        if (IsRateAtMost(replacement, highest)) return new("rbf.fee-rate", $"more than {highest.Rate}", $"{replacement.Rate}");
        var fees = FeesSat(context);
        if (replacement.FeeSat < fees) return new("rbf.fee", $"at least {fees} satoshis (rule 3)", $"{replacement.FeeSat}");
        var least = LeastFeeSat(context, replacement.Transaction.VirtualSize(), increment);
        return replacement.FeeSat >= least ? null : new("rbf.increment", $"at least {least} satoshis (rule 4)", $"{replacement.FeeSat}");
    }

    /// <summary>The least fee of a replacement of so many virtual bytes (rules 3 and 4, and above each conflict's rate).</summary>
    public static long LeastFeeSat(ReplacementContext context, int virtualBytes, FeeRate increment)
    {
        ArgumentNullException.ThrowIfNull(context);
        var aboveRate = context.Conflicts.Count == 0
            ? 0
            : context.Conflicts.Max(conflict => (checked(conflict.FeeSat * virtualBytes) / conflict.Transaction.VirtualSize()) + 1);
        return Math.Max(FeesSat(context) + increment.FeeSat(virtualBytes), aboveRate);
    }

    /// <summary>
    /// The fee of a child that lifts itself and its unconfirmed ancestors to a rate; never less than the rate for the child alone, since ancestors that pay more
    /// do not lend it their surplus.
    /// </summary>
    /// <param name="ancestorsFeeSat">What the ancestors pay together.</param>
    /// <param name="ancestorsVirtualBytes">Their virtual bytes together.</param>
    /// <param name="childVirtualBytes">The child's own.</param>
    /// <param name="target">The rate that is wanted.</param>
    public static long ChildFeeSat(long ancestorsFeeSat, long ancestorsVirtualBytes, long childVirtualBytes, FeeRate target) =>
        Math.Max(target.FeeSat(checked(ancestorsVirtualBytes + childVirtualBytes)) - ancestorsFeeSat, target.FeeSat(childVirtualBytes));

    /// <summary>
    /// Whether a transaction with so many unconfirmed ancestors is relayed, itself counted (Bitcoin Core's defaults). Code: ancestors.limit.
    /// </summary>
    public static DecodeRefusal? CheckAncestors(int count, long virtualBytes)
    {
        const int mostCount = 25;
        const long mostVirtualBytes = 101_000;
        return count <= mostCount && virtualBytes <= mostVirtualBytes
            ? null
            : new("ancestors.limit", $"at most {mostCount} with {mostVirtualBytes} virtual bytes", $"{count} with {virtualBytes}");
    }

    private static bool Signals(PooledTransaction conflict, ReplacementContext context) =>
        conflict.SignalsReplacement || context.SignalledByAncestor.Contains(conflict.Transaction.Txid());

    /// <summary>Compared as fractions: rates are rounded.</summary>
    private static bool IsRateAtMost(PooledTransaction one, PooledTransaction other) =>
        (Int128)one.FeeSat * other.Transaction.VirtualSize() <= (Int128)other.FeeSat * one.Transaction.VirtualSize();

    private static long FeesSat(ReplacementContext context) =>
        context.Conflicts.Sum(static conflict => conflict.FeeSat) + context.Descendants.Sum(static descendant => descendant.FeeSat);
}
