using TPWallet.Domain.Fees;
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

/// <summary>What the chain says of signed versions, and closing.</summary>
public sealed class ObservationTests
{
    [Fact]
    public void Leg_MinedThenFinal_IsToldInOrder() // field note 2: each stage is its own
    {
        var run = new LaneRun().Broadcast("a");
        run.Mined("a");
        run.Final("a");
        run.Told("a").Select(p => p.GetType().Name).Should().Equal("Claimed", "Signed", "AcceptedByNode", "Mined", "Final");
        LaneDecider.NextWake(run.State).Should().BeNull();
        run.Owed.Should().BeEmpty();
    }

    [Fact]
    public void Report_OldestUnheard_HoldsBackLaterOnes()
    {
        var run = new LaneRun().Broadcast("a");
        var (intent, told) = run.Owes<Effect.TellPacket>();
        ((PacketCommand.RecordLeg)told.Command).Progress.Should().BeOfType<LegProgress.Claimed>();
        run.Answer(intent, LaneRun.No(RejectionCode.Overloaded));
        run.Owes<Effect.TellPacket>().Intent.Should().Be(intent, "busy decides nothing");
        run.Answer(intent, LaneRun.No(RejectionCode.WrongState));
        run.Owes<Effect.TellPacket>().Intent.Should().NotBe(intent, "a definite refusal ends it");
    }

    [Fact]
    public void Leg_FinalAndReverted_IsTold()
    {
        var run = new LaneRun().Broadcast("a");
        run.Final("a", succeeded: false);
        run.Told("a")[^1].Should().BeOfType<LegProgress.Reverted>();
    }

    [Fact]
    public void Leg_LostInAReorg_IsSentAgainWithTheSameBytes() // field notes 5 and 33
    {
        var run = new LaneRun().Broadcast("a");
        var bytes = run.Newest("a").Raw;
        run.Mined("a");
        run.Unmined("a");
        run.Owes<Effect.Broadcast>().Effect.Raw.Should().Be(bytes);
        run.Told("a")[^1].Should().Be(new LegProgress.Unmined(run.Newest("a").TxHash, LaneRun.Hash("block 1")));
        run.Mined("a", "block 2");
        run.Final("a", "block 2");
        run.Stage("a").Should().Be("final");
    }

    [Fact]
    public void Leg_LostAfterFinal_IsToldAndSentAgain()
    {
        var run = new LaneRun().Broadcast("a");
        run.Final("a");
        run.Unmined("a");
        run.Told("a").Select(p => p.GetType().Name).Should().EndWith(["Final", "Unmined"]);
        run.IsSending("a").Should().BeTrue();
    }

    [Fact]
    public void Report_Repeated_ChangesNothing()
    {
        var run = new LaneRun().Broadcast("a");
        var mined = new LaneCommand.RecordObservation(Id("m"), LaneRun.Ref("a"), new WatchReport.Mined(1, run.In("a")));
        run.Accept(mined).Should().NotBeEmpty();
        run.Accept(mined).Should().BeEmpty();
        run.Unmined("a");
        run.Accept(mined).Should().BeEmpty("an old report that comes late is not news");
    }

    [Fact]
    public void Close_Queued_IsRewound()
    {
        var run = new LaneRun().Submit("a", "b").Facts().Price("a").Price("b");
        run.Close("b");
        run.Stage("b").Should().Be("gone");
        run.Told("b")[^1].Should().BeOfType<LegProgress.Refused>();
        run.State.NextNonce.Should().Be(LaneRun.FirstNonce + 1);
    }

    [Fact]
    public void Close_Signed_SignsTheNoOpTenPercentAboveWhatItReplaces() // field notes 3 and 6
    {
        var run = new LaneRun().Broadcast("a");
        run.Close("a");
        var request = run.Requested("a").Request;
        (request.NoOp, request.Nonce, request.Terms.GasLimit).Should().Be((true, LaneRun.FirstNonce, FeeReplacement.NoOpGas));
        request.Terms.MaxFeePerGas.Should().BeGreaterThanOrEqualTo(FeeReplacement.Bump(LaneRun.Terms.MaxFeePerGas));
        run.Sign("a").Watch().Sent("a");
        run.Stage("a").Should().Be("closing");
    }

    [Fact]
    public void Close_BudgetSpentToTheLastWei_StillReplaces() // field note 3: the cap does not block the unblocker
    {
        var run = new LaneRun().Submit("a").Facts().Price("a", new GasTerms(21_000, LaneRun.Budget / 21_000, 400)).Sign("a").Watch().Sent("a");
        run.Close("a");
        run.Requested("a").Request.Terms.MaxFeePerGas.Should().Be(FeeReplacement.Bump(LaneRun.Budget / 21_000));
    }

    [Fact]
    public void Close_SignerRefusesTheNoOp_IsAskedAgainLaterAndTheSpendIsNotSent()
    {
        var run = new LaneRun().Submit("a").Facts().Price("a").Sign("a");
        run.Close("a");
        run.RefuseToSign("a").Watch();
        run.IsSending("a").Should().BeFalse("members want it closed");
        run.IsRequested("a").Should().BeFalse();
        run.Pass(LaneDecider.NextWake(run.State)!.Value - run.Now);
        run.Requested("a").Request.NoOp.Should().BeTrue();
    }

    [Fact]
    public void Close_NoOpFinal_MakesTheLegImpossible()
    {
        var run = new LaneRun().Broadcast("a");
        run.Close("a");
        run.Sign("a").Watch().Sent("a").Mined("a");
        run.Told("a")[^1].Should().NotBeOfType<LegProgress.Impossible>("mined is not final");
        run.Final("a");
        run.Told("a").Should().ContainSingle().Which.Should().Be(new LegProgress.Impossible(run.In("a"), 2_000_000));
    }

    [Fact]
    public void Close_SpendWinsTheRace_SettlesTheLeg() // field note 18: unknown is not cancelled
    {
        var run = new LaneRun().Broadcast("a");
        run.Close("a");
        run.Sign("a").Watch().Sent("a");
        run.Mined("a", version: 0);
        run.Final("a", version: 0);
        run.Told("a")[^1].Should().BeOfType<LegProgress.Final>();
    }

    [Fact]
    public void Conflict_WithOwnVersion_WaitsForThatVersionsReport()
    {
        var run = new LaneRun().Broadcast("a");
        run.Close("a");
        run.Sign("a").Watch().Sent("a");
        run.Observe("a", n => new WatchReport.Conflicted(n, run.Newest("a").TxHash, run.In("a", version: 0))).Should().BeEmpty();
        run.State.Stop.Should().BeNull();
        run.Final("a", version: 0);
        run.Told("a")[^1].Should().BeOfType<LegProgress.Final>();
    }

    [Fact]
    public void Conflict_WithOwnVersionThatLostItsBlock_StaysUnmined() // simulation seed 1710725434: reports of two watchers have no order
    {
        var run = new LaneRun().Broadcast("a");
        run.Close("a");
        run.Sign("a").Watch().Sent("a");
        run.Final("a", version: 0);
        run.Observe("a", n => new WatchReport.Unmined(n, run.In("a", version: 0).TxHash, run.In("a").Block.Hash));
        run.Observe("a", n => new WatchReport.Conflicted(n, run.Newest("a").TxHash, run.In("a", version: 0))).Should().BeEmpty("the block is gone");
        run.Told("a")[^1].Should().BeOfType<LegProgress.Unmined>();
    }

    [Fact]
    public void Mined_OfAnotherVersion_LongOnTheWay_TakesNoFinalOneBack() // simulation seed 1216 at 43cd2e6: its watcher never tells it again, and the leg would stay signed for ever
    {
        var run = new LaneRun().Broadcast("a");
        run.Close("a");
        run.Sign("a").Watch().Sent("a");
        run.Final("a");
        run.Mined("a", "a lost block", version: 0).Should().BeEmpty();
        run.Stage("a").Should().Be("final");
        // After a reorg that reaches behind what was final, its own watcher says so first or last.
        run.Unmined("a");
        run.Final("a", "block 2", version: 0);
        run.Told("a").TakeLast(2).Select(static told => told.GetType().Name).Should().Equal("Unmined", "Final");
    }

    [Fact]
    public void Conflict_WithForeignTransaction_StopsTheLane() // design: foreign use of the key
    {
        var run = new LaneRun().Broadcast("a").Submit("b", "c").Price("b");
        var by = new Inclusion(Chain, LaneRun.Hash("thief"), new(9, LaneRun.Hash("block 9")), true, 77);
        run.Observe("a", n => new WatchReport.Conflicted(n, run.Newest("a").TxHash, by));
        run.State.Stop!.Reason.Code.Should().Be(RejectionCode.ForeignNonceUse);
        run.Told("a")[^1].Should().Be(new LegProgress.Impossible(by, UInt256.Zero));
        run.Stage("b").Should().Be("signing", "its outcome is still awaited");
        run.Stage("c").Should().Be("gone");
    }

    [Fact]
    public void Resume_ForeignTransactionNamed_GoesOnBehindEverythingSigned()
    {
        var run = new LaneRun().Broadcast("a", "b");
        var by = new Inclusion(Chain, LaneRun.Hash("thief"), new(9, LaneRun.Hash("block 9")), true, 77);
        run.Refuse(Resume("thief")).Code.Should().Be(RejectionCode.WrongState, "it is in service");
        run.Observe("a", n => new WatchReport.Conflicted(n, run.Newest("a").TxHash, by));
        run.Refuse(new LaneCommand.Submit(Id("s"), LaneRun.Intent("c"))).Code.Should().Be(RejectionCode.LaneStopped);
        run.Refuse(Resume("another")).Code.Should().Be(RejectionCode.ForeignNonceUse);
        run.Accept(Resume("thief")).Should().ContainSingle().Which.Should().BeOfType<LaneEvent.LaneResumed>();
        run.Refuse(Resume("thief")).Code.Should().Be(RejectionCode.WrongState, "it goes on once");
        run.Submit("c").Facts(nonce: LaneRun.FirstNonce + 1);
        run.Entry("c").Stage.Nonce.Should().Be(LaneRun.FirstNonce + 2, "b is signed at the one before, whatever the chain has seen");
        run.State.Stop.Should().BeNull();
    }

    [Fact]
    public void Resume_OnlyTheNonceTold_StartsAtTheChainsNonce()
    {
        var run = new LaneRun().Broadcast("a");
        run.Final("a");
        run.Pass(Span.Seconds(600));
        run.Submit("b").Facts(nonce: LaneRun.FirstNonce + 5);
        run.State.Stop!.ForeignTx.Should().BeNull();
        run.Accept(Resume("what the members found"));
        run.Submit("c").Facts(nonce: LaneRun.FirstNonce + 5);
        run.Entry("c").Stage.Nonce.Should().Be(LaneRun.FirstNonce + 5);
    }

    private static LaneCommand.Resume Resume(string foreign) => new(Id("resume " + foreign), new(LaneRun.Hash("owner")), LaneRun.Hash(foreign), "c1");

    [Fact]
    public void Conflict_ForeignTransactionReorganisedAway_GivesTheNonceBack()
    {
        var run = new LaneRun().Broadcast("a");
        var by = new Inclusion(Chain, LaneRun.Hash("thief"), new(9, LaneRun.Hash("block 9")), true, 77);
        run.Observe("a", n => new WatchReport.Conflicted(n, run.Newest("a").TxHash, by));
        run.Told("a");
        run.Observe("a", n => new WatchReport.Conflicted(n, run.Newest("a").TxHash, by)).Should().BeEmpty("nothing new");
        run.Unmined("a", "block 8").Should().BeEmpty("the nonce was not taken there");
        run.Unmined("a", "block 9");
        run.Stage("a").Should().Be("accepted");
        run.Told("a").Should().ContainSingle().Which.Should().Be(new LegProgress.Unmined(by.TxHash, by.Block.Hash));
        run.State.Stop.Should().NotBeNull("the key is still in somebody's hands");
        run.IsSending("a").Should().BeTrue("the same bytes go out again");
    }

    [Fact]
    public void Conflict_ForeignTransactionGivesWayToOurs_TellsBoth()
    {
        var run = new LaneRun().Broadcast("a");
        var by = new Inclusion(Chain, LaneRun.Hash("thief"), new(9, LaneRun.Hash("block 9")), true, 77);
        run.Observe("a", n => new WatchReport.Conflicted(n, run.Newest("a").TxHash, by));
        run.Told("a");
        run.Mined("a");
        run.Told("a").Should().Equal(new LegProgress.Unmined(by.TxHash, by.Block.Hash), new LegProgress.Mined(run.In("a")));
    }

    [Fact]
    public void Finished_MoreThanRemembered_ForgetsTheOldest()
    {
        var run = new LaneRun { ChecksSnapshots = false };
        for (var i = 0; i < LaneLimits.Finished + 2; i++)
        {
            var leg = $"l{i:D3}";
            run.Broadcast(leg);
            run.Final(leg);
        }

        run.State.Entries.Should().HaveCount(LaneLimits.Finished);
        run.Stage("l000").Should().Be("gone");
    }
}
