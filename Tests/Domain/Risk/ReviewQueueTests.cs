using TPWallet.Domain.Risk.Reviews;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Risk;

namespace TPWallet.Tests.Domain.Risk;

/// <summary>Which cases of a tenant wait, page by page.</summary>
public sealed class ReviewQueueTests
{
    private readonly Run _run = new();

    [Fact]
    public void Case_ListedTwice_StandsThereOnce()
    {
        List("a/p/1").Should().ContainSingle();
        List("a/p/1").Should().BeEmpty();
        _run.Accept(new ReviewQueueCommand.Unlist(_run.NewId(), "a/p/1")).Should().ContainSingle();
        _run.Accept(new ReviewQueueCommand.Unlist(People.Id("again"), "a/p/1")).Should().BeEmpty();
        _run.State.Cases.Should().BeEmpty();
    }

    [Fact]
    public void Pages_FollowEachOtherAlsoWhenTheirFirstIsGone()
    {
        for (var i = 0; i < 7; i++) List($"a/p/{i}");
        var first = ReviewQueueDecider.Page(_run.State, null, 3);
        first.Cases.Should().Equal("a/p/0", "a/p/1", "a/p/2");
        first.Next.Should().Be("a/p/3");
        _run.Accept(new ReviewQueueCommand.Unlist(_run.NewId(), "a/p/3"));
        var second = ReviewQueueDecider.Page(_run.State, first.Next, 3);
        second.Cases.Should().Equal("a/p/4", "a/p/5", "a/p/6");
        second.Next.Should().BeNull();
        ReviewQueueDecider.Page(_run.State, "b", 3).Cases.Should().BeEmpty();
        ReviewQueueDecider.Page(_run.State, null, int.MaxValue).Cases.Should().HaveCount(6);
    }

    [Fact]
    public void Keys_OfNoCaseOrTooMany_AreRefused()
    {
        _run.Refuse(new ReviewQueueCommand.List(_run.NewId(), "")).Code.Should().Be(RejectionCode.TooLarge);
        _run.Refuse(new ReviewQueueCommand.List(_run.NewId(), new string('a', ReviewQueueState.MaxKey + 1))).Code.Should().Be(RejectionCode.TooLarge);
        var full = new ReviewQueueState([.. Enumerable.Range(0, ReviewQueueState.Max).Select(static i => new TPWallet.Domain.Machines.StateKey($"{i}"))]);
        ReviewQueueDecider.Decide(full, new ReviewQueueCommand.List(_run.NewId(), "one more"), default)
            .Should().BeOfType<TPWallet.Domain.Machines.Decision<ReviewQueueEvent>.Refuse>().Which.Rejection.Code.Should().Be(RejectionCode.Overloaded, "the case tells it again");
    }

    [Fact]
    public void Events_Stored_ReadForEver()
    {
        List("a/p/1");
        _run.Accept(new ReviewQueueCommand.Unlist(_run.NewId(), "a/p/1"));
        GoldenFiles.ShouldHold("review-queue", ReviewQueueJson.Default.ReviewQueueEvent, _run.Events);
        _run.Snapshot(_run.Replay()).Should().Be(_run.Snapshot(_run.State));
    }

    private ImmutableArray<ReviewQueueEvent> List(string key) => _run.Accept(new ReviewQueueCommand.List(_run.NewId(), key));

    private sealed class Run() : MachineRun<ReviewQueueDecider, ReviewQueueState, ReviewQueueCommand, ReviewQueueEvent>(
        ReviewQueueCommand.Key, ReviewQueueJson.Default.ReviewQueueEvent, ReviewQueueJson.Default.ReviewQueueState);
}
