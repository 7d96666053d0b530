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
    private static readonly Book[] _allBooks = Enum.GetValues<Book>();

    private readonly SortedDictionary<(AssetId Asset, Book Book), BigInteger> _totals = [];
    private readonly Dictionary<string, UInt256> _sent = new(StringComparer.Ordinal);
    private readonly HashSet<string> _received = new(StringComparer.Ordinal);
    private readonly HashSet<string> _returned = new(StringComparer.Ordinal);
    private readonly Dictionary<Mirror, Scanned> _scanned = [];
    private readonly SortedDictionary<(AssetId Asset, Book Book), BigInteger> _books = [];
    private bool _isEqual;

    public BigInteger Total(AssetId asset, Book book) => _totals.GetValueOrDefault((asset, book));

    public IEnumerable<AssetId> Assets => _totals.Keys.Select(key => key.Asset).Distinct();

    /// <summary>Forgets everything: the events come again.</summary>
    public void Clear()
    {
        _totals.Clear();
        _sent.Clear();
        _received.Clear();
        _returned.Clear();
        _scanned.Clear();
        _books.Clear();
        _isEqual = false;
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

    /// <summary>The books that the machines keep say the same as the postings. A book that is the same object as at the last look is not counted again.</summary>
    public void Scan(IEnumerable<Mirror> streams)
    {
        foreach (var stream in streams)
        {
            var ledger = stream.State switch { AccountState.Open open => open.Ledger, RevenueState revenue => revenue.Ledger, _ => null };
            var before = _scanned.GetValueOrDefault(stream);
            if (ReferenceEquals(before?.Ledger, ledger)) continue;
            var now = _scanned[stream] = new(ledger, ledger is null ? [] : [.. Balances(stream, ledger)]);
            foreach (var (place, balance) in before?.Balances ?? []) _books[place] -= balance;
            foreach (var (place, balance) in now.Balances) _books[place] = _books.GetValueOrDefault(place) + balance;
            _isEqual = false;
        }

        if (_isEqual) return;
        _isEqual = true;
        foreach (var asset in Assets)
        {
            foreach (var book in _allBooks)
            {
                if (Total(asset, book) != _books.GetValueOrDefault((asset, book)))
                    judge.Fail("ledger", $"{book} of {asset}: events say {Total(asset, book)}, books {_books.GetValueOrDefault((asset, book))}");
            }
        }
    }

    private IEnumerable<((AssetId Asset, Book Book) Place, BigInteger Balance)> Balances(Mirror stream, LedgerBook ledger)
    {
        foreach (var asset in ledger.Assets.Keys)
        {
            foreach (var book in _allBooks)
            {
                var account = ledger.Of(book, asset);
                var balance = (BigInteger)account.Credits - account.Debits;
                if (balance.Sign < 0 && book is Book.Reserved or Book.Revenue or Book.Held) judge.Fail("ledger", $"{stream.Name.Key} has {balance} {asset} in {book}");
                yield return ((asset, book), balance);
            }
        }
    }

    private BigInteger Sum(AssetId asset) => _allBooks.Aggregate(BigInteger.Zero, (sum, book) => sum + Total(asset, book));

    private void Post(Postings postings)
    {
        _isEqual = false;
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

    /// <summary>A stream's book at the last look, and what it came to.</summary>
    private sealed record Scanned(LedgerBook? Ledger, ((AssetId Asset, Book Book) Place, BigInteger Balance)[] Balances);
}
