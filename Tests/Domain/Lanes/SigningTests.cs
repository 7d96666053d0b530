using TPWallet.Domain.Fees;
using TPWallet.Domain.Lanes;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Lanes;

/// <summary>From terms to signed bytes that a node takes.</summary>
public sealed class SigningTests
{
    [Fact]
    public void Terms_OfALaterNonce_WaitUntilTheEarlierIsSigned()
    {
        var run = new LaneRun().Submit("a", "b").Facts().Price("b");
        run.IsRequested("b").Should().BeFalse();
        run.Price("a").IsRequested("a").Should().BeTrue();
        run.IsRequested("b").Should().BeFalse("one first signature at a time: what can be rewound is always the highest");
        run.Sign("a").IsRequested("b").Should().BeTrue();
    }

    [Fact]
    public void Signing_SignerRefuses_FreesTheNonceForTheNext() // field note 1: unsigned reservations are rewound
    {
        var run = new LaneRun().Submit("a", "b").Facts().Price("a").Price("b").RefuseToSign("a");
        run.Stage("a").Should().Be("gone");
        run.Requested("b").Request.Nonce.Should().Be(LaneRun.FirstNonce);
        run.Told("a")[^1].Should().BeOfType<LegProgress.Refused>();
    }

    [Fact]
    public void Signing_NoAnswer_KeepsNonceAndRequest() // field note 42: never re-sign blindly
    {
        var run = new LaneRun().Submit("a").Facts().Price("a");
        run.Answer(run.Requested("a").Intent, new EffectResult.NoAnswer("time-out"));
        run.IsRequested("a").Should().BeTrue("with the same id");
        run.Accept(new LaneCommand.RecordSigning(run.NewId(), LaneRun.Ref("a"), false, new SignOutcome.NoAnswer("?"))).Should().BeEmpty();
        run.Close("a");
        run.Stage("a").Should().Be("signing", "nobody knows whether it is signed, so the nonce is not free");
    }

    [Fact]
    public void Signing_KeyUnknown_IsARefusal()
    {
        var run = new LaneRun().Submit("a").Facts().Price("a");
        run.Answer(run.Requested("a").Intent, LaneRun.No(RejectionCode.KeyUnknown));
        run.Told("a")[^1].Should().BeOfType<LegProgress.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.KeyUnknown);
        run.State.NextNonce.Should().Be(LaneRun.FirstNonce);
    }

    [Fact]
    public void Signed_NotYetWatched_IsNotSent()
    {
        var run = new LaneRun().Submit("a").Facts().Price("a").Sign("a");
        run.Told("a")[^1].Should().Be(new LegProgress.Signed(run.Newest("a").TxHash));
        run.IsSending("a").Should().BeFalse("it is watched before it can be mined");
        run.Answer<Effect.TellWatched>(LaneRun.Done);
        run.IsSending("a").Should().BeFalse();
        run.Answer<Effect.Admit>(LaneRun.Done);
        run.IsSending("a").Should().BeTrue();
    }

    [Fact]
    public void Broadcast_Unknown_SendsTheSameBytesAgainLater()
    {
        var run = new LaneRun().Submit("a").Facts().Price("a").Sign("a").Watch();
        var first = run.Owes<Effect.Broadcast>();
        run.Sent("a", new BroadcastOutcome.Unknown("time-out"));
        run.IsSending("a").Should().BeFalse();
        run.Stage("a").Should().Be("signed", "signed is not accepted (field note 2)");
        run.Pass(Span.Seconds(29));
        run.IsSending("a").Should().BeFalse();
        run.Pass(Span.Seconds(1));
        var second = run.Owes<Effect.Broadcast>();
        second.Effect.Should().Be(first.Effect);
        second.Intent.Should().NotBe(first.Intent);
    }

    [Fact]
    public void Broadcast_AgainAndAgain_BacksOffToFiveMinutes()
    {
        var run = new LaneRun().Submit("a").Facts().Price("a").Sign("a").Watch();
        var pauses = new List<long>();
        for (var i = 0; i < 8; i++)
        {
            run.Sent("a", new BroadcastOutcome.Unknown("time-out"));
            var pause = run.Entry("a").Signed!.NextAt - run.Now;
            pauses.Add(pause.Ms / 1000);
            run.Pass(pause);
        }

        pauses.Should().Equal(30, 60, 120, 240, 300, 300, 300, 300);
    }

    [Fact]
    public void Broadcast_MaybeMined_LooksItUpAndNeverSignsAgain() // field notes 7 and 8
    {
        var run = new LaneRun().Submit("a").Facts().Price("a").Sign("a").Watch();
        run.Sent("a", new BroadcastOutcome.MaybeMined());
        run.Owes<Effect.TellTracker>();
        run.Facts(nonce: LaneRun.FirstNonce + 1, baseFee: 1_000_000);
        run.IsRequested("a").Should().BeFalse();
        run.Mined("a");
        run.Stage("a").Should().Be("mined");
    }

    [Fact]
    public void Broadcast_Underpriced_ReplacesAtTheSameNonceTenPercentAbove() // field note 6
    {
        var run = new LaneRun().Submit("a").Facts().Price("a").Sign("a").Watch();
        run.Sent("a", new BroadcastOutcome.Refused(new(RejectionCode.Underpriced, "a", "b")));
        var request = run.Requested("a").Request;
        request.Nonce.Should().Be(LaneRun.FirstNonce);
        request.NoOp.Should().BeFalse();
        request.Terms.MaxFeePerGas.Should().BeGreaterThanOrEqualTo(FeeReplacement.Bump(LaneRun.Terms.MaxFeePerGas));
        request.Terms.MaxPriorityFeePerGas.Should().BeGreaterThanOrEqualTo(FeeReplacement.Bump(LaneRun.Terms.MaxPriorityFeePerGas));
        request.Terms.WorstFee.Should().BeLessThanOrEqualTo(LaneRun.Budget);
    }

    [Fact]
    public void Broadcast_UnderpricedAtTheEndOfTheBudget_KeepsTheSameBytes()
    {
        var run = new LaneRun().Submit("a").Facts().Price("a", new GasTerms(21_000, LaneRun.Budget / 21_000, 10)).Sign("a").Watch();
        run.Sent("a", new BroadcastOutcome.Refused(new(RejectionCode.Underpriced, "a", "b")));
        run.IsRequested("a").Should().BeFalse();
        run.Entry("a").Signed!.NextAt.Should().Be(run.Now + Span.Seconds(30));
    }

    [Fact]
    public void Restart_SignedAndNotSent_SendsTheSameBytes() // field note 28: persist before act
    {
        var run = new LaneRun().Submit("a").Facts().Price("a").Sign("a").Watch();
        var owed = run.Owes<Effect.Broadcast>();
        LaneDecider.Owed(run.Replay())[owed.Intent].Should().Be(owed.Effect);
    }
}
