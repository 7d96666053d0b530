using System.Numerics;
using System.Text.Json;
using TPWallet.Domain.Accounts;
using TPWallet.Domain.Ledger;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Ledger;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Ledger;

/// <summary>Postings that cannot be unbalanced, totals that only grow, and the fee ledger.</summary>
public sealed class LedgerTests
{
    [Fact]
    public void Postings_UnbalancedPerAsset_CannotBeMade()
    {
        var debit = new Posting(Book.Available, PostingSide.Debit, Eth, 5);
        var make = (params ImmutableArray<Posting> entries) => new Postings(entries);
        ((Func<Postings>)(() => make(debit))).Should().Throw<ArgumentException>();
        ((Func<Postings>)(() => make(debit, new(Book.World, PostingSide.Credit, Eth, 4)))).Should().Throw<ArgumentException>();
        ((Func<Postings>)(() => make(debit, new(Book.World, PostingSide.Credit, Token, 5)))).Should().Throw<ArgumentException>("assets do not mix");
        make(debit, new(Book.World, PostingSide.Credit, Eth, 5)).Entries.Should().HaveCount(2);
    }

    [Fact]
    public void Postings_StoredEventAltered_DoesNotRead()
    {
        var json = JsonSerializer.Serialize<RevenueEvent>(
            new RevenueEvent.FeePosted(new(Deployment), new(new(Deployment), "p"), FeeKind.Packing, new(Eth, 5), Postings.Move(new(Eth, 5), Book.FeeTransit, Book.Revenue)),
            AccountJson.Default.RevenueEvent);
        var altered = json.Replace("\"side\":\"Credit\",\"asset\":\"eip155:31337/slip44:60\",\"amount\":\"5\"", "\"side\":\"Credit\",\"asset\":\"eip155:31337/slip44:60\",\"amount\":\"6\"", StringComparison.Ordinal);
        altered.Should().NotBe(json);
        ((Action)(() => JsonSerializer.Deserialize(altered, AccountJson.Default.RevenueEvent))).Should().Throw<Exception>();
    }

    [Fact]
    public void Post_InverseOfWhatIsGone_IsADeficitNotAnError()
    {
        var move = Postings.Move(new(Eth, 5), Book.World, Book.Available);
        var book = LedgerBook.Empty.Post(move).Post(Postings.Move(new(Eth, 5), Book.Available, Book.Transit)).Post(move.Inverse());
        book.Of(Book.Available, Eth).Deficit.Should().Be((UInt256)5);
        book.Of(Book.Available, Eth).Debits.Should().Be((UInt256)10, "totals only grow");
        book.Sum(Eth).Should().Be(BigInteger.Zero);
    }

    [Fact]
    public void Post_AnyOrderOfBooksAndAssets_IsTheSumOfItsEntries()
    {
        var random = new Random(7);
        var (book, sums) = (LedgerBook.Empty, new Dictionary<(Book, AssetId), LedgerAccount>());
        for (var i = 0; i < 200; i++)
        {
            Posting[] entries = [.. Enumerable.Range(0, 4).SelectMany(_ =>
            {
                var (asset, amount) = (random.Next(2) == 0 ? Eth : Token, (UInt256)(ulong)random.Next(1, 100));
                return new[] { new Posting(Any(random), PostingSide.Debit, asset, amount), new Posting(Any(random), PostingSide.Credit, asset, amount) };
            })];
            random.Shuffle(entries);
            book = book.Post(new Postings([.. entries]));
            foreach (var entry in entries) sums[(entry.Book, entry.Asset)] = sums.GetValueOrDefault((entry.Book, entry.Asset)).Post(entry);
            foreach (var ((of, asset), account) in sums) book.Of(of, asset).Should().Be(account);
        }

        sums.Should().HaveCount(2 * Enum.GetValues<Book>().Length);
        foreach (var books in book.Assets.Values) books.Totals.Select(total => total.Book).Should().Equal(Enum.GetValues<Book>(), "each book stands once, in order");
        book.Sum(Eth).Should().Be(BigInteger.Zero);
    }

    private static Book Any(Random random) => Enum.GetValues<Book>()[random.Next(Enum.GetValues<Book>().Length)];

    [Fact]
    public void PostFee_Twice_CountsOnce()
    {
        var state = RevenueDecider.Empty("2026-11");
        var post = new RevenueCommand.PostFee(Id("fee"), new(Deployment), new PacketRef(new(Deployment), "p"), FeeKind.Packing, new(Eth, 5));
        var posted = Accepted(RevenueDecider.Decide(state, post, Stamp.At(Start))).Single();
        GoldenFiles.ShouldHold("revenue", AccountJson.Default.RevenueEvent, [posted]);
        state = RevenueDecider.Evolve(state, posted, Start);
        Accepted(RevenueDecider.Decide(state, post with { CommandId = Id("again") }, Stamp.At(Start))).Should().BeEmpty();
        Refused(RevenueDecider.Decide(state, post with { Amount = new(Eth, 6) }, Stamp.At(Start))).Should().Be(RejectionCode.IdempotencyMismatch);
        Refused(RevenueDecider.Decide(state, post with { Amount = new(Token, 0) }, Stamp.At(Start))).Should().Be(RejectionCode.ZeroAmount);
        state.View().Totals.Should().Equal(new Amount(Eth, 5));
        var read = JsonSerializer.Deserialize(JsonSerializer.Serialize(state, AccountJson.Default.RevenueState), AccountJson.Default.RevenueState)!;
        Accepted(RevenueDecider.Decide(read, post, Stamp.At(Start))).Should().BeEmpty("a snapshot knows what was posted");
    }

    private static ImmutableArray<RevenueEvent> Accepted(Decision<RevenueEvent> decision) => ((Decision<RevenueEvent>.Accept)decision).Events;

    private static RejectionCode Refused(Decision<RevenueEvent> decision) => ((Decision<RevenueEvent>.Refuse)decision).Rejection.Code;
}
