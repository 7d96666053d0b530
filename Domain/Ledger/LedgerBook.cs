using System.Numerics;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Ledger;

/// <summary>All books of one subject.</summary>
public sealed record LedgerBook(ImmutableSortedDictionary<LedgerKey, LedgerAccount> Accounts)
{
    public static LedgerBook Empty { get; } = new(ImmutableSortedDictionary<LedgerKey, LedgerAccount>.Empty);

    public LedgerAccount Of(Book book, AssetId asset) => Accounts.GetValueOrDefault(new(asset, book));

    /// <exception cref="OverflowException">A total would pass 2^256 − 1.</exception>
    public LedgerBook Post(Postings postings)
    {
        var next = Accounts;
        foreach (var entry in postings.Entries)
        {
            var key = new LedgerKey(entry.Asset, entry.Book);
            next = next.SetItem(key, next.GetValueOrDefault(key).Post(entry));
        }

        return new(next);
    }

    /// <summary>Null if the postings can be posted; a hostile token's amounts could pass the totals, and then nothing may be posted.</summary>
    public Rejection? Refuse(Postings postings)
    {
        try
        {
            // The usual two entries touch two books: adding shows an overflow without making the books.
            if (postings.Entries is [var from, var to] && from.Book != to.Book) _ = (Of(from.Book, from.Asset).Post(from), Of(to.Book, to.Asset).Post(to));
            else _ = Post(postings);
            return null;
        }
        catch (OverflowException)
        {
            return new(RejectionCode.Overflow, "totals below 2^256", "more");
        }
    }

    /// <summary>The assets that were ever posted, in order.</summary>
    public ImmutableArray<AssetId> Assets() => [.. Accounts.Keys.Select(static key => key.Asset).Distinct()];

    /// <summary>The first asset of which a book is in debt, or null.</summary>
    public AssetId? InDeficit(Book book)
    {
        foreach (var (key, account) in Accounts)
            if (key.Book == book && account.Debits > account.Credits) return key.Asset;
        return null;
    }

    /// <summary>The sum over all books of an asset: zero, always.</summary>
    public BigInteger Sum(AssetId asset) => Enum.GetValues<Book>().Select(book => Of(book, asset))
        .Aggregate(BigInteger.Zero, (sum, account) => sum + account.Credits - account.Debits);
}
