using System.Runtime.InteropServices;

namespace TPWallet.Domain.Ledger;

/// <summary>What one book holds of an asset.</summary>
public readonly record struct BookTotal(Book Book, LedgerAccount Account);

/// <summary>The books of one asset that were ever posted to, few and in one piece: each posting makes a new piece.</summary>
/// <param name="Totals">In the order of <see cref="Book"/>, each once.</param>
public sealed record AssetBooks(ImmutableArray<BookTotal> Totals)
{
    public static AssetBooks Empty { get; } = new([]);

    public LedgerAccount Of(Book book)
    {
        foreach (ref readonly var total in Totals.AsSpan())
            if (total.Book == book) return total.Account;
        return default;
    }

    /// <param name="entries">Of this asset, as events posted them.</param>
    /// <exception cref="OverflowException">A total would pass 2^256 − 1.</exception>
    public AssetBooks Post(ReadOnlySpan<Posting> entries)
    {
        var next = Totals.AsSpan().ToArray();
        foreach (ref readonly var entry in entries)
        {
            var at = 0;
            while (at < next.Length && next[at].Book < entry.Book) at++;
            if (at == next.Length || next[at].Book != entry.Book) next = [.. next[..at], new(entry.Book, default), .. next[at..]];
            next[at] = next[at] with { Account = next[at].Account.Post(entry) };
        }

        return new(ImmutableCollectionsMarshal.AsImmutableArray(next));
    }
}
