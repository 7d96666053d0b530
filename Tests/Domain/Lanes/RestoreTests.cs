using TPWallet.Domain.Lanes;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Lanes;

/// <summary>A lane whose journal lost its tail: the signer tells what was signed, and nothing is claimed, signed or let go before.</summary>
public sealed class RestoreTests
{
    private const long Epoch = 1_800_000_000_000;

    [Fact]
    public void Recover_WhileTheSignerIsAsked_NothingElseGoesOn()
    {
        var run = new LaneRun().Submit("a").Facts().Price("a");
        Recover(run);
        run.Owed.Values.Should().ContainSingle().Which.Should().BeOfType<Effect.ReadSigned>()
            .Which.Query.Should().Be(new SignedQuery(Chain, LaneRun.From, LaneRun.FirstNonce, 0));
        LaneCommand[] commands =
        [
            new LaneCommand.Submit(Id("s"), LaneRun.Intent("b")),
            new LaneCommand.Close(Id("c"), LaneRun.Ref("a"), "late"),
            new LaneCommand.RecordTerms(Id("t"), LaneRun.Ref("a"), 0, LaneRun.Market(1)),
            new LaneCommand.RecordSigning(Id("r"), LaneRun.Ref("a"), false, new SignOutcome.Refused(new(RejectionCode.NonceConflict, "a", "b"))),
            new LaneCommand.LookUp(Id("l"), LaneRun.Ref("z")),
        ];
        foreach (var command in commands) run.Refuse(command).Code.Should().Be(RejectionCode.Retry, "{0} may end what was signed", command);
        run.Pass(Span.Hours(72)).Should().BeEmpty("a deadline lets nothing go of which it is not known whether it was signed");
    }

    [Fact]
    public void Recover_LegSignedInTheLostTail_IsFollowedAtItsNonce()
    {
        var run = new LaneRun().Submit("a", "b").Facts();
        Recover(run);
        Page(run, null, Signed("b", LaneRun.FirstNonce, 1));
        run.Stage("b").Should().Be("signed");
        run.Entry("b").Stage.Nonce.Should().Be(LaneRun.FirstNonce, "the signer signed it there, whatever was claimed in the copy");
        run.Told("b").Should().ContainSingle(report => report is LegProgress.Signed);
        run.Watch().IsSending("b").Should().BeTrue("the same bytes are sent again");
        run.Facts(LaneRun.FirstNonce + 1).Stage("a").Should().Be("claimed");
        run.Entry("a").Stage.Nonce.Should().Be(LaneRun.FirstNonce + 1);
        run.State.Stop.Should().BeNull("the nonce was used by what this house signed");
    }

    [Fact]
    public void Recover_LegThatTheLaneForgot_ComesBackAndTellsItsPacket()
    {
        var run = new LaneRun();
        Recover(run);
        Page(run, null, Signed("a", 3, 1));
        run.Stage("a").Should().Be("signed");
        run.Entry("a").Intent.Should().Be(LaneRun.Intent("a") with { SettleBefore = Packet("a").SettleBefore, PacketHash = LaneRun.Hash("packet a") });
        run.Told("a").Select(report => report.GetType().Name).Should().Equal("Found", "Signed");
        run.Refuse(new LaneCommand.Submit(Id("again"), run.Entry("a").Intent)).Code
            .Should().Be(RejectionCode.AlreadyExists, "the packet that is asked for again follows what was signed");
        run.Watch().Sent("a");
        run.Final("a");
        run.Told("a")[^1].Should().BeOfType<LegProgress.Final>();
    }

    [Fact]
    public void Recover_PagesNewestFirst_MakeOneEntryWithAllItsVersions()
    {
        var run = new LaneRun().Submit("b").Facts();
        Recover(run);
        Page(run, 7, Signed("a", LaneRun.FirstNonce + 1, 9, fee: 300, noOp: true), Signed("c", LaneRun.FirstNonce, 8));
        run.Owes<Effect.ReadSigned>().Effect.Query.Before.Should().Be(7);
        run.Stage("b").Should().Be("queued", "no page said yet that it was not signed");
        Page(run, null, Signed("a", LaneRun.FirstNonce + 1, 5, fee: 200), Signed("a", LaneRun.FirstNonce + 1, 4, fee: 100));
        run.Entry("a").Signed!.Versions.Select(version => (ulong)version.Terms.MaxFeePerGas).Should().Equal(100, 200, 300);
        run.Stage("a").Should().Be("closing", "the no-op was signed: nothing but it is sent");
        run.Watch().IsSending("a").Should().BeTrue();
        run.Facts(LaneRun.FirstNonce);
        run.Entry("b").Stage.Nonce.Should().Be(LaneRun.FirstNonce + 2);
    }

    [Fact]
    public void Recover_RequestUnderWayWhoseNonceWentToAnotherLeg_EndsWithoutItsNonceBeingGivenOutAgain()
    {
        var run = new LaneRun().Submit("a", "b").Facts().Price("a");
        run.Answer(run.Requested("a").Intent, LaneRun.Done);
        Recover(run);
        Page(run, null, Signed("z", LaneRun.FirstNonce, 1));
        run.Watch().Facts(LaneRun.FirstNonce + 1).Price("b");
        run.Accept(new LaneCommand.RecordSigning(Id("no"), LaneRun.Ref("a"), false, new SignOutcome.Refused(new(RejectionCode.NonceConflict, "z", "a"))));
        run.Stage("a").Should().Be("gone");
        run.Entry("b").Stage.Nonce.Should().Be(LaneRun.FirstNonce + 1, "the nonce below is signed for another leg");
        run.Submit("c").Entry("c").Stage.Nonce.Should().Be(LaneRun.FirstNonce + 2);
    }

    [Fact]
    public void Recover_ChainPastAllThatWasSigned_IsForeignUse()
    {
        var run = new LaneRun().Submit("a").Facts();
        Recover(run);
        Page(run, null, Signed("z", LaneRun.FirstNonce, 1));
        run.Facts(LaneRun.FirstNonce + 2);
        run.State.Stop!.Reason.Code.Should().Be(RejectionCode.ForeignNonceUse);
    }

    [Fact]
    public void Recover_SignatureWithoutItsPacket_StopsTheLane()
    {
        var run = new LaneRun().Submit("a").Facts();
        Recover(run);
        Page(run, null, Signed("z", LaneRun.FirstNonce, 1) with { Packet = null, Bounds = null });
        run.State.Stop!.Reason.Code.Should().Be(RejectionCode.IntentConflict);
        run.Stage("a").Should().Be("queued");
    }

    [Fact]
    public void Recover_TheSameRestoreAgain_IsKnown()
    {
        var run = new LaneRun().Submit("a").Facts();
        Recover(run);
        Page(run, null);
        LaneDecider.Recover(run.State, Id("again"), Epoch).Should().BeNull();
        run.Accept(new LaneCommand.Recover(Id("again"), Epoch)).Should().BeEmpty();
        LaneDecider.Recover(run.State, Id("next"), Epoch + 1).Should().NotBeNull();
    }

    [Fact]
    public void Recover_NewRequests_HaveIdsThatTheLostTailCannotHaveUsed()
    {
        var lost = new LaneRun().Submit("a").Facts().Price("a").Requested("a").Request.CommandId;
        var run = new LaneRun();
        Recover(run);
        Page(run, null);
        run.Submit("a").Facts().Price("a").Requested("a").Request.CommandId.Should().NotBe(lost);
        run.Entry("a").Sequence.Should().BeGreaterThan(Epoch, "no lane gives out a thousand numbers a second");
    }

    internal static void Recover(LaneRun run) => run.Accept(LaneDecider.Recover(run.State, Id("recover"), Epoch)!);

    internal static void Page(LaneRun run, long? next, params ReadOnlySpan<SignedIntent> signed) =>
        run.Answer<Effect.ReadSigned>(new EffectResult.SignedSaid(new([.. signed], next)));

    internal static SignedIntent Signed(string leg, ulong nonce, long number, ulong fee = 100, bool noOp = false) => new(
        number, Start, Id($"request {leg} {number}"), "hot", LaneRun.Ref(leg), LaneRun.Hash("packet " + leg), Chain, LaneRun.From, nonce, noOp,
        new(21_000, fee, fee / 10), LaneRun.Hash($"raw {leg} {number}").ToArray(), LaneRun.Hash($"tx {leg} {number}"), Packet(leg), new([], [], [], []));

    private static PacketContent Packet(string leg) =>
        People.Packet(LaneRun.Ref(leg).Packet.Owner, LaneRun.Ref(leg).Packet.Id, LaneRun.Intent(leg).Content);
}
