using TPWallet.Domain.Lanes;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Lanes;

/// <summary>While account or chain are stopped by an operator nothing is signed or sent for the first time; defence goes on.</summary>
public sealed class StoppingTests
{
    [Fact]
    public void Priced_WhileStopped_IsNotSignedAndCanBeClosed()
    {
        var run = new LaneRun { Stopped = true }.Submit("a").Facts().Price("a");
        var (intent, admit) = run.Owes<Effect.Admit>();
        admit.Should().Match<Effect.Admit>(e => e.Watch == null && e.Leg == LaneRun.Ref("a"));
        foreach (var no in new[] { LaneRun.No(RejectionCode.OperatorStopped), LaneRun.No(RejectionCode.ChainStopped), new EffectResult.NoAnswer("busy") })
            run.Answer(intent, no).Should().BeEmpty();
        run.IsRequested("a").Should().BeFalse();
        run.Owes<Effect.Admit>().Intent.Should().Be(intent, "it is asked again");
        run.Close("a");
        run.Told("a")[^1].Should().BeOfType<LegProgress.Refused>("its nonce was never given to the signer");
    }

    [Fact]
    public void Priced_OnceResumed_IsSigned()
    {
        var run = new LaneRun { Stopped = true }.Submit("a", "b").Facts().Price("a").Price("b");
        run.Stopped = false;
        run.Admit().IsRequested("a").Should().BeTrue();
        run.IsRequested("b").Should().BeFalse("one first signature at a time");
    }

    [Fact]
    public void Priced_StoppedPastItsDeadline_Ends()
    {
        var run = new LaneRun { Stopped = true }.Submit("a").Facts().Price("a");
        run.Pass(Span.Hours(49));
        run.Told("a")[^1].Should().BeOfType<LegProgress.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.DeadlinePassed);
    }

    [Fact]
    public void SignedNotSent_WhileStopped_WaitsAndItsNoOpDoesNot()
    {
        var run = new LaneRun().Submit("a").Facts().Price("a").Sign("a");
        run.Stopped = true;
        var (track, admit) = run.Owes<Effect.Admit>();
        admit.Watch.Should().NotBeNull("tracking it is what sends it");
        run.Answer(track, LaneRun.No(RejectionCode.OperatorStopped)).Should().BeEmpty();
        run.Watch().IsSending("a").Should().BeFalse();
        run.Close("a");
        run.Sign("a").Watch().IsSending("a").Should().BeTrue("the no-op that closes a signed nonce is defence");
        run.Newest("a").NoOp.Should().BeTrue();
    }

    [Fact]
    public void Sent_WhileStopped_IsSentAgainAndReplacedByFee()
    {
        var run = new LaneRun().Broadcast("a");
        run.Stopped = true;
        run.Pass(Span.Seconds(60));
        run.IsSending("a").Should().BeTrue("same bytes again");
        run.Facts().IsRequested("a").Should().BeFalse("the market asks for no more");
        run.Sent("a", new TPWallet.Grains.Interfaces.Lanes.BroadcastOutcome.Refused(new(RejectionCode.Underpriced, "a", "b")));
        run.IsRequested("a").Should().BeTrue("a fee bump is defence");
        run.Sign("a").Watch().IsSending("a").Should().BeTrue();
    }
}
