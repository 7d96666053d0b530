using TPWallet.Chains;
using TPWallet.Chains.Nodes;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Tracking;

/// <summary>What a private relay is judged by: each transaction that it was given ends once.</summary>
public sealed class RelayBookTests
{
    private static readonly Bytes32 _payment = PacketRun.Hash("payment");
    private static readonly Instant _deadline = People.Start + Span.Hours(1);

    private readonly RelayBook _book = new(People.Start);

    public static TheoryData<string, bool, string> Ends => new()
    {
        { "mined", true, nameof(RelayEnd.Included) },
        { "final", true, nameof(RelayEnd.Included) },
        { "mined in public", true, nameof(RelayEnd.Leaked) },
        { "mined in public", false, nameof(RelayEnd.Suspected) },
        { "in a pool", true, nameof(RelayEnd.Leaked) },
        { "unwatched", true, nameof(RelayEnd.None) },
        { "unseen", true, nameof(RelayEnd.None) },
        { "unseen and late", true, nameof(RelayEnd.Missed) },
        { "unwatched and late", true, nameof(RelayEnd.Missed) },
        { "mined and late", true, nameof(RelayEnd.Included) },
        { "conflicted", true, nameof(RelayEnd.Replaced) },
        { "conflicted and late", true, nameof(RelayEnd.Missed) },
    };

    [Theory]
    [MemberData(nameof(Ends))]
    public void Transaction_ThatWasGiven_EndsOnceByWhatItsWatcherSays(string what, bool alone, string expected)
    {
        var end = Enum.Parse<RelayEnd>(expected);
        Send(RelayAnswer.Taken, alone: alone);
        _book.Counts.Waiting.Should().Be(1);
        _book.TryNext(out var next).Should().BeTrue();
        next.Should().Be(_payment);
        var late = what.EndsWith(" and late", StringComparison.Ordinal);
        _book.Judge(next, View(what.Replace(" and late", "", StringComparison.Ordinal)), late ? _deadline : People.Start).Should().Be(end);
        _book.End(next, end, View(what.Replace(" and late", "", StringComparison.Ordinal))?.Inclusion?.Block);
        if (end is RelayEnd.None)
        {
            (_book.Turns, _book.Counts.Waiting).Should().Be((1, 1), "it has another turn");
            return;
        }

        var expectedCounts = RelayService.Begun(People.Start) with { Given = 1 };
        _book.Counts.Should().BeEquivalentTo(end switch
        {
            RelayEnd.Included => expectedCounts with { Included = 1, Waits = expectedCounts.Waits.SetItem(2, 1) },
            RelayEnd.Leaked => expectedCounts with { Leaked = 1 },
            RelayEnd.Suspected => expectedCounts with { Suspected = 1 },
            RelayEnd.Missed => expectedCounts with { Missed = 1 },
            _ => expectedCounts with { Replaced = 1 },
        });
        Send(RelayAnswer.Taken);
        (_book.Turns, _book.Counts.Given).Should().Be((0, 1), "sent again, as after a reorg, it is no news");
    }

    [Fact]
    public void Answers_AreCountedAndSayWhetherTheRelayHasIt()
    {
        Send(RelayAnswer.Unreached);
        (_book.Turns, _book.Counts.Errors).Should().Be((0, 1), "it has not seen it");
        Send(RelayAnswer.Refused);
        (_book.Turns, _book.Counts.Refused, _book.Counts.Given).Should().Be((1, 1, 0), "it has seen it and did not take it");
        Send(RelayAnswer.Silent);
        Send(RelayAnswer.Taken);
        Send(RelayAnswer.Spent);
        (_book.Turns, _book.Counts.Given, _book.Counts.Errors, _book.Counts.Waiting).Should().Be((1, 1, 2, 1));
    }

    [Fact]
    public void Transaction_ThatWasRefused_IsNoInclusionOfThisRelayButMayBeItsLeak()
    {
        Send(RelayAnswer.Refused);
        End(View("mined"));
        _book.Counts.Should().BeEquivalentTo(RelayService.Begun(People.Start) with { Refused = 1 });
        Send(RelayAnswer.Refused, PacketRun.Hash("other"));
        End(View("in a pool"));
        _book.Counts.Leaked.Should().Be(1);
    }

    /// <summary>Whoever was sent it in any attempt may have shown it.</summary>
    [Fact]
    public void Transaction_ThatAnotherWasSentLater_IsNobodysLeakForCertain()
    {
        Send(RelayAnswer.Taken);
        Send(RelayAnswer.Taken, alone: false);
        End(View("in a pool"));
        (_book.Counts.Leaked, _book.Counts.Suspected).Should().Be((0, 1));
    }

    [Fact]
    public void Book_BeyondItsBound_ForgetsTheOldest()
    {
        for (var i = 0; i <= RelayBook.MaxWaiting; i++) Send(RelayAnswer.Taken, PacketRun.Hash($"{i}"));
        (_book.Turns, _book.Counts.Waiting).Should().Be((RelayBook.MaxWaiting, RelayBook.MaxWaiting));
        _book.TryNext(out var next).Should().BeTrue();
        next.Should().Be(PacketRun.Hash("1"));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(128, 7)]
    [InlineData(129, 8)]
    [InlineData(ulong.MaxValue, 8)]
    public void Wait_CountsInAStep(ulong blocks, int step) => RelayService.StepOf(blocks).Should().Be(step);

    [Fact]
    public void Median_IsAStepThatHoldsHalf()
    {
        var none = RelayService.Begun(default);
        none.MedianWait.Should().BeNull();
        (none with { Waits = none.Waits.SetItem(0, 2).SetItem(3, 1) }).MedianWait.Should().Be(1);
        (none with { Waits = none.Waits.SetItem(0, 1).SetItem(3, 2) }).MedianWait.Should().Be(8);
        (none with { Waits = none.Waits.SetItem(RelayService.WaitSteps - 1, 1) }).MedianWait.Should().BeNull();
    }

    /// <summary>What a relay was never sent it cannot have leaked.</summary>
    [Fact]
    public void Answer_OfARelay_IsReadAsItWasMeant()
    {
        RelayNews.AnswerOf(new SendResult.Accepted(_payment)).Should().Be(RelayAnswer.Taken);
        RelayNews.AnswerOf(new SendResult.AlreadyKnown(_payment)).Should().Be(RelayAnswer.Taken);
        RelayNews.AnswerOf(new SendResult.MaybeMined("nonce too low")).Should().Be(RelayAnswer.Spent);
        RelayNews.AnswerOf(new SendResult.Unknown(new NodeError.NoAnswer("late"))).Should().Be(RelayAnswer.Silent);
        RelayNews.AnswerOf(new SendResult.Refused(new NodeError.NoAnswer("not there"))).Should().Be(RelayAnswer.Unreached);
        RelayNews.AnswerOf(new SendResult.Refused(new NodeError.Refused(-32000, "not wanted"))).Should().Be(RelayAnswer.Refused);
        RelayNews.AnswerOf(new SendResult.Underpriced("too little", false)).Should().Be(RelayAnswer.Refused);
    }

    private void Send(RelayAnswer answer, Bytes32? transaction = null, bool alone = true) =>
        _book.Record(new(transaction ?? _payment, _deadline, answer, alone), 10);

    private void End(WatchedView? view)
    {
        _book.TryNext(out var next).Should().BeTrue();
        _book.End(next, _book.Judge(next, view, People.Start), view?.Inclusion?.Block);
    }

    /// <summary>In a block it is in one that is three above the head when it was sent.</summary>
    private static WatchedView? View(string what)
    {
        var mined = new Inclusion(People.Chain, _payment, new(13, PacketRun.Hash("block")), true, UInt256.Zero);
        var unseen = new WatchedView(People.Chain, _payment, "unseen", null, null, 0);
        return what switch
        {
            "unwatched" => null,
            "unseen" => unseen,
            "mined" => unseen with { Stage = "mined", Inclusion = mined },
            "final" => unseen with { Stage = "final", Inclusion = mined },
            "mined in public" => unseen with { Stage = "mined", Inclusion = mined, WasPublic = true },
            "in a pool" => unseen with { Stage = "mempool", WasPublic = true },
            "conflicted" => unseen with { Stage = "conflicted", ConflictedBy = PacketRun.Hash("another") },
            _ => throw new UnreachableException(what),
        };
    }
}
