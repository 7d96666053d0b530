using TPWallet.Domain.Dapps;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Dapps;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Domain.Dapps;

/// <summary>What is recorded of a contract, for which code, and what a change of the code takes away.</summary>
public sealed class DappTests
{
    private readonly DappRun _run = new();

    [Fact]
    public void Record_OfAnUnseenContract_HasTheChainAskedAndGivesNothingBefore()
    {
        _run.Owed.Should().BeEmpty();
        DappDecider.View(_run.State, _run.Now).Should().BeNull();
        _run.Sourced().Audited("trail");
        _run.Trust.PerMille.Should().Be(0, "nobody has seen the code");
        _run.Owes<Effect.ReadCode>().Effect.Should().Be(new Effect.ReadCode(People.Chain, People.AddressOf("dex")));
        _run.Answer<Effect.ReadCode>(new EffectResult.NoAnswer("busy")).Should().BeEmpty("it stays owed");
        _run.Answer<Effect.ReadCode>(new EffectResult.CodeRead(DappRun.Code)).Should().ContainSingle();
        _run.Owed.Should().BeEmpty();
        _run.Trust.PerMille.Should().Be(450);
    }

    [Fact]
    public void Record_OfAnotherCodeThanTheOneRead_FallsAway()
    {
        _run.Sourced(DappRun.Other).Audited("trail");
        _run.Answer<Effect.ReadCode>(new EffectResult.CodeRead(DappRun.Code));
        (_run.State.Source, _run.State.Audits.Length).Should().Be((null, 1));
        _run.Refuse(new DappCommand.RecordSource(_run.Id(), "ops", new(DappRun.Other, null))).Code.Should().Be(RejectionCode.StaleVersion);
        _run.Refuse(new DappCommand.RecordAudit(_run.Id(), "ops", _run.Audit("late", DappRun.Other))).Code.Should().Be(RejectionCode.StaleVersion);
        _run.Refuse(_run.Override(500, DappRun.Other)).Code.Should().Be(RejectionCode.StaleVersion);
    }

    [Fact]
    public void Code_ThatChanges_TakesAllTrustAwayAtOnceAndForGood()
    {
        _run.Seen(DappRun.Code).Sourced().Audited("trail");
        _run.Accept(new DappCommand.RecordHolders(_run.Id(), "ops", 100_000));
        _run.Accept(new DappCommand.RecordIncident(_run.Id(), "ops", "an oracle was bent"));
        _run.Call();
        _run.Accept(_run.Override(600));
        _run.Trust.PerMille.Should().Be(600);

        _run.Seen(DappRun.Other);
        _run.Trust.PerMille.Should().Be(0);
        (_run.State.Changes, _run.State.Source, _run.State.Override, _run.State.Holders, _run.State.Calls).Should().Be((1, null, null, null, CallBook.None));
        _run.State.Audits.Should().BeEmpty();
        _run.State.Incidents.Count.Should().Be(1, "an upgrade washes nothing off");

        _run.Seen(DappRun.Code);
        (_run.State.Changes, _run.Trust.PerMille).Should().Be((2, 0), "what came back is not what was judged");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Code_OfAProxyThatIsPointedElsewhereOrGone_IsAnother(bool gone)
    {
        var proxy = DappRun.Code with { Implementation = People.AddressOf("v1") };
        _run.Seen(proxy).Sourced(proxy);
        _run.Trust.PerMille.Should().Be(250);
        _run.Seen(gone ? null : proxy with { Implementation = People.AddressOf("v2") });
        (_run.Trust.PerMille, _run.State.Changes).Should().Be((0, 1));
    }

    [Fact]
    public void Code_SeenAgain_LeavesNoEventUnlessTheChainWasToBeAsked()
    {
        _run.Seen(DappRun.Code);
        var since = _run.State.Seen!.Since;
        _run.Now += Span.Hours(5);
        _run.Accept(new DappCommand.SeeCode(_run.Id(), DappRun.Code)).Should().BeEmpty();
        _run.Accept(new DappCommand.Look(_run.Id(), "ops"));
        _run.Accept(new DappCommand.Look(_run.Id(), "ops")).Should().BeEmpty("it is to be asked already");
        var first = _run.Owes<Effect.ReadCode>().Intent;
        _run.Answer<Effect.ReadCode>(new EffectResult.CodeRead(DappRun.Code)).Should().ContainSingle();
        (_run.State.Seen.Since, _run.State.Changes).Should().Be((since, 0));
        _run.Accept(new DappCommand.Look(_run.Id(), "ops"));
        _run.Owes<Effect.ReadCode>().Intent.Should().NotBe(first, "another reading has another answer");
    }

    [Fact]
    public void Calls_BeforeTheCodeWasSeen_HaveItReadAndAreNotCounted()
    {
        _run.Call();
        _run.Accept(new DappCommand.RecordCall(_run.Id(), true)).Should().BeEmpty();
        _run.State.Calls.Should().Be(CallBook.None);
        _run.Answer<Effect.ReadCode>(new EffectResult.CodeRead(DappRun.Code));
        _run.Call();
        _run.Call(succeeded: false);
        (_run.State.Calls.Settled, _run.State.Calls.Failed).Should().Be((1, 1));
    }

    [Fact]
    public void Calls_OfOneDay_CountUpToAFewOfEachKind()
    {
        _run.Seen(DappRun.Code);
        for (var i = 0; i < 3 * CallBook.MaxOfDay; i++) _run.Accept(new DappCommand.RecordCall(_run.Id(), true));
        for (var i = 0; i < 3 * CallBook.MaxOfDay; i++) _run.Accept(new DappCommand.RecordCall(_run.Id(), false));
        (_run.State.Calls.Settled, _run.State.Calls.Failed).Should().Be((CallBook.MaxOfDay, CallBook.MaxOfDay));
        _run.Now += Span.Hours(24);
        _run.Call();
        _run.State.Calls.Settled.Should().Be(CallBook.MaxOfDay + 1);
        var full = CallBook.None with { Settled = CallBook.Max };
        (full.Takes(true, 1), full.Takes(false, 1)).Should().Be((false, true));
    }

    [Fact]
    public void Audit_OfTheSameReport_ReplacesWhatWasSaidAndCanBeWithdrawn()
    {
        _run.Seen(DappRun.Code).Audited("trail", new(0, 1, 0, 0)).Audited("trail");
        _run.State.Audits.Should().ContainSingle().Which.Open.High.Should().Be(0);
        _run.Accept(new DappCommand.RecordAudit(_run.Id(), "ops", _run.Audit("trail"))).Should().BeEmpty("that is known");
        _run.Accept(new DappCommand.Withdraw(_run.Id(), "ops", PacketRun.Hash("trail's report"), "it was of another branch")).Should().ContainSingle();
        _run.State.Audits.Should().BeEmpty();
        _run.Refuse(new DappCommand.Withdraw(_run.Id(), "ops", PacketRun.Hash("trail's report"), "again")).Code.Should().Be(RejectionCode.NotFound);
        _run.Refuse(new DappCommand.Withdraw(_run.Id(), "ops", null, "no source")).Code.Should().Be(RejectionCode.NotFound);
        _run.Sourced();
        _run.Accept(new DappCommand.Withdraw(_run.Id(), "ops", null, "the compiler was another"));
        _run.State.Source.Should().BeNull();
        for (var i = 0; i < DappState.MaxAudits; i++) _run.Audited($"auditor{i}");
        _run.Refuse(new DappCommand.RecordAudit(_run.Id(), "ops", _run.Audit("more"))).Code.Should().Be(RejectionCode.TooLarge);
        _run.Audited("auditor3", new(0, 0, 1, 0));
    }

    public static TheoryData<string, RejectionCode> BadInput => new()
    {
        { "negative findings", RejectionCode.Malformed },
        { "findings beyond count", RejectionCode.Malformed },
        { "audit of tomorrow", RejectionCode.Malformed },
        { "audit that is over", RejectionCode.Expired },
        { "audit for ever", RejectionCode.Malformed },
        { "deployed tomorrow", RejectionCode.Malformed },
        { "negative holders", RejectionCode.Malformed },
        { "holders beyond count", RejectionCode.Malformed },
        { "incident without a reason", RejectionCode.Malformed },
        { "withdrawal without a reason", RejectionCode.Malformed },
        { "override below nothing", RejectionCode.Malformed },
        { "override beyond one word", RejectionCode.Malformed },
        { "override without a reason", RejectionCode.Malformed },
        { "override with a novel", RejectionCode.Malformed },
        { "override that is over", RejectionCode.Expired },
        { "override for ever", RejectionCode.Malformed },
    };

    [Theory]
    [MemberData(nameof(BadInput))]
    public void Command_WithBadInput_HasItsCodeAndChangesNothing(string input, RejectionCode code)
    {
        _run.Seen(DappRun.Code);
        var audit = _run.Audit("trail");
        DappCommand command = input switch
        {
            "negative findings" => Audit(audit with { Open = new(0, -1, 0, 0) }),
            "findings beyond count" => Audit(audit with { Open = new(0, 0, 0, OpenFindings.Max + 1) }),
            "audit of tomorrow" => Audit(audit with { At = _run.Now + Span.Hours(24) }),
            "audit that is over" => Audit(audit with { ExpiresAt = _run.Now }),
            "audit for ever" => Audit(audit with { ExpiresAt = new(253_402_300_799_999) }),
            "deployed tomorrow" => new DappCommand.RecordSource(_run.Id(), "ops", new(DappRun.Code, _run.Now + Span.Hours(24))),
            "negative holders" => new DappCommand.RecordHolders(_run.Id(), "ops", -1),
            "holders beyond count" => new DappCommand.RecordHolders(_run.Id(), "ops", DappHolders.Max + 1),
            "incident without a reason" => new DappCommand.RecordIncident(_run.Id(), "ops", ""),
            "withdrawal without a reason" => new DappCommand.Withdraw(_run.Id(), "ops", null, ""),
            "override below nothing" => _run.Override(-1),
            "override beyond one word" => _run.Override(DappOverride.MaxTrust + 1),
            "override without a reason" => _run.Override(1, reason: ""),
            "override with a novel" => _run.Override(1, reason: new string('x', OperatorStop.MaxReason + 1)),
            "override that is over" => _run.Override(1, hours: 0),
            "override for ever" => _run.Override(1, hours: DappOverride.MaxLifeHours + 1),
            _ => throw new UnreachableException(input),
        };
        var before = _run.Snapshot(_run.State);
        _run.Refuse(command).Code.Should().Be(code);
        _run.Snapshot(_run.State).Should().Be(before);

        DappCommand Audit(DappAudit said) => new DappCommand.RecordAudit(_run.Id(), "ops", said);
    }

    [Fact]
    public void Events_Stored_ReadForEver()
    {
        _run.Sourced(deployedAt: People.Start - Span.Hours(24)).Audited("trail", new(0, 0, 2, 3));
        _run.Answer<Effect.ReadCode>(new EffectResult.CodeRead(DappRun.Code with { Implementation = People.AddressOf("v1") }));
        _run.Accept(new DappCommand.RecordHolders(_run.Id(), "ops", 1_234));
        _run.Accept(new DappCommand.RecordIncident(_run.Id(), "ops", "an oracle was bent"));
        _run.Call();
        var code = _run.State.Seen!.Code!;
        _run.Accept(_run.Override(300, code));
        _run.Accept(new DappCommand.EndOverride(_run.Id(), "ops"));
        _run.Accept(new DappCommand.EndOverride(_run.Id(), "ops")).Should().BeEmpty();
        _run.Accept(new DappCommand.RecordAudit(_run.Id(), "ops", _run.Audit("bits", code)));
        _run.Accept(new DappCommand.Withdraw(_run.Id(), "ops", PacketRun.Hash("bits's report"), "it was a draft"));
        _run.Answer<Effect.ReadCode>(new EffectResult.CodeRead(code));
        _run.Accept(new DappCommand.Look(_run.Id(), "ops"));
        _run.Accept(new DappCommand.Tick(_run.Id())).Should().BeEmpty();
        _run.Sourced(code).Seen(DappRun.Code);
        _run.Answer<Effect.TellIncident>(new EffectResult.Done());
        GoldenFiles.ShouldHold("dapp", DappJson.Default.DappEvent, _run.Events);
        _run.Snapshot(_run.Replay()).Should().Be(_run.Snapshot(_run.State));
    }
}
