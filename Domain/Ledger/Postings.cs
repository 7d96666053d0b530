using System.Numerics;
using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Ledger;

/// <summary>The books of one subject. Names are stored: append only.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Book>))]
public enum Book
{
    /// <summary>May be spent.</summary>
    Available = 1,

    /// <summary>Held for legs and fees that are under way.</summary>
    Reserved,

    /// <summary>Between two accounts. Over all accounts it sums to what is on its way.</summary>
    Transit,

    /// <summary>The chains: what came from them is a debit here, what went to them a credit.</summary>
    World,

    /// <summary>Paid to chains as fees.</summary>
    NetworkFees,

    /// <summary>On its way to the operator's fee ledger.</summary>
    FeeTransit,

    /// <summary>The operator's fees.</summary>
    Revenue,

    /// <summary>Deposits that are not screened yet, or that their risk holds: not spendable.</summary>
    Held,
}

/// <summary>Which total grows.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PostingSide>))]
public enum PostingSide
{
    Debit = 1,
    Credit = 2,
}

/// <summary>One line of an event's postings. A debit takes from the book, a credit adds to it.</summary>
public readonly record struct Posting(Book Book, PostingSide Side, AssetId Asset, UInt256 Amount);

/// <summary>
/// What one event moves. Debits equal credits for each asset, or it cannot be made; so the sum over all books is zero at every prefix of
/// every stream.
/// </summary>
public sealed record Postings
{
    /// <exception cref="ArgumentException">Debits and credits of an asset differ. That is a bug, or a stored event that was altered.</exception>
    [JsonConstructor]
    public Postings(ImmutableArray<Posting> entries)
    {
        Entries = entries;
        if (IsMove(entries)) return;
        foreach (var asset in entries.GroupBy(entry => entry.Asset))
        {
            var sum = BigInteger.Zero;
            foreach (var entry in asset)
            {
                if (!Enum.IsDefined(entry.Book) || !Enum.IsDefined(entry.Side)) throw new ArgumentException("A posting names no book or side.");
                sum += entry.Side == PostingSide.Credit ? (BigInteger)entry.Amount : -(BigInteger)entry.Amount;
            }

            if (!sum.IsZero) throw new ArgumentException($"The postings of {asset.Key} sum to {sum}, not to zero.");
        }
    }

    public ImmutableArray<Posting> Entries { get; }

    public static Postings None { get; } = new([]);

    /// <summary>From one book to another.</summary>
    public static Postings Move(Amount amount, Book from, Book to) => amount.Value.IsZero ? None : new([
        new(from, PostingSide.Debit, amount.Asset, amount.Value),
        new(to, PostingSide.Credit, amount.Asset, amount.Value)]);

    public static Postings Join(params IEnumerable<Postings> parts) => new([.. parts.SelectMany(part => part.Entries)]);

    /// <summary>What most postings are: one amount from one book to another. It sums to zero as it stands.</summary>
    private static bool IsMove(ImmutableArray<Posting> entries) =>
        entries is [{ Side: PostingSide.Debit } from, { Side: PostingSide.Credit } to]
        && from.Asset == to.Asset && from.Amount == to.Amount && Enum.IsDefined(from.Book) && Enum.IsDefined(to.Book);

    /// <summary>The opposite movement. Totals still only grow: what was a debit is now credited.</summary>
    public Postings Inverse() =>
        new([.. Entries.Select(entry => entry with { Side = entry.Side == PostingSide.Debit ? PostingSide.Credit : PostingSide.Debit })]);
}
