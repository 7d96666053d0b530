using TPWallet.Domain.Machines;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Packets;

/// <summary>Judgement, votes, time lock, second simulation, reservation.</summary>
public sealed class ApprovalTests
{
    [Fact]
    public void Judged_Denied_RejectsWithTheReason()
    {
        var run = new PacketRun().Propose().Simulated();
        run.Judged(PacketRun.Assessment(Verdict.Denied) with { Denial = new(RejectionCode.HardLimit, "a", "b") });
        (run.Name, run.State.Rejection!.Code).Should().Be(("rejected", RejectionCode.HardLimit));
        run.Owed.Should().BeEmpty();
    }

    [Fact]
    public void Judged_AddressWithoutKey_Rejects()
    {
        var run = new PacketRun().Propose().Simulated().Judged(PacketRun.Assessment(Verdict.NeedsVotes) with { Keys = [] });
        run.State.Rejection!.Code.Should().Be(RejectionCode.KeyUnknown);
    }

    [Fact]
    public void Votes_BelowQuorum_AskNothingAndTheQuorumAsksTheAccount()
    {
        var run = new PacketRun().Open().Vote(Ana);
        run.Owed.Should().BeEmpty();
        run.Vote(Ben).Owes<Effect.Assess>().Effect.Votes.Should().HaveCount(2);
        run.Judged(Verdict.Allowed, Ana, Ben).Name.Should().Be("approved");
    }

    [Fact]
    public void Votes_AccountWantsMore_GoOn() // a soft limit escalates, a young device does not count
    {
        var run = new PacketRun().Open().Vote(Ana, Ben).Judged(PacketRun.Assessment(Verdict.NeedsVotes, Ana, Ben) with { Required = ThreeOfThree });
        (run.Name, run.Owed.Count).Should().Be(("approving", 0));
        run.Vote(Cleo).Judged(Verdict.Allowed, Ana, Ben, Cleo).Name.Should().Be("approved");
    }

    [Fact]
    public void Vote_WhileTheAccountJudges_IsJudgedNext()
    {
        var run = new PacketRun().Open().Vote(Ana, Ben, Cleo);
        run.Judged(Verdict.NeedsVotes, Ana);
        run.Owes<Effect.Assess>().Effect.Votes.Should().HaveCount(3);
    }

    [Fact]
    public void Vote_Bad_IsRefusedWithItsCode()
    {
        var run = new PacketRun().Open().Vote(Ana);
        run.Refuse(new PacketCommand.CastVote(Id("1"), run.VoteOf(Ana))).Code.Should().Be(RejectionCode.VoteDuplicate);
        var forged = run.VoteOf(Ben) with { Signature = run.VoteOf(Ana).Signature };
        run.Refuse(new PacketCommand.CastVote(Id("2"), forged)).Code.Should().Be(RejectionCode.VoteForged);
        run.Refuse(new PacketCommand.CastVote(Id("3"), run.VoteOf(Olga))).Code.Should().Be(RejectionCode.RoleMissing);
        var early = run.VoteOf(Ben);
        run.Now += Span.Hours(24);
        run.Refuse(new PacketCommand.CastVote(Id("4"), early)).Code.Should().Be(RejectionCode.DeadlinePassed);
    }

    [Fact]
    public void Vote_OfTheProposer_DoesNotCount()
    {
        var run = new PacketRun();
        run.Content = run.Content with { Proposer = Ana.Id };
        run.Propose().Simulated().Judged(PacketRun.Assessment(Verdict.NeedsVotes) with { Eligible = [Ben.Id, Cleo.Id] });
        run.Refuse(new PacketCommand.CastVote(Id("1"), run.VoteOf(Ana))).Code.Should().Be(RejectionCode.ProposerVote);
    }

    [Fact]
    public void Veto_AnyTimeBeforeTheReservation_Rejects()
    {
        var frozen = new PacketRun().Approved();
        frozen.Answer(frozen.Account<AccountCommand.Reserve>().Intent, PacketRun.No(RejectionCode.Frozen));
        foreach (var run in new[] { new PacketRun().Open().Vote(Ana), Locked(), frozen })
        {
            run.Accept(new PacketCommand.CastVote(Id("veto"), run.VoteOf(Ana, VoteDecision.Veto)));
            (run.Name, run.State.Rejection!.Code).Should().Be(("rejected", RejectionCode.Vetoed));
        }

        var late = new PacketRun().Approved();
        late.Refuse(new PacketCommand.CastVote(Id("veto"), late.VoteOf(Ana, VoteDecision.Veto))).Code.Should().Be(RejectionCode.WrongState);
    }

    [Fact]
    public void Timelock_Running_IsAnnouncedAndWaited()
    {
        var run = Locked();
        run.Owes<Effect.Announce>().Effect.Votes.Should().HaveCount(2);
        run.Answer<Effect.Announce>(new EffectResult.Done());
        PacketDecider.NextWake(run.State).Should().Be(Start + Span.Hours(2));
        run.Pass(Span.Hours(1)).Should().BeEmpty();
        run.Pass(Span.Hours(1));
        run.Simulated().Account<AccountCommand.Reserve>().Command.QuorumReachedAt.Should().Be(Start);
    }

    [Fact]
    public void Timelock_AccountsClockIsBehind_WaitsALittleMore()
    {
        var run = Locked();
        run.Answer<Effect.Announce>(new EffectResult.Done());
        run.Pass(Span.Hours(2));
        run.Simulated().Answer(run.Account<AccountCommand.Reserve>().Intent, PacketRun.No(RejectionCode.TimelockRunning));
        run.Name.Should().Be("timelocked");
        run.Answer<Effect.Announce>(new EffectResult.Done());
        run.Pass(PacketState.LockMargin);
        run.Simulated().Account<AccountCommand.Reserve>().Command.QuorumReachedAt.Should().Be(Start);
    }

    [Fact]
    public void SecondSimulation_InsideTheBounds_Reserves() // design: simulated at proposal and again before signing
    {
        var run = new PacketRun().Open().Vote(Ana, Ben).Judged(Verdict.Allowed, Ana, Ben);
        run.Owed.Values.Should().ContainSingle().Which.Should().BeOfType<Effect.Simulate>();
        run.Simulated(4);
        var reserve = run.Account<AccountCommand.Reserve>().Command;
        reserve.Bounds.Addresses[0].MaxOut[0].Value.Should().Be((UInt256)5, "what was voted is reserved");
        reserve.Votes.Should().HaveCount(2);
    }

    [Fact]
    public void SecondSimulation_OutsideTheBounds_VoidsEveryVote()
    {
        var run = new PacketRun().Open().Vote(Ana, Ben).Judged(Verdict.Allowed, Ana, Ben).Simulated(6);
        (run.Name, run.State.Votes.Length, run.State.Rejection!.Code).Should().Be(("proposed", 0, RejectionCode.EffectOutOfBounds));
        run.Judged(Verdict.NeedsVotes).Vote(Ana, Ben).Judged(Verdict.Allowed, Ana, Ben).Simulated(6).Account<AccountCommand.Reserve>();
    }

    [Fact]
    public void SecondSimulation_Fails_Invalidates()
    {
        var run = new PacketRun().Open().Vote(Ana, Ben).Judged(Verdict.Allowed, Ana, Ben);
        run.Answer<Effect.Simulate>(new EffectResult.Failed(new(RejectionCode.SimulationFailed, "a", "b")));
        run.Name.Should().Be("invalidated");
    }

    [Fact]
    public void Reserve_GovernanceChanged_CollectsVotesAnew()
    {
        var run = new PacketRun().Approved();
        run.Answer(run.Account<AccountCommand.Reserve>().Intent, PacketRun.No(RejectionCode.QuorumMissing));
        run.Judged(PacketRun.Assessment(Verdict.NeedsVotes) with { PolicyVersion = 2, PolicyHash = PacketRun.Hash("policy 2") });
        (run.Name, run.State.Votes.Length).Should().Be(("approving", 0));
        run.Vote(Ana, Ben).Owes<Effect.Assess>();
    }

    [Fact]
    public void Reserve_RefusedAgainAndAgain_GivesUp()
    {
        var run = new PacketRun().Approved();
        for (var i = 1; i < PacketState.MaxAttempts; i++)
        {
            run.Answer(run.Account<AccountCommand.Reserve>().Intent, PacketRun.No(RejectionCode.QuorumMissing));
            run.Judged(Verdict.Allowed, Ana, Ben).Simulated();
        }

        run.Answer(run.Account<AccountCommand.Reserve>().Intent, PacketRun.No(RejectionCode.QuorumMissing));
        run.Name.Should().Be("invalidated");
    }

    [Theory]
    [InlineData(RejectionCode.ClaimTaken, "invalidated")]
    [InlineData(RejectionCode.InsufficientFunds, "rejected")]
    [InlineData(RejectionCode.HardLimit, "rejected")]
    [InlineData(RejectionCode.DeadlinePassed, "expired")]
    public void Reserve_RefusedForGood_EndsThePacket(RejectionCode code, string name)
    {
        var run = new PacketRun().Approved();
        run.Answer(run.Account<AccountCommand.Reserve>().Intent, PacketRun.No(code));
        (run.Name, run.State.Rejection!.Code, run.Owed.Count).Should().Be((name, code, 0));
    }

    [Fact]
    public void Reserve_Unknown_StaysOwedWithTheSameId() // field note 42
    {
        var run = new PacketRun().Approved();
        var owed = run.Account<AccountCommand.Reserve>();
        run.Answer(owed.Intent, new EffectResult.NoAnswer("time-out")).Should().BeEmpty();
        run.Answer(owed.Intent, PacketRun.No(RejectionCode.OutcomeUnknown)).Should().BeEmpty();
        run.Account<AccountCommand.Reserve>().Command.CommandId.Should().Be(owed.Command.CommandId);
    }

    [Theory]
    [InlineData(RejectionCode.OperatorStopped)]
    [InlineData(RejectionCode.ChainStopped)]
    public void Chain_StoppedAfterTheQuorum_WaitsAndGoesOn(RejectionCode code)
    {
        var run = new PacketRun().Propose();
        run.Owes<Effect.Simulate>().Effect.Admission.Should().BeNull("a proposal only looks");
        run.Simulated().Judged(PacketRun.Assessment(Verdict.Allowed));
        run.Owes<Effect.Simulate>().Effect.Admission.Should().NotBeNull("the last look before the reservation asks the chains");
        run.Answer<Effect.Simulate>(new EffectResult.Failed(new(code, "a", "b")));
        run.Name.Should().Be("frozen");
        PacketDecider.View(run.State, 1)!.Rejection!.Code.Should().Be(code, "it is told why it waits");
        run.Pass(PacketState.FrozenFor);
        run.Judged(PacketRun.Assessment(Verdict.Allowed)).Simulated().Account<AccountCommand.Reserve>();
    }

    [Theory]
    [InlineData(RejectionCode.OperatorStopped)]
    [InlineData(RejectionCode.QuotaExceeded)]
    public void Account_StoppedOrFullAtReservation_Waits(RejectionCode code)
    {
        var run = new PacketRun().Approved();
        run.Answer(run.Account<AccountCommand.Reserve>().Intent, PacketRun.No(code));
        run.Name.Should().Be("frozen");
        PacketDecider.View(run.State, 1)!.Rejection!.Code.Should().Be(code, "it is told why it waits");
        run.Pass(PacketState.FrozenFor);
        run.Judged(PacketRun.Assessment(Verdict.Allowed)).Simulated().Account<AccountCommand.Reserve>();
    }

    [Fact]
    public void Frozen_AtReservation_WaitsAndGoesOn()
    {
        var run = new PacketRun().Approved();
        run.Answer(run.Account<AccountCommand.Reserve>().Intent, PacketRun.No(RejectionCode.Frozen));
        run.Name.Should().Be("frozen");
        run.Pass(PacketState.FrozenFor);
        run.Judged(PacketRun.Assessment(Verdict.Denied) with { Denial = new(RejectionCode.Frozen, "a", "b") }).Name.Should().Be("frozen");
        run.Pass(PacketState.FrozenFor);
        run.Judged(Verdict.Allowed, Ana, Ben).Simulated().Account<AccountCommand.Reserve>();
    }

    [Fact]
    public void Simulated_LateOrForAnotherRevision_ChangesNothing()
    {
        var run = new PacketRun().Propose();
        var first = run.ResultId("simulate");
        run.Accept(new PacketCommand.RecordSimulation(Id("another question"), 1, PacketRun.Effects())).Should().BeEmpty();
        run.Simulated();
        var judged = run.ResultId("assess");
        run.Judged(Verdict.NeedsVotes).Vote(Ana, Ben);
        run.Accept(new PacketCommand.RecordAssessment(judged, 1, PacketRun.Assessment(Verdict.Allowed))).Should().BeEmpty("it saw no votes");
        run.Judged(Verdict.Allowed, Ana, Ben);
        run.Accept(new PacketCommand.RecordSimulation(first, 1, PacketRun.Effects())).Should().BeEmpty("the first is not the second simulation");
    }

    private static PacketRun Locked() => new PacketRun().Open().Vote(Ana, Ben).Judged(Verdict.TimeLocked, Ana, Ben);
}
