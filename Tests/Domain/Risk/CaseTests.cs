using TPWallet.Domain.Accounts;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Risk.Cases;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Risk;

/// <summary>A held payment until two persons have said what to do with it.</summary>
public sealed class CaseTests
{
    private static readonly CaseTerms _terms = CaseRun.Terms;

    private readonly CaseRun _run = new();

    [Fact]
    public void Review_OfTwoPersons_Approves()
    {
        _run.Open();
        _run.Accept(_run.Say("ana", ReviewDecision.Approve)).Should().ContainSingle();
        _run.View.IsHolding.Should().BeTrue();
        _run.Refuse(_run.Say("ana", ReviewDecision.Approve)).Code.Should().Be(RejectionCode.VoteDuplicate);
        _run.Accept(_run.Say("ben", ReviewDecision.Approve)).Should().HaveCount(2);
        (_run.View.Stage, _run.View.IsHolding, _run.View.DueAt).Should().Be(("approved", false, (Instant?)(_run.Now + _terms.ApprovalLife)));
        _run.Refuse(_run.Say("cyd", ReviewDecision.Reject)).Code.Should().Be(RejectionCode.WrongState);
    }

    [Fact]
    public void Review_OfTheProposer_IsRefused()
    {
        _run.Open();
        _run.Refuse(_run.Say("payer", ReviewDecision.Approve)).Code.Should().Be(RejectionCode.SeparationOfDuties);
    }

    [Fact]
    public void Review_TwoThatReject_Rejects()
    {
        _run.Open();
        _run.Accept(_run.Say("ana", ReviewDecision.Approve));
        _run.Accept(_run.Say("ben", ReviewDecision.Reject));
        _run.View.Stage.Should().Be("held", "they do not agree");
        _run.Accept(_run.Say("cyd", ReviewDecision.Reject));
        (_run.View.Stage, _run.View.IsHolding).Should().Be(("rejected", true));
    }

    [Fact]
    public void Patience_ThatEnds_LeavesItHeldForTheOverrideQuorum()
    {
        _run.Open();
        _run.Pass(Span.Hours(23)).Should().BeEmpty();
        _run.Pass(Span.Hours(1)).Should().ContainSingle().Which.Should().BeOfType<CaseEvent.FellDue>();
        _run.View.IsHolding.Should().BeTrue("a time-out is no approval");
        _run.Accept(_run.Say("ana", ReviewDecision.Approve));
        _run.Accept(_run.Say("ben", ReviewDecision.Approve));
        _run.Accept(_run.Say("head", ReviewDecision.Approve));
        _run.View.Stage.Should().Be("overdue", "only named persons count now");
        _run.Accept(_run.Say("law", ReviewDecision.Approve));
        _run.View.Stage.Should().Be("approved");
    }

    [Fact]
    public void TravelRule_Record_IsTakenSealedOnly()
    {
        _run.Open();
        _run.Refuse(new CaseCommand.AttachTravelRule(_run.NewId(), "Ana Example")).Code.Should().Be(RejectionCode.Malformed);
        _run.Accept(new CaseCommand.AttachTravelRule(_run.NewId(), CaseRun.Sealed)).Should().ContainSingle();
        _run.Accept(new CaseCommand.AttachTravelRule(_run.NewId(), CaseRun.Sealed)).Should().BeEmpty();
        _run.View.HasTravelRule.Should().BeTrue();
    }

    [Fact]
    public void Open_AgainOrWithTermsThatCannotBeMet_IsRefused()
    {
        _run.Refuse(_run.Say("ana", ReviewDecision.Approve)).Code.Should().Be(RejectionCode.NotFound);
        _run.Refuse(CaseRun.Opening(_terms with { OverrideApprovals = 1 })).Code.Should().Be(RejectionCode.UnsatisfiablePolicy, "one person decides nothing");
        _run.Refuse(CaseRun.Opening(_terms with { OverrideApprovals = 4 })).Code.Should().Be(RejectionCode.UnsatisfiablePolicy);
        _run.Refuse(CaseRun.Opening(_terms with { Override = ["head", "head"] })).Code.Should().Be(RejectionCode.UnsatisfiablePolicy);
        _run.Refuse(CaseRun.Opening(_terms with { Patience = Span.Zero })).Code.Should().Be(RejectionCode.Malformed);
        _run.Open();
        _run.Accept(CaseRun.Opening(_terms)).Should().BeEmpty();
        _run.Refuse(CaseRun.Opening(_terms) with { Payment = People.Id("another") }).Code.Should().Be(RejectionCode.AlreadyExists);
        _run.Accept(new CaseCommand.Close(_run.NewId())).Should().ContainSingle();
        _run.Accept(new CaseCommand.Close(_run.NewId())).Should().BeEmpty();
        _run.Refuse(_run.Say("ana", ReviewDecision.Approve)).Code.Should().Be(RejectionCode.WrongState);
        _run.Pass(Span.Hours(1000)).Should().BeEmpty();
    }

    [Fact]
    public void Decided_IsToldToItsPacketUntilItHasHeard()
    {
        _run.Open();
        _run.Answer<Effect.TellQueue>(new EffectResult.Done());
        _run.Owed.Should().BeEmpty("an open case has nothing to say");
        _run.Accept(_run.Say("ben", ReviewDecision.Approve));
        _run.Accept(_run.Say("ana", ReviewDecision.Approve));
        var (intent, told) = _run.Owes<Effect.TellPacket>();
        (told.Packet.Owner, told.Packet.Id).Should().Be((RiskRun.Owner, (Name)"payment-1"));
        var word = told.Command.Should().BeOfType<PacketCommand.RecordCase>().Which;
        (word.Case, word.Sequence, word.Rejected).Should().Be((7, 1, false));
        word.Release!.By.Should().Equal("ana", "ben");
        (word.Release.Action, word.Release.Until).Should().Be((RiskAction.Review, _run.Now + _terms.ApprovalLife));
        _run.Answer(intent, new EffectResult.NoAnswer("busy")).Should().BeEmpty();
        _run.Answer(intent, new EffectResult.Done()).Should().ContainSingle();
        _run.Answer<Effect.TellQueue>(new EffectResult.Done());
        _run.Owed.Should().BeEmpty();
    }

    [Fact]
    public void Lapsed_BeforeItsReleaseWasHeard_TellsOnlyThatItIsHeld()
    {
        _run.Open();
        _run.Accept(_run.Say("ana", ReviewDecision.Approve));
        _run.Accept(_run.Say("ben", ReviewDecision.Approve));
        var late = _run.Owes<Effect.TellPacket>().Intent;
        _run.Pass(_terms.ApprovalLife);
        var word = (PacketCommand.RecordCase)_run.Owes<Effect.TellPacket>().Effect.Command;
        (word.Sequence, word.Release).Should().Be((2, null));
        _run.Answer(late, new EffectResult.Done()).Should().BeEmpty("that word is not the newest");
    }

    [Fact]
    public void Overdue_WhereNobodyIsNamed_IsNeverApproved()
    {
        _run.Open(_terms with { Override = [], OverrideApprovals = 0 });
        _run.Pass(Span.Hours(24));
        foreach (var name in new Name[] { "ana", "ben", "head" }) _run.Accept(_run.Say(name, ReviewDecision.Approve));
        (_run.View.Stage, _run.Owed.Values.Single()).Should().Match<(string Stage, Effect Owed)>(seen => seen.Stage == "overdue" && seen.Owed is Effect.TellQueue);
    }

    [Fact]
    public void Queue_HearsThatItWaitsAndThatItWaitsNoMore()
    {
        _run.Open();
        var list = _run.Owes<Effect.TellQueue>().Effect.Command;
        list.Should().BeOfType<ReviewQueueCommand.List>().Which.Case.Should().Be(_run.State.Key);
        _run.Accept(_run.Say("ana", ReviewDecision.Reject));
        _run.Answer<Effect.TellQueue>(new EffectResult.NoAnswer("busy")).Should().BeEmpty();
        _run.Answer<Effect.TellQueue>(new EffectResult.Done()).Should().ContainSingle();
        _run.Owed.Values.OfType<Effect.TellQueue>().Should().BeEmpty();
        _run.Accept(_run.Say("ben", ReviewDecision.Reject));
        var unlist = _run.Owes<Effect.TellQueue>().Effect.Command;
        unlist.Should().BeOfType<ReviewQueueCommand.Unlist>();
        unlist.CommandId.Should().NotBe(list.CommandId);
        _run.Answer<Effect.TellQueue>(new EffectResult.Done());
        _run.Owed.Values.OfType<Effect.TellQueue>().Should().BeEmpty();
    }

    /// <summary>The queue heard that it waits when it did no more: it is told again, and never left listed.</summary>
    [Fact]
    public void Queue_DecidedWhileTheWordIsOnItsWay_IsToldThatToo()
    {
        _run.Open();
        var (intent, _) = _run.Owes<Effect.TellQueue>();
        var late = CaseDecider.Resume(_run.State, intent, new EffectResult.Done())!;
        foreach (var name in new Name[] { "ana", "ben" }) _run.Accept(_run.Say(name, ReviewDecision.Approve));
        _run.Accept(late).Should().ContainSingle();
        _run.Owes<Effect.TellQueue>().Effect.Command.Should().BeOfType<ReviewQueueCommand.Unlist>();
    }

    [Fact]
    public void Word_OfADepositsCase_GoesToItsAccount()
    {
        var deposit = People.Id("deposit");
        var run = new CaseRun(HeldDeposit.CaseKey(RiskRun.Owner, deposit, 7));
        run.Accept(CaseRun.Opening(_terms) with { Proposer = null });
        foreach (var name in new Name[] { "ana", "ben" }) run.Accept(new CaseCommand.Review(run.NewId(), name, ReviewDecision.Approve, CaseRun.Sealed));
        var told = run.Owes<Effect.TellAccount>().Effect;
        told.Account.Should().Be(RiskRun.Owner);
        var word = told.Command.Should().BeOfType<AccountCommand.RecordDepositCase>().Subject;
        (word.Deposit, word.Case, word.Sequence, word.Rejected).Should().Be((deposit, 7, 1, false));
        word.Release!.By.Should().Equal((Name)"ana", (Name)"ben");
        run.Answer<Effect.TellAccount>(new EffectResult.Done());
        foreach (var turn in (Type[])[typeof(ReviewQueueCommand.List), typeof(ReviewQueueCommand.Unlist)])
        {
            run.Owes<Effect.TellQueue>().Effect.Command.Should().BeOfType(turn, "the queue hears of a turn that is over too");
            run.Answer<Effect.TellQueue>(new EffectResult.Done());
        }

        run.Owed.Should().BeEmpty();
    }

    [Fact]
    public void Events_Stored_ReadForEver()
    {
        _run.Open(CaseRun.Asking);
        _run.Accept(new CaseCommand.AttachTravelRule(_run.NewId(), CaseRun.Sealed));
        _run.Accept(_run.Verdict(ScreeningVerdict.Clear, Span.Hours(1)));
        _run.Accept(_run.Say("ana", ReviewDecision.Approve));
        _run.Accept(_run.Say("ben", ReviewDecision.Approve));
        _run.Pass(Span.Hours(1));
        _run.Pass(Span.Hours(24));
        _run.Accept(_run.Verdict(ScreeningVerdict.Block));
        _run.Answer<Effect.TellPacket>(new EffectResult.Done());
        _run.Pass(Span.Hours(1));
        _run.Accept(new CaseCommand.RecordQueued(_run.NewId(), 1));
        _run.Accept(new CaseCommand.Close(_run.NewId()));
        GoldenFiles.ShouldHold("case", CaseJson.Default.CaseEvent, _run.Events);
    }
}
