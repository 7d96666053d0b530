using System.Numerics;
using TPWallet.Domain.Accounts;
using TPWallet.Domain.Ledger;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// Money over all accounts, fee ledgers and the world outside: kept from the postings of each durable event, apart from the books that the machines keep,
/// and compared with those now and then. The sum over everything is zero after each event.
/// </summary>
internal sealed class LedgerCheck(IJudge judge)
{
    private static readonly Book[] _books = Enum.GetValues<Book>();

    private readonly SortedDictionary<(AssetId Asset, Book Book), BigInteger> _totals = [];
    private readonly Dictionary<string, UInt256> _sent = new(StringComparer.Ordinal);
    private readonly HashSet<string> _received = new(StringComparer.Ordinal);
    private readonly HashSet<string> _returned = new(StringComparer.Ordinal);

    public BigInteger Total(AssetId asset, Book book) => _totals.GetValueOrDefault((asset, book));

    public IEnumerable<AssetId> Assets => _totals.Keys.Select(key => key.Asset).Distinct();

    /// <summary>Forgets everything: the events come again.</summary>
    public void Clear()
    {
        _totals.Clear();
        _sent.Clear();
        _received.Clear();
        _returned.Clear();
    }

    public void Add(Mirror stream, object @event)
    {
        switch (@event)
        {
            case AccountEvent moved:
                Post(moved.Moved);
                Transfer(stream, moved);
                break;
            case RevenueEvent.FeePosted posted:
                Post(posted.Postings);
                break;
            default:
                return;
        }

        foreach (var asset in Assets)
        {
            foreach (var book in (Book[])[Book.Transit, Book.FeeTransit])
                if (Total(asset, book).Sign < 0) judge.Fail("ledger", $"{book} of {asset} is {Total(asset, book)}: something arrived that was never sent");
            if (Sum(asset) is { IsZero: false } sum) judge.Fail("conservation", $"{asset} sums to {sum} over everything");
        }
    }

    /// <summary>Money that is on its way or held, in books that are empty when everything has come to its end; null when they are.</summary>
    public string? Unfinished()
    {
        foreach (var asset in Assets)
        {
            if (Total(asset, Book.Transit) is { IsZero: false } transit) return $"{transit} {asset} in transit";
            if (Total(asset, Book.Reserved) is { IsZero: false } reserved) return $"{reserved} {asset} are reserved, and no packet is open";
            if (Total(asset, Book.FeeTransit) is { IsZero: false } fees) return $"{fees} {asset} of fees in transit";
        }

        return null;
    }

    /// <summary>The books that the machines keep say the same as the postings.</summary>
    public void Scan(IEnumerable<Mirror> streams)
    {
        var books = new SortedDictionary<(AssetId Asset, Book Book), BigInteger>();
        foreach (var stream in streams)
        {
            var ledger = stream.State switch { AccountState.Open open => open.Ledger, RevenueState revenue => revenue.Ledger, _ => null };
            if (ledger is null) continue;
            foreach (var asset in ledger.Assets.Keys)
            {
                foreach (var book in _books)
                {
                    var account = ledger.Of(book, asset);
                    var balance = (BigInteger)account.Credits - account.Debits;
                    books[(asset, book)] = books.GetValueOrDefault((asset, book)) + balance;
                    if (balance.Sign < 0 && book is Book.Reserved or Book.Revenue or Book.Held) judge.Fail("ledger", $"{stream.Name.Key} has {balance} {asset} in {book}");
                }
            }
        }

        foreach (var asset in Assets)
        {
            foreach (var book in _books)
            {
                if (Total(asset, book) != books.GetValueOrDefault((asset, book)))
                    judge.Fail("ledger", $"{book} of {asset}: events say {Total(asset, book)}, books {books.GetValueOrDefault((asset, book))}");
            }
        }
    }

    private BigInteger Sum(AssetId asset) => _books.Aggregate(BigInteger.Zero, (sum, book) => sum + Total(asset, book));

    private void Post(Postings postings)
    {
        foreach (var entry in postings.Entries)
        {
            var key = (entry.Asset, entry.Book);
            _totals[key] = _totals.GetValueOrDefault(key) + (entry.Side == PostingSide.Credit ? entry.Amount : -(BigInteger)entry.Amount);
        }
    }

    /// <summary>A transfer is received at most once, and never both received and returned.</summary>
    private void Transfer(Mirror stream, AccountEvent moved)
    {
        switch (moved)
        {
            case AccountEvent.TransferSent sent:
                if (!_sent.TryAdd(sent.Leg.ToString(), sent.Amount.Value)) judge.Fail("transfer", $"{sent.Leg} was sent twice");
                break;
            case AccountEvent.TransferReceived received:
                var leg = received.Leg.ToString();
                if (!_sent.TryGetValue(leg, out var amount) || amount != received.Amount.Value)
                    judge.Fail("transfer", $"{stream.Name.Key} received {received.Amount} for {leg}, sent was {amount}");
                if (!_received.Add(leg) || _returned.Contains(leg)) judge.Fail("transfer", $"{leg} was received, but had been received or returned");
                break;
            case AccountEvent.TransferReturned back:
                if (!_returned.Add(back.Leg.ToString()) || _received.Contains(back.Leg.ToString()))
                    judge.Fail("transfer", $"{back.Leg} came back, but had been received or returned");
                break;
            default:
                break;
        }
    }
}
