using TPWallet.Domain.Dapps;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Dapps;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Domain.Dapps;

/// <summary>Of which changes of a contract's code operators hear, and that they hear of each once.</summary>
public sealed class CodeChangeTests
{
    private static readonly string _dex = $"dapp:{People.Chain}:{People.AddressOf("dex")}";

    private readonly DappRun _run = new();

    /// <summary>What was said of the code, and whether that is somebody's word in force.</summary>
    public static TheoryData<string, bool> Grounds => new()
    {
        { "audit", true },
        { "source", true },
        { "override", true },
        { "audit with a low finding", true },
        { "nothing", false },
        { "audit with a high finding", false },
        { "audit that is over", false },
        { "override that is over", false },
        { "override to nothing", false },
        { "override to nothing beside a source", false },
        { "calls", false },
    };

    [Theory]
    [MemberData(nameof(Grounds))]
    public void Change_OfACode_OpensAnIncidentWhereItWasTrusted(string ground, bool expected)
    {
        _run.Seen(DappRun.Code);
        switch (ground)
        {
            case "audit" or "audit that is over":
                _run.Audited("trail");
                break;
            case "audit with a low finding" or "audit with a high finding":
                _run.Audited("trail", ground.Contains("low", StringComparison.Ordinal) ? new(0, 0, 0, 1) : new(0, 1, 0, 0));
                break;
            case "source":
                _run.Sourced();
                break;
            case "override" or "override that is over":
                _run.Accept(_run.Override(1));
                break;
            case "override to nothing beside a source":
                _run.Sourced().Accept(_run.Override(0));
                break;
            case "override to nothing":
                _run.Accept(_run.Override(0));
                break;
            case "calls":
                _run.Call();
                break;
        }

        if (ground.EndsWith("is over", StringComparison.Ordinal)) _run.Now += Span.Hours(24 * 366);
        _run.Seen(DappRun.Other);
        _run.Owed.Values.OfType<Effect.TellIncident>().Count().Should().Be(expected ? 1 : 0);
    }

    [Fact]
    public void Change_OfATrustedCode_IsToldOnceWithBothCodes()
    {
        _run.Seen(DappRun.Code).Audited("trail").Seen(DappRun.Other);
        var (intent, tell) = _run.Owes<Effect.TellIncident>();
        var raise = tell.Command.Should().BeOfType<IncidentCommand.Raise>().Subject;
        (tell.Incident, raise.Severity, raise.Code.Value, raise.Freeze).Should().Be(($"{_dex}:1", IncidentSeverity.Warning, "dapp.code-changed", null));
        raise.Detail.Should().Contain($"was {DappRun.Code.Hash} and is {DappRun.Other.Hash}");
        _run.Answer(intent, new EffectResult.NoAnswer("busy")).Should().BeEmpty("it stays owed");
        _run.Owes<Effect.TellIncident>().Effect.Should().Be(tell, "it is the same command again");
        _run.Answer(intent, new EffectResult.Replied(new CommandReply.Accepted(1, []))).Should().ContainSingle();
        _run.Owed.Should().BeEmpty();
        _run.Accept(new DappCommand.RecordChangeTold(_run.Id(), 1)).Should().BeEmpty();
        _run.Seen(DappRun.Other);
        _run.Owed.Should().BeEmpty("it did not change");
        _run.Snapshot(_run.Replay()).Should().Be(_run.Snapshot(_run.State));
    }

    [Fact]
    public void Change_BackAndOnwards_IsAnotherEachTime()
    {
        _run.Seen(DappRun.Code).Audited("trail").Seen(DappRun.Other).Seen(DappRun.Code).Seen(null);
        var told = _run.Owed.Values.OfType<Effect.TellIncident>().ToArray();
        told.Select(one => one.Incident).Should().Equal($"{_dex}:1", $"{_dex}:2", $"{_dex}:3");
        told.Select(one => ((IncidentCommand.Raise)one.Command).Severity).Should().Equal(
            [IncidentSeverity.Warning, IncidentSeverity.Info, IncidentSeverity.Info], "nobody trusted what came after");
        ((IncidentCommand.Raise)told[2].Command).Detail.Should().Contain("is none");
        _run.Answer("change/2", new EffectResult.Done());
        _run.Owed.Keys.Should().Equal("change/1", "change/3");
        _run.Answer("change/1", new EffectResult.Done());
        _run.Answer("change/3", new EffectResult.Done());
        _run.Seen(DappRun.Other).Audited("bits", DappRun.Other).Seen(DappRun.Code with { Implementation = People.AddressOf("v2") });
        _run.Owed.Values.OfType<Effect.TellIncident>().Select(one => ((IncidentCommand.Raise)one.Command).Severity).Should().Equal(IncidentSeverity.Info, IncidentSeverity.Warning);
    }

    [Fact]
    public void Changes_ThatNobodyHeardOf_AreKeptUpToABound()
    {
        _run.Seen(DappRun.Code).Sourced();
        for (var change = 1; change <= DappState.MaxUntold + 3; change++) _run.Seen(change % 2 == 0 ? DappRun.Code : DappRun.Other);
        _run.State.Untold.Select(change => change.Number).Should().Equal(Enumerable.Range(4, DappState.MaxUntold));
    }
}
