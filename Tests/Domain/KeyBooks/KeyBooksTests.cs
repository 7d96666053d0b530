using TPWallet.Domain.KeyBooks;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Channels;
using TPWallet.Tests.Storage;

namespace TPWallet.Tests.Domain.KeyBooks;

/// <summary>The books of a channel key: what is held against what, what may be late, and what is no difference at all.</summary>
public sealed class KeyBooksTests
{
    private static readonly KeyBooksRef _ref = KeyBooksRef.Of(ChannelParty.OpeningOf(ChannelSide.A));
    private static readonly Address _party = ChannelParty.Facts.A;
    private static readonly Bytes32 _channel = Word(1);

    private readonly BooksRun _run = new();

    [Fact]
    public void DepositByAPacket_AndPayoutToTheAccount_Agree()
    {
        _run.Note(_channel, 0, 0);
        _run.Read(10, 0, 0, [Entry(PartyEntryKind.Opened, 5, 1_000)], [new(Word(105), 1_000, 0)]);
        _run.Note(_channel, 1_000, 0);
        _run.Read(20, 700, 0, [Entry(PartyEntryKind.Credited, 15, 700)]);
        _run.Note(_channel, 1_000, 700, 15);
        _run.Read(30, 0, 1, [Pulled(25, 700, isHome: true)], [new(Word(125), 0, 700)]);
        _run.Says().Should().BeEmpty();
        var view = KeyBooksAudit.View(_run.State)!;
        (view.Deposited, view.ByPackets, view.ByOthers).Should().Be(((UInt256)1_000, (UInt256)1_000, UInt256.Zero));
        (view.Credited, view.Pulled, view.PaidHome, view.Waiting).Should().Be(((UInt256)700, (UInt256)700, (UInt256)700, 0));
        _run.Owed.Should().BeEmpty();
        KeyBooksDecider.NextWake(_run.State).Should().Be(_run.Now + Span.Hours(6));
    }

    /// <summary>Somebody else deposited for the key: the account's ledger never says anything of it.</summary>
    [Fact]
    public void DepositByAnother_IsNoDifference_AndIsCountedAsSuchAfterADay()
    {
        _run.Note(_channel, 0, 0);
        _run.Read(10, 0, 0, [Entry(PartyEntryKind.Opened, 5, 1_000)]);
        (_run.State.Waiting.Count, _run.State.Sums.ByOthers).Should().Be((1, UInt256.Zero));
        _run.Wait(Span.Hours(25));
        _run.Read(11, 0, 0, []);
        (_run.State.Waiting.Count, _run.State.Sums.ByOthers).Should().Be((0, (UInt256)1_000));
        _run.Says().Should().BeEmpty();
    }

    /// <summary>The channel was opened before these books read anything: what was deposited and given then is in no sum.</summary>
    [Fact]
    public void ChannelFromBefore_IsNoDifference()
    {
        _run.Note(_channel, 1_000, 400, 5);
        _run.Read(10, 900, 3, [Entry(PartyEntryKind.Deposited, 9, 1_500), Entry(PartyEntryKind.Credited, 9, 300)]);
        _run.State.Start.Should().Be(new KeyStart(600, 3), "that was owed before");
        _run.State.Sums.Deposited.Should().Be(UInt256.Zero, "nobody knows how much of that total is new");
        _run.Wait(Span.Hours(3));
        _run.Read(11, 900, 3, []);
        _run.Says().Should().BeEmpty();
    }

    [Fact]
    public void PayoutElsewhere_IsNoDifference()
    {
        _run.Settled();
        _run.Read(30, 0, 1, [Pulled(25, 700, isHome: false)]);
        _run.Wait(Span.Hours(30));
        _run.Read(31, 0, 1, []);
        _run.Says().Should().BeEmpty();
        (_run.State.Sums.PaidElsewhere, _run.State.Waiting.Count).Should().Be(((UInt256)700, 0));
    }

    [Fact]
    public void PayoutToTheAccount_ThatItsLedgerNeverPosts_IsADifferenceAfterAWhile_UntilItDoes()
    {
        _run.Settled();
        _run.Read(30, 0, 1, [Pulled(25, 700, isHome: true)]);
        _run.Says().Should().BeEmpty("its watch may be behind");
        _run.Wait(Span.Hours(2));
        _run.Read(31, 0, 1, []);
        _run.Says().Should().Equal(new BooksDifference("account.received", "700", "0"));
        _run.Read(32, 0, 1, [], [new(Word(125), 0, 690)]);
        _run.Says().Should().BeEmpty("a token may keep a part");
    }

    [Fact]
    public void DepositByAPacket_ThatPostedLess_IsADifference()
    {
        _run.Note(_channel, 0, 0);
        _run.Read(10, 0, 0, [Entry(PartyEntryKind.Opened, 5, 1_000)], [new(Word(105), 999, 0)]);
        _run.Says().Should().Equal(new BooksDifference("account.spent", "1", "0"));
    }

    /// <summary>One packet for the key's channel and for its peer's deposit.</summary>
    [Fact]
    public void DepositByAPacket_ThatPaidMoreBeside_IsNoDifference()
    {
        _run.Note(_channel, 0, 0);
        _run.Read(10, 0, 0, [Entry(PartyEntryKind.Opened, 5, 1_000), Entry(PartyEntryKind.Deposited, 5, 1_200)], [new(Word(105), 5_000, 0)]);
        _run.State.Sums.ByPackets.Should().Be((UInt256)1_200);
        _run.Says().Should().BeEmpty();
    }

    [Theory]
    [InlineData(699, "700", "699")]
    [InlineData(701, "700", "701")]
    public void Side_ThatWasGivenAnotherAmount_IsADifference(ulong says, string expected, string actual)
    {
        _run.Note(_channel, 0, 0);
        _run.Read(10, 700, 0, [Entry(PartyEntryKind.Opened, 5, 1_000), Entry(PartyEntryKind.Credited, 9, 700)]);
        _run.Note(_channel, 1_000, says, 9);
        _run.Read(11, 700, 0, []);
        _run.Wait(Span.Hours(2));
        _run.Read(12, 700, 0, []);
        _run.Says().Should().Contain(new BooksDifference("sides.credited", expected, actual));
        KeyBooksAudit.View(_run.State)!.Channels[0].Channel.Should().Be(_channel);
    }

    /// <summary>The side has read blocks that these books have not.</summary>
    [Fact]
    public void Side_ThatIsAhead_IsNoDifference_AndOneThatIsBehind_IsAsked()
    {
        _run.Note(_channel, 0, 0);
        _run.Read(10, 0, 0, [Entry(PartyEntryKind.Opened, 5, 1_000)]);
        _run.Note(_channel, 1_000, 700, 15);
        _run.Says().Should().BeEmpty();
        _run.Read(20, 700, 0, [Entry(PartyEntryKind.Credited, 15, 700)]);
        _run.Says().Should().BeEmpty();

        _run.Look();
        _run.Read(30, 1_000, 0, [Entry(PartyEntryKind.Credited, 25, 300)]);
        _run.Look();
        _run.Owes<Effect.ReadKeyBooks>().Effect.Behind.Should().Equal(new ChannelRef(_channel, ChannelSide.A));
        _run.Read(31, 1_000, 0, [], sides: [new(new(_channel, ChannelSide.A), new(1_000, 1_000, 25, true))]);
        _run.Wait(Span.Hours(3));
        _run.Read(32, 1_000, 0, []);
        _run.Says().Should().BeEmpty();
    }

    [Fact]
    public void Side_ThatCountsADepositThatIsNotThere_OrSettlesWithoutOne_IsADifference()
    {
        _run.Note(_channel, 0, 0);
        _run.Read(10, 0, 0, [Entry(PartyEntryKind.Opened, 5, 1_000)], [new(Word(105), 1_000, 0)]);
        _run.Note(_channel, 1_001, 0, 5);
        _run.Read(11, 0, 0, []);
        _run.Says().Should().Equal(new BooksDifference("sides.deposited", "1000", "1001"));
        _run.Note(_channel, 900, 0, 5);
        _run.Read(12, 0, 0, []);
        _run.Wait(Span.Hours(3));
        _run.Read(13, 0, 0, []);
        _run.Says().Should().BeEmpty("it may count the rest yet");
        _run.Accept(new KeyBooksCommand.NoteSide(_run.NewId(), new(_channel, ChannelSide.A), _party, new(900, 0, 5, true)));
        _run.Read(14, 0, 0, []);
        _run.Says().Should().Equal(new BooksDifference("sides.deposited", "1000", "900"));
    }

    /// <summary>What the contract holds must follow from its own events: nodes that hide one are found out.</summary>
    [Fact]
    public void Contract_ThatOwesAnotherAmountThanItsEventsSay_IsADifference()
    {
        _run.Settled();
        _run.Read(21, 650, 1, []);
        _run.Says().Should().Equal(new BooksDifference("contract.credit", "700", "650"), new BooksDifference("contract.pulls", "0", "1"));
    }

    /// <summary>A channel of the key that no side here knows: its money is shown, and nothing is wrong with the books.</summary>
    [Fact]
    public void Channel_WithoutASideHere_IsShown()
    {
        _run.Note(_channel, 0, 0);
        _run.Read(10, 700, 0, [Entry(PartyEntryKind.Opened, 5, 0, 2), Entry(PartyEntryKind.Credited, 9, 700, 2)]);
        _run.Wait(Span.Hours(30));
        _run.Read(11, 700, 0, []);
        _run.Says().Should().BeEmpty();
        KeyBooksAudit.View(_run.State)!.Unattended.Should().Be((UInt256)700);
    }

    /// <summary>What is held against the contract's holdings is all entries up to the same block, never a part.</summary>
    [Fact]
    public void LookThatDidNotReachItsBlock_IsNotHeldAgainstAnything_AndGoesOnAtOnce()
    {
        _run.Note(_channel, 0, 0);
        _run.Read(100, 700, 0, [Entry(PartyEntryKind.Opened, 5, 1_000)], to: 50);
        _run.Says().Should().BeEmpty();
        KeyBooksDecider.NextWake(_run.State).Should().Be(_run.Now + Span.Seconds(5));
        _run.Wait(Span.Seconds(5));
        _run.Owes<Effect.ReadKeyBooks>().Effect.Next.Should().Be(51);
        _run.Read(100, 700, 0, [Entry(PartyEntryKind.Credited, 90, 700)]);
        _run.State.Start.Should().Be(new KeyStart(0, 0));
    }

    [Fact]
    public void ReadingOfBlocksThatAreKnown_OrThatNobodyAskedFor_ChangesNothing()
    {
        _run.Note(_channel, 0, 0);
        var reading = _run.Read(10, 0, 0, [Entry(PartyEntryKind.Opened, 5, 1_000)]);
        _run.Accept(new KeyBooksCommand.RecordReading(_run.NewId(), reading)).Should().BeEmpty();
        _run.Look();
        _run.Accept(new KeyBooksCommand.RecordReading(_run.NewId(), reading)).Should().BeEmpty();
    }

    [Fact]
    public void Note_ThatIsKnown_ChangesNothing_AndOneOfAnotherKeyIsRefused()
    {
        _run.Note(_channel, 1_000, 0, 5);
        _run.Accept(new KeyBooksCommand.NoteSide(_run.NewId(), new(_channel, ChannelSide.A), _party, new(1_000, 0, 9, false))).Should().BeEmpty("its block alone is no news");
        _run.Refuse(new KeyBooksCommand.NoteSide(_run.NewId(), new(_channel, ChannelSide.A), ChannelParty.Facts.B, new(2_000, 0, 9, false))).Code.Should().Be(RejectionCode.LegMismatch);
    }

    [Fact]
    public void Events_OfEachType_AreStoredLikeThat()
    {
        _run.Settled();
        _run.Look();
        _run.Read(30, 0, 1, [Pulled(25, 700, isHome: true)], [new(Word(125), 0, 700)], sides: [new(new(_channel, ChannelSide.A), new(1_000, 700, 25, true))]);
        GoldenFiles.ShouldHold("key-books", KeyBooksJson.Default.KeyBooksEvent, [.. _run.Events.GroupBy(static e => e.GetType()).Select(static group => group.Last())]);
        KeyBooksDecider.Kind.Should().Be("key-books");
        foreach (var name in new[] { "side-noted", "look-wanted", "read" }) EventGenerations.Of("key-books", $"key-books.{name}").Should().Be(27);
    }

    private static Bytes32 Word(ulong number) => new((UInt256)number);

    private static PartyEntry Entry(PartyEntryKind kind, ulong block, ulong amount, ulong channel = 1) => new(kind, Word(channel), Word(100 + block), block, amount, false);

    private static PartyEntry Pulled(ulong block, ulong amount, bool isHome) => new(PartyEntryKind.Pulled, null, Word(100 + block), block, amount, isHome);

    private sealed class BooksRun() : MachineRun<KeyBooksDecider, KeyBooksState, KeyBooksCommand, KeyBooksEvent>(_ref.ToString(), KeyBooksJson.Default.KeyBooksEvent, KeyBooksJson.Default.KeyBooksState)
    {
        internal ImmutableArray<BooksDifference> Says() => KeyBooksAudit.Differences(State);

        internal void Note(Bytes32 channel, ulong deposited, ulong credited, ulong block = 0) => Accept(
            new KeyBooksCommand.NoteSide(NewId(), new(channel, ChannelSide.A), _party, new(deposited, credited, block, credited > 0))).Should().ContainSingle();

        internal void Look() => Accept(new KeyBooksCommand.Look(NewId()));

        internal void Wait(Span span)
        {
            Now += span;
            Accept(new KeyBooksCommand.Tick(NewId()));
        }

        /// <summary>A channel with 1,000 deposited by a packet was settled with 700, and its side knows.</summary>
        internal void Settled()
        {
            Note(_channel, 0, 0);
            Read(10, 0, 0, [Entry(PartyEntryKind.Opened, 5, 1_000)], [new(Word(105), 1_000, 0)]);
            Note(_channel, 1_000, 700, 15);
            Read(20, 700, 0, [Entry(PartyEntryKind.Credited, 15, 700)]);
        }

        /// <summary>What is owed is read.</summary>
        internal KeyBooksReading Read(
            ulong block, ulong credit, ulong pulls, ImmutableArray<PartyEntry> entries, ImmutableArray<AssetMoves>? moves = null, ImmutableArray<ToldSide>? sides = null, ulong? to = null)
        {
            Look();
            var (intent, effect) = Owes<Effect.ReadKeyBooks>();
            var reading = new KeyBooksReading(new(block, Word(block)), effect.Next == 0 ? 1 : effect.Next, to ?? block, credit, pulls, entries, moves ?? [], sides ?? []);
            Accept(KeyBooksDecider.Resume(State, intent, new EffectResult.KeyBooksRead(reading))!).Should().ContainSingle();
            return reading;
        }
    }
}
