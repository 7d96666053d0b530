using TPWallet.Domain.Machines;
using TPWallet.Domain.Risk.Incidents;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Risk;

/// <summary>An incident until people have dealt with it.</summary>
public sealed class IncidentTests
{
    private static readonly AccountId _account = new(new Bytes32(3));

    private readonly Run _run = new();

    [Fact]
    public void Info_NobodyLooks_StaysAsItIs()
    {
        _run.Accept(Raise(IncidentSeverity.Info));
        IncidentDecider.NextWake(_run.State).Should().BeNull();
        _run.Pass(Span.Hours(1000)).Should().BeEmpty();
        _run.View.Should().Be(new IncidentView("open", IncidentSeverity.Info, "risk.takeover", "seen", People.Start, 1, 0, null, null, null));
    }

    [Fact]
    public void Warning_NobodyLooks_BecomesCriticalAndFreezes()
    {
        _run.Accept(Raise(IncidentSeverity.Warning, _account));
        _run.Owed.Should().BeEmpty("a warning freezes nothing");
        _run.Pass(Span.Hours(3)).Should().BeEmpty();
        _run.Pass(Span.Hours(1)).Should().ContainSingle();
        _run.View.Severity.Should().Be(IncidentSeverity.Critical);
        _run.Owes<Effect.TellAccount>().Effect.Account.Should().Be(_account);
    }

    [Fact]
    public void Critical_Raised_FreezesTheAccountOnce()
    {
        _run.Accept(Raise(IncidentSeverity.Critical, _account));
        var (intent, tell) = _run.Owes<Effect.TellAccount>();
        tell.Command.Should().BeOfType<AccountCommand.FreezeByIncident>().Which.Reason.Should().Be("incident risk.takeover");
        _run.Answer(intent, new EffectResult.NoAnswer("down")).Should().BeEmpty("it stays owed");
        _run.Answer(intent, new EffectResult.Done()).Should().ContainSingle();
        _run.Owed.Should().BeEmpty();
        _run.Accept(Raise(IncidentSeverity.Critical, _account));
        _run.Accept(new IncidentCommand.Escalate(_run.NewId(), "ops"));
        _run.Owed.Should().BeEmpty("it is frozen already");
        _run.View.Frozen.Should().Be(_account);
    }

    [Fact]
    public void Critical_NobodyLooks_IsPassedOnSoManyTimesAndNotForEver()
    {
        _run.Accept(Raise(IncidentSeverity.Critical));
        for (var level = 1; level <= IncidentState.MaxLevel; level++)
        {
            _run.Pass(IncidentState.CriticalPatience).Should().ContainSingle();
            _run.View.Level.Should().Be(level);
        }

        IncidentDecider.NextWake(_run.State).Should().BeNull();
    }

    [Fact]
    public void Resolve_BeforeSomebodyLooked_IsRefused()
    {
        _run.Refuse(new IncidentCommand.Acknowledge(_run.NewId(), "ops")).Code.Should().Be(RejectionCode.NotFound);
        _run.Accept(Raise(IncidentSeverity.Warning));
        _run.Refuse(new IncidentCommand.Resolve(_run.NewId(), "ops")).Code.Should().Be(RejectionCode.WrongState);
        _run.Accept(new IncidentCommand.Acknowledge(_run.NewId(), "ops"));
        _run.Accept(new IncidentCommand.Acknowledge(_run.NewId(), "other")).Should().BeEmpty();
        _run.View.By.Should().Be((Name)"ops");
        _run.Accept(new IncidentCommand.Resolve(_run.NewId(), "other")).Should().ContainSingle();
        _run.Accept(new IncidentCommand.Resolve(_run.NewId(), "ops")).Should().BeEmpty();
        (_run.View.Stage, _run.View.By).Should().Be(("resolved", (Name?)"other"));
        _run.Refuse(new IncidentCommand.Escalate(_run.NewId(), "ops")).Code.Should().Be(RejectionCode.WrongState);
    }

    [Fact]
    public void Acknowledged_NotResolvedInTime_IsOpenAgainAndGraver()
    {
        _run.Accept(Raise(IncidentSeverity.Info));
        _run.Accept(new IncidentCommand.Acknowledge(_run.NewId(), "ops"));
        _run.Pass(IncidentState.ResolutionPatience).Should().ContainSingle();
        (_run.View.Stage, _run.View.Severity).Should().Be(("open", IncidentSeverity.Warning));
    }

    [Fact]
    public void Raise_AgainAndGraver_IsCountedAndOpensItAgain()
    {
        _run.Accept(Raise(IncidentSeverity.Warning));
        _run.Accept(new IncidentCommand.Acknowledge(_run.NewId(), "ops"));
        _run.Accept(Raise(IncidentSeverity.Info));
        (_run.View.Stage, _run.View.Severity, _run.View.Times).Should().Be(("acknowledged", IncidentSeverity.Warning, 2));
        _run.Accept(Raise(IncidentSeverity.Critical));
        (_run.View.Stage, _run.View.Severity, _run.View.Times).Should().Be(("open", IncidentSeverity.Critical, 3));
        _run.Refuse(Raise(IncidentSeverity.Info) with { Code = "other" }).Code.Should().Be(RejectionCode.AlreadyExists);
    }

    [Fact]
    public void Raise_AfterResolution_OpensAndFreezesAnew()
    {
        _run.Accept(Raise(IncidentSeverity.Critical, _account));
        _run.Answer<Effect.TellAccount>(new EffectResult.Done());
        _run.Accept(new IncidentCommand.Acknowledge(_run.NewId(), "ops"));
        _run.Accept(new IncidentCommand.Resolve(_run.NewId(), "ops"));
        _run.Accept(Raise(IncidentSeverity.Critical, _account));
        _run.Owes<Effect.TellAccount>().Intent.Should().Be("freeze/2");
        _run.View.Times.Should().Be(2);
    }

    [Fact]
    public void Raise_OfBadForm_IsRefused()
    {
        _run.Refuse(Raise(IncidentSeverity.Info) with { Detail = new string('x', 1025) }).Code.Should().Be(RejectionCode.TooLarge);
        _run.Refuse(Raise((IncidentSeverity)9)).Code.Should().Be(RejectionCode.Malformed);
    }

    [Fact]
    public void Events_Stored_ReadForEver()
    {
        _run.Accept(Raise(IncidentSeverity.Critical, _account));
        _run.Answer<Effect.TellAccount>(new EffectResult.Done());
        _run.Accept(Raise(IncidentSeverity.Critical, _account));
        _run.Accept(new IncidentCommand.Escalate(_run.NewId(), "ops"));
        _run.Accept(new IncidentCommand.Acknowledge(_run.NewId(), "ops"));
        _run.Accept(new IncidentCommand.Resolve(_run.NewId(), "ops"));
        _run.Snapshot(_run.Replay()).Should().Be(_run.Snapshot(_run.State));
        GoldenFiles.ShouldHold("incident", IncidentJson.Default.IncidentEvent, _run.Events);
    }

    private IncidentCommand.Raise Raise(IncidentSeverity severity, AccountId? freeze = null) => new(_run.NewId(), severity, "risk.takeover", "seen", freeze);

    private sealed class Run() : MachineRun<IncidentDecider, IncidentState, IncidentCommand, IncidentEvent>(
        "risk/payment-1", IncidentJson.Default.IncidentEvent, IncidentJson.Default.IncidentState)
    {
        internal IncidentView View => IncidentDecider.View(State)!;
    }
}
