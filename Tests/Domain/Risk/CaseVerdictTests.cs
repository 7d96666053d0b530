using TPWallet.Domain.Machines;
using TPWallet.Domain.Risk.Cases;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Risk;

/// <summary>A case that asks an outside service: what its verdict ends, what it does not, and that it is asked again.</summary>
public sealed class CaseVerdictTests
{
    private readonly CaseRun _run = new();

    [Fact]
    public void Open_ThatAsks_WantsAVerdictOfExactlyItsSubject()
    {
        _run.Accept(CaseRun.Opening(CaseRun.Asking))[1].Should().BeOfType<CaseEvent.VerdictWanted>().Which.Subject.Should().Be(CaseRun.Subject.Hash);
        _run.View.WantsVerdict.Should().BeTrue();
        var question = CaseDecider.Question(_run.State)!;
        (question.Hash, question.Round, question.IsOpen, question.DueAt).Should().Be((CaseRun.Subject.Hash, 1, true, (Instant?)(_run.Now + CaseRun.Asking.Patience)));
        question.Subject.Parties.Should().Equal(People.AddressOf("payee").Value);
        CaseDecider.Question(new CaseRun().Open().State).Should().BeNull();
    }

    [Fact]
    public void Verdict_ThatIsAskedFor_MustBeThereBesideTwoPersons()
    {
        _run.Open(CaseRun.Asking).Approve("ana", "ben");
        _run.Stage.Should().Be("held");
        _run.Accept(_run.Verdict(ScreeningVerdict.Clear)).Should().HaveCount(2);
        (_run.Stage, _run.View.WantsVerdict).Should().Be(("approved", false));
    }

    [Fact]
    public void Verdict_Clear_EndsAloneOnlyWhatWaitedForItAlone()
    {
        _run.Open(CaseRun.OnlyAsking, RiskAction.Hold);
        _run.Accept(_run.Verdict(ScreeningVerdict.Clear));
        _run.Stage.Should().Be("approved");
        var release = ((PacketCommand.RecordCase)_run.Owes<Effect.TellPacket>().Effect.Command).Release!;
        (release.By.Length, release.Verdict!.Provider).Should().Be((0, (Name)"service"));
        var suspicious = new CaseRun().Open(CaseRun.Asking, RiskAction.Hold);
        suspicious.Accept(suspicious.Verdict(ScreeningVerdict.Clear));
        suspicious.Stage.Should().Be("held", "its rules asked for persons, and a list knows nothing of look-alikes");
    }

    public static TheoryData<string, RejectionCode> Misfits => new()
    {
        { "another subject", RejectionCode.StaleVersion },
        { "no verdict", RejectionCode.Malformed },
        { "of later", RejectionCode.Malformed },
        { "expired", RejectionCode.Malformed },
        { "a share above all", RejectionCode.Malformed },
        { "older lists", RejectionCode.StaleVersion },
    };

    [Theory, MemberData(nameof(Misfits))]
    public void Verdict_ThatDoesNotFit_IsRefused(string what, RejectionCode code)
    {
        _run.Open(CaseRun.Asking);
        _run.Now += Span.Hours(1);
        _run.Accept(_run.Verdict(ScreeningVerdict.Clear));
        var fits = _run.Verdict(ScreeningVerdict.Clear);
        var said = fits.Screening;
        _run.Refuse(what switch
        {
            "another subject" => fits with { Subject = Bytes32.Zero },
            "no verdict" => fits with { Screening = said with { Verdict = 0 } },
            "of later" => fits with { Screening = said with { At = _run.Now + Span.Hours(1) } },
            "expired" => fits with { Screening = said with { ExpiresAt = _run.Now } },
            "a share above all" => fits with { Screening = said with { Flow = new(1, 1001) } },
            _ => fits with { Screening = said with { ListVersion = 6 } },
        }).Code.Should().Be(code);
        _run.Accept(fits);
    }

    [Fact]
    public void Verdict_WhereNoneIsAskedFor_IsRefused()
    {
        _run.Open();
        _run.Refuse(_run.Verdict(ScreeningVerdict.Block)).Code.Should().Be(RejectionCode.WrongState);
    }

    [Theory]
    [InlineData(0, 100, "held")]
    [InlineData(1, 100, "held")]
    [InlineData(1, 99, "approved")]
    [InlineData(2, 250, "held")]
    [InlineData(2, 249, "approved")]
    [InlineData(3, 1000, "approved")]
    public void Verdict_ClearButNearAListedParty_AsksForPersons(int hops, int share, string stage)
    {
        _run.Open(CaseRun.OnlyAsking, RiskAction.Hold);
        _run.Accept(_run.Verdict(ScreeningVerdict.Clear, flow: new(hops, share)));
        _run.Stage.Should().Be(stage);
        if (stage == "held") _run.Approve("ana", "ben").Stage.Should().Be("approved");
    }

    [Fact]
    public void Verdict_ThatExpiresWhilePersonsThink_IsAskedForAgain()
    {
        _run.Open(CaseRun.Asking);
        _run.Accept(_run.Verdict(ScreeningVerdict.Clear, Span.Hours(2)));
        _run.View.WantsVerdict.Should().BeFalse();
        _run.Pass(Span.Hours(2)).Should().ContainSingle().Which.Should().BeOfType<CaseEvent.VerdictWanted>().Which.Round.Should().Be(2);
        _run.Approve("ana", "ben").Stage.Should().Be("held", "the verdict is over");
        _run.Pass(Span.Hours(21)).Should().BeEmpty("it is asked already");
        _run.Accept(_run.Verdict(ScreeningVerdict.Clear));
        _run.Stage.Should().Be("approved");
    }

    [Fact]
    public void Verdict_Block_RejectsAlsoWhatWasApproved()
    {
        _run.Open(CaseRun.Asking).Approve("ana", "ben");
        _run.Accept(_run.Verdict(ScreeningVerdict.Clear));
        _run.Accept(_run.Verdict(ScreeningVerdict.Block));
        (_run.Stage, _run.View.IsHolding).Should().Be(("rejected", true));
        _run.Accept(_run.Verdict(ScreeningVerdict.Clear));
        _run.Stage.Should().Be("rejected");
    }

    [Fact]
    public void Verdict_OlderThanTheOneKnown_ChangesNothing()
    {
        _run.Open(CaseRun.Asking);
        _run.Now += Span.Hours(1);
        _run.Accept(_run.Verdict(ScreeningVerdict.Review));
        var late = _run.Verdict(ScreeningVerdict.Block);
        _run.Accept(late with { Screening = late.Screening with { At = _run.Now - Span.Hours(1) } }).Should().BeEmpty();
    }

    [Fact]
    public void Approval_ByAVerdictThatExpires_IsScreenedAgain()
    {
        _run.Open(CaseRun.OnlyAsking, RiskAction.Hold);
        _run.Accept(_run.Verdict(ScreeningVerdict.Clear, Span.Hours(5)));
        _run.View.DueAt.Should().Be(_run.Now + Span.Hours(5), "the verdict ends before the approval would");
        _run.Pass(Span.Hours(5)).Select(static said => said.GetType()).Should().Equal(typeof(CaseEvent.Lapsed), typeof(CaseEvent.VerdictWanted));
        (_run.Stage, _run.View.IsHolding, _run.View.Screening).Should().Be(("held", true, (Screening?)null));
        _run.Accept(_run.Verdict(ScreeningVerdict.Clear));
        _run.Stage.Should().Be("approved");
        _run.Accept(_run.Verdict(ScreeningVerdict.Review));
        (_run.Stage, _run.View.Reviews.Length).Should().Be(("held", 0));
    }

    [Fact]
    public void Approval_ByAVerdictThatOutlivesIt_IsScreenedAgainToo()
    {
        _run.Open(CaseRun.OnlyAsking, RiskAction.Hold);
        _run.Accept(_run.Verdict(ScreeningVerdict.Clear));
        _run.Pass(CaseRun.OnlyAsking.ApprovalLife).Should().HaveCount(2);
        (_run.Stage, _run.View.WantsVerdict).Should().Be(("held", true));
    }

    [Fact]
    public void Silence_LeavesItHeldForTheNamedQuorumOrTheLateVerdict()
    {
        _run.Open(CaseRun.OnlyAsking, RiskAction.Hold);
        _run.Pass(Span.Hours(24)).Should().ContainSingle().Which.Should().BeOfType<CaseEvent.FellDue>();
        _run.Approve("ana", "ben", "head");
        (_run.Stage, _run.View.WantsVerdict).Should().Be(("overdue", true));
        _run.Approve("law").Stage.Should().Be("approved", "the named quorum is there");
        var late = new CaseRun().Open(CaseRun.OnlyAsking, RiskAction.Hold);
        late.Pass(Span.Hours(24));
        late.Accept(late.Verdict(ScreeningVerdict.Clear));
        late.Stage.Should().Be("approved");
        var both = new CaseRun().Open(CaseRun.Asking).Approve("ana", "ben");
        both.Pass(Span.Hours(24));
        both.Accept(both.Verdict(ScreeningVerdict.Clear));
        both.Stage.Should().Be("overdue", "persons were asked too, and their time is over");
    }

    [Fact]
    public void Override_AfterAVerdictThatExpired_Decides()
    {
        _run.Open(CaseRun.Asking);
        _run.Accept(_run.Verdict(ScreeningVerdict.Review, Span.Hours(1)));
        _run.Pass(Span.Hours(24));
        _run.Approve("head", "law").Stage.Should().Be("approved");
        _run.View.DueAt.Should().Be(_run.Now + CaseRun.Asking.ApprovalLife);
    }

    [Fact]
    public void Shadow_Case_RecordsAndHoldsNothing()
    {
        _run.Open(CaseRun.Asking with { Shadow = true });
        _run.View.IsHolding.Should().BeFalse();
        _run.Accept(_run.Verdict(ScreeningVerdict.Block));
        (_run.Stage, _run.View.IsHolding).Should().Be(("rejected", false));
    }
}
