using TPWallet.Domain.Machines;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Packets;

/// <summary>The score before the judgement, and the case that holds a packet.</summary>
public sealed class RiskTests
{
    private static readonly RiskDemand _review = new(RiskAction.Review, 1, 0, Span.Hours(24));

    [Fact]
    public void Proposed_IsScoredBeforeItIsJudged()
    {
        var run = new PacketRun().Propose().Simulated();
        run.Owed.Values.Should().ContainSingle().Which.Should().BeOfType<Effect.Score>();
        run.Answer<Effect.Score>(new EffectResult.Scored(run.Score())).Should().ContainSingle("it adds one row").Which.Should().BeOfType<PacketEvent.Scored>();
        run.Owes<Effect.Assess>().Effect.Risk!.Score.Packet.Should().Be(Canonical.Hash(run.State.Content!));
        PacketDecider.View(run.State, 1)!.Risk!.Score.Should().NotBeNull();
    }

    [Fact]
    public void Score_OfAnEarlierQuestion_ChangesNothing()
    {
        var run = new PacketRun().Propose().Simulated();
        var late = run.ResultId("score");
        run.Scored(run.Score());
        run.Accept(new PacketCommand.RecordScore(late, 1, run.Score(_review))).Should().BeEmpty();
    }

    [Fact]
    public void Score_NobodyCanTake_LeavesTheJudgementToTheAccount()
    {
        var run = new PacketRun().Propose().Simulated();
        run.Answer<Effect.Score>(new EffectResult.NoAnswer("busy")).Should().BeEmpty();
        run.Answer<Effect.Score>(new EffectResult.Assessed(PacketRun.Assessment(Verdict.NeedsVotes)));
        (run.Name, run.State.Score).Should().Be(("approving", null));
    }

    [Fact]
    public void Judgement_ThatFindsNoScore_AsksForOneAndThenGivesUp()
    {
        var run = new PacketRun().Propose().Simulated();
        var unscored = PacketRun.Assessment(Verdict.Denied) with { Denial = new(RejectionCode.RiskUnscored, "a score", "none") };
        for (var attempt = 0; attempt < PacketState.MaxAttempts; attempt++) run.Judged(unscored).Name.Should().Be("proposed");
        run.Judged(unscored);
        (run.Name, run.State.Rejection!.Code).Should().Be(("rejected", RejectionCode.RiskUnscored));
    }

    [Fact]
    public void Approved_WithAScoreThatIsNoLongerFresh_IsScoredAndJudgedAgain()
    {
        var run = new PacketRun().Propose().Simulated();
        run.Scored(run.Score(freshness: Span.Hours(1))).Judged(Verdict.NeedsVotes).Vote(Ana);
        run.Now += Span.Hours(2);
        run.Vote(Ben);
        run.Events[^1].Should().BeOfType<PacketEvent.ScoreRequested>();
        run.Judged(Verdict.Allowed, Ana, Ben).Name.Should().Be("approved");
    }

    [Fact]
    public void TimeLock_ThatOutlastsTheScore_EndsWithAnotherScore()
    {
        var run = new PacketRun().Propose().Simulated();
        run.Scored(run.Score(freshness: Span.Hours(1))).Judged(Verdict.NeedsVotes).Vote(Ana, Ben).Judged(Verdict.TimeLocked, Ana, Ben);
        run.Answer<Effect.Announce>(new EffectResult.Done());
        run.Pass(Span.Hours(2));
        run.Owed.Values.Should().ContainSingle().Which.Should().BeOfType<Effect.Score>();
        run.Judged(Verdict.TimeLocked, Ana, Ben);
        run.Answer<Effect.Announce>(new EffectResult.Done());
        run.Owes<Effect.Simulate>();
        run.Name.Should().Be("approved", "the lock has run since the quorum was there");
    }

    [Fact]
    public void SecondSimulation_ThatOutlastsTheScore_IsNotReservedOnIt()
    {
        var run = new PacketRun().Propose().Simulated();
        run.Scored(run.Score(freshness: Span.Hours(1))).Judged(Verdict.NeedsVotes).Vote(Ana, Ben).Judged(Verdict.Allowed, Ana, Ben);
        run.Now += Span.Hours(2);
        run.Simulated().Owed.Values.Should().ContainSingle().Which.Should().BeOfType<Effect.Score>();
    }

    [Fact]
    public void Held_OpensACaseAndItsReleaseIsJudged()
    {
        var run = Held();
        var (key, open) = Case<CaseCommand.Open>(run);
        key.Should().Be($"{run.State.Ref.Key}/{run.State.Case!.Number}");
        (open.Proposer, open.Score.Demand).Should().Be(((Name?)Olga.Id, _review));
        CaseDone(run);
        (run.Name, run.Owed.Count).Should().Be(("held", 0));
        Say(run, 1, Release(run));
        run.Owes<Effect.Assess>().Effect.Risk!.Release!.By.Should().HaveCount(2);
        run.Judged(Verdict.Allowed, Ana, Ben).Simulated();
        run.Account<AccountCommand.Reserve>().Command.Risk!.Release.Should().Be(run.State.Case.Release);
    }

    [Fact]
    public void Release_WhileTheAccountJudges_IsJudgedNext()
    {
        var run = Held();
        CaseDone(run);
        run.Vote(Cleo);
        run.Accept(new PacketCommand.RecordCase(run.NewId(), 99, 1, Release(run), false)).Should().BeEmpty("it is another case's");
        run.Owes<Effect.Assess>();
        Say(run, 1, Release(run));
        run.Judged(Held(run, Ana, Ben));
        run.Owes<Effect.Assess>().Effect.Risk!.Release.Should().NotBeNull();
        run.Judged(Held(run, Ana, Ben, Cleo)).Owed.Should().BeEmpty("the account knew of it and says no: it is not asked for ever");
    }

    [Fact]
    public void Word_OlderThanWhatWasHeard_ChangesNothing()
    {
        var run = Held();
        CaseDone(run);
        Say(run, 2, null);
        Say(run, 1, Release(run)).Should().BeEmpty();
        run.State.Case!.Release.Should().BeNull();
    }

    [Fact]
    public void Rejected_EndsWhatIsNotReservedAndClosesWhatIs()
    {
        var held = Held();
        CaseDone(held);
        Say(held, 1, null, rejected: true);
        (held.Name, held.State.Rejection!.Code).Should().Be(("rejected", RejectionCode.RiskBlocked));
        Case<CaseCommand.Close>(held);
        var reserved = Released().Simulated();
        reserved.Answer(reserved.Account<AccountCommand.Reserve>().Intent, PacketRun.Done);
        Say(reserved, 2, null, rejected: true);
        (reserved.Name, reserved.State.Case!.Release).Should().Be(("cancelling", null), "a verdict came too late for the reservation, not for the signature");
    }

    [Fact]
    public void Release_ThatLapses_HoldsWhatIsNotReserved()
    {
        var run = Released().Simulated();
        run.Answer(run.Account<AccountCommand.Reserve>().Intent, PacketRun.No(RejectionCode.RiskHeld));
        run.Owes<Effect.Assess>();
        Say(run, 2, null);
        run.Judged(Held(run, Ana, Ben)).Name.Should().Be("held");
        Say(run, 3, Release(run));
        run.Judged(Verdict.Allowed, Ana, Ben).Name.Should().Be("approved");
    }

    [Fact]
    public void Release_ThatLapsesAfterTheReservation_StaysWithItsPacket()
    {
        var run = Released().Simulated();
        run.Answer(run.Account<AccountCommand.Reserve>().Intent, PacketRun.Done);
        Say(run, 2, null);
        run.State.Case!.Release.Should().NotBeNull("the signer judges each leg as of the first one");
    }

    [Fact]
    public void NextRevision_HasACaseOfItsOwn()
    {
        var run = Held();
        CaseDone(run);
        Say(run, 1, Release(run));
        var first = run.State.Case!.Number;
        run.Content = run.Content with { Revision = 2 };
        run.Accept(new PacketCommand.Draft(Id("second"), run.Content));
        Case<CaseCommand.Close>(run).Key.Should().EndWith($"/{first}");
        CaseDone(run);
        run.Accept(new PacketCommand.Propose(Id("propose second"), 2));
        run.Simulated().Scored(run.Score(_review)).Judged(Held(run)).State.Case!.Number.Should().BeGreaterThan(first);
        run.State.Case.Release.Should().BeNull("what was released was the first revision");
    }

    [Fact]
    public void GraverScore_NeedsAnotherCase()
    {
        var run = new PacketRun().Propose().Simulated();
        run.Scored(run.Score(_review with { Action = RiskAction.Hold }, Span.Hours(1))).Judged(Held(run));
        CaseDone(run);
        Say(run, 1, new(["rita", "rob"], RiskAction.Hold, run.Now + Span.Hours(24)));
        run.Now += Span.Hours(1);
        run.Judged(Verdict.NeedsVotes).Vote(Ana, Ben);
        run.Scored(run.Score(_review)).State.Case.Should().BeNull();
        run.Owed.Values.OfType<Effect.TellCase>().Should().ContainSingle().Which.Command.Should().BeOfType<CaseCommand.Close>();
    }

    [Fact]
    public void Cancelled_ClosesItsCaseOnce()
    {
        var run = Held();
        CaseDone(run);
        run.Accept(new PacketCommand.Cancel(Id("c"), "no"));
        CaseDone(run);
        (run.Name, run.Owed.Count).Should().Be(("cancelled", 0));
        Say(run, 1, Release(run)).Should().BeEmpty();
    }

    [Fact]
    public void SecondFactor_IsTheProposersOwnVote()
    {
        var run = new PacketRun();
        run.Content = run.Content with { Proposer = Ana.Id };
        run.Propose().Simulated();
        var assessment = PacketRun.Assessment(Verdict.NeedsVotes) with { Eligible = [Ben.Id, Cleo.Id], Confirmer = Ana.Id };
        run.Judged(assessment).Vote(Ben, Cleo).Judged(assessment with { Counted = [Ben.Id, Cleo.Id] });
        (run.Name, run.Owed.Count).Should().Be(("approving", 0));
        run.Vote(Ana).Owes<Effect.Assess>().Effect.Votes.Should().HaveCount(3);
    }

    /// <summary>Its parties were all that was not known; then somebody sees that they look like a payee of the account.</summary>
    [Fact]
    public void Case_OpenedForAVerdictAlone_EndsWhereALaterScoreAsksForPersons()
    {
        var hold = _review with { Action = RiskAction.Hold };
        var run = new PacketRun().Propose().Simulated();
        var score = run.Score(hold, Span.Hours(1));
        score = score with { Terms = score.Terms with { AsksVerdict = true, VerdictSuffices = true } };
        run.Scored(score).Judged(Verdict.NeedsVotes).Vote(Ana, Ben).Judged(Held(run, Ana, Ben) with { Risk = hold });
        var open = Case<CaseCommand.Open>(run).Command;
        (open.Terms.VerdictSuffices, open.Subject!.Payment).Should().Be((true, score.Payment.Id));
        CaseDone(run);
        var first = run.State.Case!.Number;
        run.Now += Span.Hours(2);
        Say(run, 1, new CaseRelease([], RiskAction.Hold, run.Now + Span.Hours(1)) { Verdict = new("service", ScreeningVerdict.Clear, 7, run.Now, run.Now + Span.Hours(1)) });
        run.Scored(run.Score(hold));
        Case<CaseCommand.Close>(run);
        CaseDone(run);
        run.Judged(Held(run, Ana, Ben) with { Risk = hold });
        run.State.Case!.Number.Should().NotBe(first);
        run.State.Case.VerdictSuffices.Should().BeFalse();
    }

    private static PacketRun Held()
    {
        var run = new PacketRun().Propose().Simulated();
        return run.Scored(run.Score(_review)).Judged(Verdict.NeedsVotes).Vote(Ana, Ben).Judged(Held(run, Ana, Ben));
    }

    private static PacketRun Released()
    {
        var run = Held();
        CaseDone(run);
        Say(run, 1, Release(run));
        return run.Judged(Verdict.Allowed, Ana, Ben);
    }

    private static Assessment Held(PacketRun run, params ReadOnlySpan<Person> counted) =>
        PacketRun.Assessment(Verdict.Held, counted) with { Risk = run.State.Score!.Value.Demand };

    private static CaseRelease Release(PacketRun run) => new(["rita", "rob"], RiskAction.Review, run.Now + Span.Hours(24));

    private static ImmutableArray<PacketEvent> Say(PacketRun run, long sequence, CaseRelease? release, bool rejected = false) =>
        run.Accept(new PacketCommand.RecordCase(run.NewId(), run.State.Case!.Number, sequence, release, rejected));

    private static (string Key, T Command) Case<T>(PacketRun run)
        where T : CaseCommand
    {
        var told = run.Owes<Effect.TellCase>().Effect;
        return (told.Case, told.Command.Should().BeOfType<T>().Which);
    }

    private static void CaseDone(PacketRun run) => run.Answer<Effect.TellCase>(PacketRun.Done);
}
