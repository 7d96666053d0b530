using System.Numerics;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Ledger;

/// <summary>All books of one subject.</summary>
/// <param name="Accounts">By "asset|book".</param>
public sealed record LedgerBook(ImmutableSortedDictionary<StateKey, LedgerAccount> Accounts)
{
    public static LedgerBook Empty { get; } = new(ImmutableSortedDictionary<StateKey, LedgerAccount>.Empty);

    public LedgerAccount Of(Book book, AssetId asset) => Accounts.GetValueOrDefault(Key(book, asset));

    /// <exception cref="OverflowException">A total would pass 2^256 − 1.</exception>
    public LedgerBook Post(Postings postings)
    {
        var next = Accounts;
        foreach (var entry in postings.Entries)
        {
            var key = Key(entry.Book, entry.Asset);
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
    public ImmutableArray<AssetId> Assets() => [.. Accounts.Keys.Select(AssetOf).Distinct()];

    /// <summary>The first asset of which a book is in debt, or null.</summary>
    public AssetId? InDeficit(Book book)
    {
        var name = book.ToString();
        foreach (var (key, account) in Accounts)
            if (account.Debits > account.Credits && IsOf(key, name)) return AssetOf(key);
        return null;
    }

    /// <summary>The sum over all books of an asset: zero, always.</summary>
    public BigInteger Sum(AssetId asset) => Enum.GetValues<Book>().Select(book => Of(book, asset))
        .Aggregate(BigInteger.Zero, (sum, account) => sum + account.Credits - account.Debits);

    private static AssetId AssetOf(StateKey key) => AssetId.Parse(key.Value[..key.Value.IndexOf('|', StringComparison.Ordinal)]);

    private static bool IsOf(StateKey key, string book) =>
        key.Value.EndsWith(book, StringComparison.Ordinal) && key.Value[^(book.Length + 1)] == '|';

    private static StateKey Key(Book book, AssetId asset) => string.Concat(asset.Value, "|", book.ToString());
}
