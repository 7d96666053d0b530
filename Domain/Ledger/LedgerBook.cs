using System.Numerics;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Ledger;

/// <summary>All books of one subject, by asset: a subject may have thousands of assets, and most postings move one.</summary>
public sealed record LedgerBook(ImmutableSortedDictionary<AssetId, AssetBooks> Assets)
{
    public static LedgerBook Empty { get; } = new(ImmutableSortedDictionary<AssetId, AssetBooks>.Empty);

    public LedgerAccount Of(Book book, AssetId asset) => BooksOf(asset).Of(book);

    /// <exception cref="OverflowException">A total would pass 2^256 − 1.</exception>
    public LedgerBook Post(Postings postings)
    {
        var next = Assets;
        var entries = postings.Entries.AsSpan();
        while (!entries.IsEmpty)
        {
            // Both sides of a movement stand side by side.
            var asset = entries[0].Asset;
            var same = 1;
            while (same < entries.Length && entries[same].Asset == asset) same++;
            next = next.SetItem(asset, (next.GetValueOrDefault(asset) ?? AssetBooks.Empty).Post(entries[..same]));
            entries = entries[same..];
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

    /// <summary>The first asset of which a book is in debt, or null.</summary>
    public AssetId? InDeficit(Book book)
    {
        foreach (var (asset, books) in Assets)
            if (books.Of(book) is var held && held.Debits > held.Credits) return asset;
        return null;
    }

    /// <summary>The sum over all books of an asset: zero, always.</summary>
    public BigInteger Sum(AssetId asset) =>
        BooksOf(asset).Totals.Aggregate(BigInteger.Zero, static (sum, total) => sum + total.Account.Credits - total.Account.Debits);

    private AssetBooks BooksOf(AssetId asset) => Assets.GetValueOrDefault(asset) ?? AssetBooks.Empty;
}
