using TPWallet.Domain.Machines;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Packets;

/// <summary>From the reservation to the end, leg by leg.</summary>
public sealed class LegTests
{
    [Fact]
    public void Leg_OnChain_GoesThroughEveryStage()
    {
        var run = new PacketRun().Reserved();
        run.Name.Should().Be("reserved");
        var submit = run.Owes<Effect.TellLane>();
        (submit.Effect.Chain, submit.Effect.Address).Should().Be((Chain, AddressOf("hot")));
        var intent = submit.Effect.Command.Should().BeOfType<LaneCommand.Submit>().Which.Intent;
        (intent.Key, intent.PacketHash, intent.SettleBefore).Should().Be(((Name)"hot", Canonical.Hash(run.Content), run.Content.SettleBefore));
        run.LaneDoes().Leg("a", new LegProgress.Claimed(7));
        run.Name.Should().Be("reserved");
        run.Leg("a", new LegProgress.Signed(PacketRun.In("a").TxHash));
        run.Name.Should().Be("signed");
        run.Leg("a", new LegProgress.AcceptedByNode(PacketRun.In("a").TxHash));
        run.Name.Should().Be("broadcasting", "accepted by a node is not mined (field note 2)");
        run.Leg("a", new LegProgress.Mined(PacketRun.In("a")));
        run.Leg("a", new LegProgress.Final(PacketRun.In("a")));
        var post = run.Account<AccountCommand.PostLeg>().Command;
        (post.Spent.Single(), post.FeePaid).Should().Be((new Amount(Eth, 5), (UInt256)21_000));
        run.AccountDoes<AccountCommand.PostLeg>().Name.Should().Be("settled");
        run.Owed.Should().BeEmpty();
    }

    [Fact]
    public void Leg_OfTheLedger_IsSentAndDelivered()
    {
        var run = new PacketRun(PacketRun.Pay("l")).Reserved();
        var send = run.Account<AccountCommand.SendTransfer>().Command;
        (send.To, send.Amount).Should().Be((PacketRun.Payee, new Amount(Eth, 3)));
        run.AccountDoes<AccountCommand.SendTransfer>().Name.Should().Be("signed", "it is on its way");
        run.Leg("l", new LegProgress.Delivered());
        run.Name.Should().Be("settled");
    }

    [Fact]
    public void Leg_OfTheLedgerReturned_ReleasesNothingItself()
    {
        var run = new PacketRun(PacketRun.Pay("l")).Reserved().AccountDoes<AccountCommand.SendTransfer>();
        run.Leg("l", new LegProgress.Returned(new(RejectionCode.TransferTombstoned, "a", "b")));
        (run.Name, run.Owed.Count).Should().Be(("invalidated", 0));
    }

    [Fact]
    public void Legs_AfterOthers_WaitUntilThoseAreSettled()
    {
        var run = new PacketRun(Transfer("a", 5), PacketRun.Pay("l", "a"), PacketRun.After(Transfer("b", 1), "a", "l")).Reserved();
        (run.Stage("l"), run.Stage("b")).Should().Be(("waiting", "waiting"));
        run.Mine("a").Leg("a", new LegProgress.Final(PacketRun.In("a")));
        run.Stage("l").Should().Be("waiting", "final is not posted");
        run.AccountDoes<AccountCommand.PostLeg>().Stage("l").Should().Be("sent");
        run.Name.Should().Be("partially-settled");
        run.AccountDoes<AccountCommand.SendTransfer>().Leg("l", new LegProgress.Delivered());
        run.Settle("b").Name.Should().Be("settled");
    }

    [Fact]
    public void Leg_Reverted_ReleasesAmountPostsFeeAndEndsWhatWaitsForIt()
    {
        var run = new PacketRun(Transfer("a", 5), PacketRun.Pay("l", "a"), Transfer("b", 1)).Reserved();
        run.Settle("b").Mine("a").Leg("a", new LegProgress.Reverted(PacketRun.In("a", succeeded: false)));
        run.Owed.Values.OfType<Effect.TellAccount>().Select(e => e.Command).OfType<AccountCommand.ReleaseLeg>()
            .Select(r => $"{r.Leg.Leg} {r.FeePaid}").Should().BeEquivalentTo("a 21000", "l 0");
        run.AccountDoes<AccountCommand.ReleaseLeg>().Name.Should().Be("partially-settled");
        run.State.Phase.Should().BeOfType<PacketPhase.Ended>();
    }

    [Theory]
    [InlineData(RejectionCode.LaneStopped)]
    [InlineData(RejectionCode.WrongChain)]
    public void Submit_RefusedByTheLane_Releases(RejectionCode code)
    {
        var run = new PacketRun().Reserved();
        run.Answer<Effect.TellLane>(PacketRun.No(code));
        run.AccountDoes<AccountCommand.ReleaseLeg>();
        (run.Name, run.State.Rejection!.Code).Should().Be(("invalidated", code));
    }

    [Fact]
    public void Submit_LaneFull_WaitsForRoom() // field note 9
    {
        var run = new PacketRun().Reserved();
        var owed = run.Owes<Effect.TellLane>();
        run.Answer(owed.Intent, PacketRun.No(RejectionCode.LaneFull)).Should().BeEmpty();
        run.Owes<Effect.TellLane>().Intent.Should().Be(owed.Intent);
    }

    [Fact]
    public void Submit_AlreadyThere_IsNotReleased() // releasing what a lane still holds would pay twice (field notes 5, 17)
    {
        var run = new PacketRun().Reserved();
        run.Answer<Effect.TellLane>(PacketRun.No(RejectionCode.AlreadyExists));
        (run.Stage("a"), run.Owed.Count).Should().Be(("submitted", 0));
    }

    [Fact]
    public void Unmined_BeforeFinal_GoesBackWithoutTouchingTheLedger()
    {
        var run = new PacketRun().Reserved().Mine("a");
        run.Leg("a", new LegProgress.Unmined(PacketRun.In("a").TxHash, PacketRun.In("a").Block.Hash));
        (run.Stage("a"), run.Owed.Count).Should().Be(("signed", 0));
        run.Leg("a", new LegProgress.Mined(PacketRun.In("a", "b2")));
        run.Leg("a", new LegProgress.Final(PacketRun.In("a", "b2")));
        run.AccountDoes<AccountCommand.PostLeg>().Name.Should().Be("settled");
    }

    [Fact]
    public void Unmined_AfterSettled_UnpostsAndSettlesAgain() // field note 11: a rollback restores everything
    {
        var run = new PacketRun().Reserved().Settle("a");
        run.Leg("a", new LegProgress.Unmined(PacketRun.In("a").TxHash, PacketRun.In("a").Block.Hash));
        run.Name.Should().Be("signed");
        run.Account<AccountCommand.UnpostLeg>().Command.LostBlock.Should().Be(PacketRun.In("a").Block.Hash);
        run.Leg("a", new LegProgress.Final(PacketRun.In("a", "b2")));
        run.Account<AccountCommand.UnpostLeg>();
        run.Owed.Should().ContainSingle("the new posting waits for the un-posting");
        run.AccountDoes<AccountCommand.UnpostLeg>().AccountDoes<AccountCommand.PostLeg>().Name.Should().Be("settled");
    }

    [Fact]
    public void Progress_LateOrRepeated_ChangesNothing()
    {
        var run = new PacketRun().Reserved().Settle("a");
        foreach (var late in new LegProgress[]
                 {
                     new LegProgress.Claimed(7), new LegProgress.Signed(PacketRun.In("a").TxHash),
                     new LegProgress.AcceptedByNode(PacketRun.In("a").TxHash), new LegProgress.Mined(PacketRun.In("a")),
                     new LegProgress.Final(PacketRun.In("a")), new LegProgress.Refused(new(RejectionCode.LaneFull, "", "")),
                     new LegProgress.Impossible(PacketRun.In("a"), 1), new LegProgress.Delivered(),
                 })
            run.Leg("a", late).Should().BeEmpty("{0} says nothing new of a settled leg", late);
        run.Refuse(new PacketCommand.RecordLeg(Id("x"), "zz", new LegProgress.Claimed(1))).Code.Should().Be(RejectionCode.LegMismatch);
        new PacketRun().Open().Refuse(new PacketCommand.RecordLeg(Id("x"), "a", new LegProgress.Claimed(1))).Code
            .Should().Be(RejectionCode.LegMismatch);
    }

    [Fact]
    public void Cancel_BeforeReservation_EndsAtOnce()
    {
        var run = new PacketRun().Open();
        run.Accept(new PacketCommand.Cancel(Id("c"), "changed our mind"));
        (run.Name, run.Owed.Count).Should().Be(("cancelled", 0));
        run.Accept(new PacketCommand.Cancel(Id("c2"), "again")).Should().BeEmpty();
        new PacketRun().Refuse(new PacketCommand.Cancel(Id("c"), "nothing here")).Code.Should().Be(RejectionCode.NotFound);
    }

    [Fact]
    public void Cancel_WhileTheReservationIsUnknown_ReleasesWhatComes() // field note 18
    {
        var run = new PacketRun(Transfer("a", 5), PacketRun.Pay("l")).Approved();
        run.Accept(new PacketCommand.Cancel(Id("c"), "changed our mind"));
        run.Name.Should().Be("cancelling");
        run.Answer(run.Account<AccountCommand.Reserve>().Intent, PacketRun.Done);
        run.AccountDoes<AccountCommand.ReleaseLeg>().Name.Should().Be("cancelled");
    }

    [Fact]
    public void Cancel_Unsigned_ClosesAtTheLaneAndEndsCancelled()
    {
        var run = new PacketRun(Transfer("a", 5), PacketRun.Pay("l", "a")).Reserved();
        run.Accept(new PacketCommand.Cancel(Id("c"), "changed our mind"));
        run.Owes<Effect.TellLane>().Effect.Command.Should().BeOfType<LaneCommand.Submit>("the close comes after it");
        run.LaneDoes().Owes<Effect.TellLane>().Effect.Command.Should().BeOfType<LaneCommand.Close>();
        run.LaneDoes().Leg("a", new LegProgress.Refused(new(RejectionCode.WrongState, "a", "b")));
        run.AccountDoes<AccountCommand.ReleaseLeg>().Name.Should().Be("cancelled");
    }

    [Fact]
    public void Cancel_Signed_LeavesTheEndToTheChain() // field note 18: unknown is not cancelled
    {
        var lost = new PacketRun().Reserved();
        lost.LaneDoes().Leg("a", new LegProgress.Signed(PacketRun.In("a").TxHash));
        lost.Accept(new PacketCommand.Cancel(Id("c"), "changed our mind"));
        lost.LaneDoes().Name.Should().Be("cancelling");
        lost.Leg("a", new LegProgress.Impossible(PacketRun.In("a") with { TxHash = PacketRun.Hash("no-op") }, 700));
        lost.Account<AccountCommand.ReleaseLeg>().Command.FeePaid.Should().Be((UInt256)700);
        lost.AccountDoes<AccountCommand.ReleaseLeg>().Name.Should().Be("cancelled");
        var won = new PacketRun().Reserved().Mine("a");
        won.Accept(new PacketCommand.Cancel(Id("c"), "changed our mind"));
        won.Leg("a", new LegProgress.Final(PacketRun.In("a")));
        won.AccountDoes<AccountCommand.PostLeg>().Name.Should().Be("settled");
        won.Refuse(new PacketCommand.Cancel(Id("c2"), "too late")).Code.Should().Be(RejectionCode.WrongState);
    }

    /// <summary>Design: a reorg never releases; what had been released because of a transaction that is gone is reserved again.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Released_ItsReasonIsReorganisedAway_IsReservedAgainAndSettlesOnce(bool acknowledged)
    {
        var run = new PacketRun().Reserved().LaneDoes();
        run.Leg("a", new LegProgress.Signed(PacketRun.In("a").TxHash));
        run.Accept(new PacketCommand.Cancel(Id("c"), "changed our mind"));
        var noOp = PacketRun.In("a") with { TxHash = PacketRun.Hash("no-op") };
        run.LaneDoes().Leg("a", new LegProgress.Impossible(noOp, 700));
        if (acknowledged) run.AccountDoes<AccountCommand.ReleaseLeg>().Name.Should().Be("cancelled");
        run.Leg("a", new LegProgress.Unmined(noOp.TxHash, PacketRun.Hash("another block"))).Should().BeEmpty("nothing rests on that block");
        run.Leg("a", new LegProgress.Unmined(noOp.TxHash, noOp.Block.Hash));
        if (!acknowledged) run.AccountDoes<AccountCommand.ReleaseLeg>();
        var (_, unrelease) = run.Account<AccountCommand.UnreleaseLeg>();
        unrelease.LostBlock.Should().Be(noOp.Block.Hash);
        run.AccountDoes<AccountCommand.UnreleaseLeg>().Name.Should().Be("cancelling", "the members still want it closed");
        run.LaneDoes().Leg("a", new LegProgress.Final(PacketRun.In("a", "b2")));
        run.AccountDoes<AccountCommand.PostLeg>().Name.Should().Be("settled", "the spend won after all");
        run.Events.OfType<PacketEvent.LegStarted>().Should().ContainSingle();
    }

    [Fact]
    public void Impossible_SinceACoinCanNeverBe_IsReleasedAndSaysWhich()
    {
        var run = new PacketRun().Reserved().LaneDoes();
        run.Leg("a", new LegProgress.Signed(PacketRun.In("a").TxHash));
        var by = PacketRun.In("a") with { TxHash = PacketRun.Hash("rival") };
        var lost = new SpentOutput(PacketRun.Hash("deposit"), 3);
        run.Leg("a", new LegProgress.Impossible(by, UInt256.Zero) { Lost = lost });
        var (_, release) = run.Account<AccountCommand.ReleaseLeg>();
        release.By.Should().Be(by, "votes for another payment can name it");
        release.Reason.Should().Contain($"{lost}").And.Contain($"{by.TxHash}");
    }

    [Fact]
    public void OpenBefore_Passed_ExpiresWhatIsNotSigned()
    {
        var voting = new PacketRun().Open();
        PacketDecider.NextWake(voting.State).Should().Be(voting.Content.OpenBefore);
        voting.Pass(Span.Hours(24));
        voting.Name.Should().Be("expired");
        var reserved = new PacketRun().Reserved().LaneDoes();
        reserved.Pass(Span.Hours(24));
        reserved.LaneDoes().Leg("a", new LegProgress.Refused(new(RejectionCode.WrongState, "a", "b")));
        reserved.AccountDoes<AccountCommand.ReleaseLeg>().Name.Should().Be("expired");
        var late = new PacketRun().Approved();
        late.Now += Span.Hours(24);
        late.Answer(late.Account<AccountCommand.Reserve>().Intent, PacketRun.Done);
        late.AccountDoes<AccountCommand.ReleaseLeg>().Name.Should().Be("expired");
    }

    [Fact]
    public void SettleBefore_Passed_ClosesWhatIsSigned()
    {
        var run = new PacketRun().Reserved();
        run.LaneDoes().Leg("a", new LegProgress.Signed(PacketRun.In("a").TxHash));
        run.Pass(Span.Hours(24)).Should().BeEmpty("it was signed before open-before");
        PacketDecider.NextWake(run.State).Should().Be(run.Content.SettleBefore);
        run.Pass(Span.Hours(24));
        run.Owes<Effect.TellLane>().Effect.Command.Should().BeOfType<LaneCommand.Close>();
        PacketDecider.NextWake(run.State).Should().BeNull();
    }
}
