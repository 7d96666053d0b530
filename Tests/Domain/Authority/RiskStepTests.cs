using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.Authority.AuthorisationTests;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Authority;

/// <summary>What a score adds to the judgement, and that nobody can leave it out where it is enforced.</summary>
public sealed class RiskStepTests
{
    private static readonly RiskDemand _review = new(RiskAction.Review, 1, 0, Span.Hours(24));

    [Fact]
    public void Shadow_DemandsNothingAndTellsWhy()
    {
        var facts = Voted(Demanding(_review with { Action = RiskAction.Block }, RiskMode.Shadow));
        var assessment = Authorisation.Assess(facts);
        (assessment.Verdict, assessment.Risk, assessment.Confirmer).Should().Be((Verdict.Allowed, null, null));
        assessment.Reasons.Should().Contain(reason => reason.Step == "risk" && reason.Detail.Contains("in shadow") && reason.Detail.Contains("party-new"));
        Authorisation.Assess(facts with { Risk = null }).Verdict.Should().Be(Verdict.Allowed);
    }

    [Fact]
    public void Members_WhoEnforce_AreStricterThanTheDeploymentAndItThanThey()
    {
        var facts = Voted(Demanding(_review with { Action = RiskAction.Block }, RiskMode.Shadow));
        Authorisation.Assess(Enforced(facts)).Denial!.Code.Should().Be(RejectionCode.RiskBlocked);
        var eager = Voted(Demanding(_review with { Action = RiskAction.Block }));
        Authorisation.Assess(eager with { Governance = eager.Governance with { Risk = RiskMode.Shadow } }).Denial!.Code.Should().Be(RejectionCode.RiskBlocked);
    }

    [Fact]
    public void Block_IsDenied_WithTheRules()
    {
        var denial = Authorisation.Assess(Voted(Demanding(_review with { Action = RiskAction.Block }))).Denial!;
        denial.Code.Should().Be(RejectionCode.RiskBlocked);
        denial.Reasons.Should().Equal("party-new");
    }

    public static TheoryData<string> NoScore => ["none", "another packet's", "other effects'", "another account's", "of an inflow", "other movements", "too old"];

    [Theory, MemberData(nameof(NoScore))]
    public void Enforced_WithoutAScoreOfExactlyThis_IsDenied(string what)
    {
        var facts = Enforced(Voted(Demanding(RiskDemand.Nothing)));
        Authorisation.Assess(facts).Verdict.Should().Be(Verdict.Allowed);
        var score = facts.Risk!.Score;
        var payment = score.Payment;
        PacketScore? other = what switch
        {
            "none" => null,
            "another packet's" => score with { Packet = Bytes32.Zero },
            "other effects'" => score with { EffectDigest = Bytes32.Zero },
            "another account's" => score with { Payment = payment with { Account = new(Deployment) } },
            "of an inflow" => score with { Payment = payment with { Direction = RiskDirection.In } },
            "other movements" => score with { Payment = payment with { Movements = [payment.Movements[0] with { Party = AddressOf("friend").Value }] } },
            _ => score with { At = new(Start.UnixMs - PacketScore.Life.Ms) },
        };
        Authorisation.Assess(facts with { Risk = other is null ? null : new(other, null) }).Denial!.Code.Should().Be(RejectionCode.RiskUnscored);
    }

    [Fact]
    public void Quorum_IsRaisedAsFarAsItsPeopleGo()
    {
        var facts = Voted(Demanding(new(RiskAction.Quorum, 1, 0, Span.Zero)));
        var assessment = Authorisation.Assess(facts);
        (assessment.Verdict, assessment.Required.Approvals).Should().Be((Verdict.NeedsVotes, 3));
        Authorisation.Assess(facts with { Votes = facts.Votes.Add(Vote(facts, Cleo)) }).Verdict.Should().Be(Verdict.Allowed);
        Authorisation.Assess(Voted(Demanding(new(RiskAction.Quorum, 9, 0, Span.Zero)))).Required.Approvals.Should().Be(3, "more cannot be had");
    }

    [Fact]
    public void SecondFactor_IsAVoteOfTheProposersOwnDevice_OrOneMoreApproval()
    {
        var demand = new RiskDemand(RiskAction.SecondFactor, 0, 0, Span.Zero);
        var facts = Demanding(demand);
        facts = Scored(facts with { Packet = facts.Packet with { Proposer = Ana.Id } }, demand, RiskMode.Enforced);
        facts = facts with { Votes = [Vote(facts, Ben), Vote(facts, Cleo)] };
        var assessment = Authorisation.Assess(facts);
        (assessment.Verdict, assessment.Confirmer).Should().Be((Verdict.NeedsVotes, (Name?)Ana.Id));
        assessment.Eligible.Should().NotContain(Ana.Id, "it does not count");
        Authorisation.Assess(facts with { Votes = facts.Votes.Add(Vote(facts, Ana)) }).Verdict.Should().Be(Verdict.Allowed);

        var program = Authorisation.Assess(Voted(Demanding(demand)));
        (program.Confirmer, program.Required.Approvals).Should().Be((null, 3), "Olga is an operator: her vote confirms nothing");
    }

    [Fact]
    public void Held_WaitsForVotesFirstAndThenForARelease()
    {
        var facts = Demanding(_review);
        Authorisation.Assess(facts).Verdict.Should().Be(Verdict.NeedsVotes);
        facts = Voted(facts, Ana, Ben, Cleo);
        Authorisation.Assess(facts).Verdict.Should().Be(Verdict.Held);
        Authorisation.Assess(Released(facts)).Verdict.Should().Be(Verdict.Allowed);
    }

    public static TheoryData<string> NoRelease => ["one person", "one person twice", "the proposer", "of less", "over"];

    [Theory, MemberData(nameof(NoRelease))]
    public void Release_ThatIsNone_Holds(string what)
    {
        var facts = Released(Voted(Demanding(_review), Ana, Ben, Cleo));
        var release = facts.Risk!.Release!;
        var bad = what switch
        {
            "one person" => release with { By = ["rita"] },
            "one person twice" => release with { By = ["rita", "rita"] },
            "the proposer" => release with { By = ["rita", Olga.Id] },
            "of less" => release with { Action = RiskAction.Hold },
            _ => release with { Until = Start },
        };
        Authorisation.Assess(facts with { Risk = facts.Risk with { Release = bad } }).Verdict.Should().Be(Verdict.Held);
    }

    public static TheoryData<string, Verdict> ByVerdict => new()
    {
        { "", Verdict.Allowed },
        { "asks for persons", Verdict.Held },
        { "is over", Verdict.Held },
        { "is near a listed party", Verdict.Held },
        { "says review", Verdict.Held },
        { "of less", Verdict.Held },
    };

    /// <summary>The account, the signer and the case have one rule: a clear verdict in force lets go what waits for it alone.</summary>
    [Theory, MemberData(nameof(ByVerdict))]
    public void Release_ByAVerdict_HoldsWhereItWasAllThatWasMissing(string what, Verdict verdict)
    {
        var facts = Voted(Demanding(_review with { Action = RiskAction.Hold }), Ana, Ben, Cleo);
        var score = facts.Risk!.Score;
        var said = new Screening("service", ScreeningVerdict.Clear, 7, Start, Start + Span.Hours(1));
        said = what switch
        {
            "is over" => said with { ExpiresAt = Start },
            "is near a listed party" => said with { Flow = new(1, 500) },
            "says review" => said with { Verdict = ScreeningVerdict.Review },
            _ => said,
        };
        var release = new CaseRelease([], what == "of less" ? RiskAction.Quorum : RiskAction.Hold, Start + Span.Hours(1)) { Verdict = said };
        var terms = score.Terms with { AsksVerdict = true, VerdictSuffices = what != "asks for persons" };
        Authorisation.Assess(facts with { Risk = new(score with { Terms = terms }, release) }).Verdict.Should().Be(verdict);
    }

    private static AuthorisationFacts Enforced(AuthorisationFacts facts) => facts with { Governance = facts.Governance with { Risk = RiskMode.Enforced } };

    private static AuthorisationFacts Released(AuthorisationFacts facts) =>
        facts with { Risk = facts.Risk! with { Release = new(["rita", "rob"], RiskAction.Review, Start + Span.Hours(1)) } };

    private static AuthorisationFacts Demanding(RiskDemand demand, RiskMode mode = RiskMode.Enforced) => Scored(Facts(StandardPolicy, Transfer("a", Ether)), demand, mode);

    private static AuthorisationFacts Scored(AuthorisationFacts facts, RiskDemand demand, RiskMode mode)
    {
        var outflow = Outflow.Of(facts.Packet, facts.Bounds, facts.Own, facts.Governance, out _)!;
        var payment = new RiskPayment(Id("payment"), facts.Governance.Account, RiskDirection.Out, RiskMovements.Of(outflow), [], null, null);
        var value = new RiskScore(
            demand.Action == RiskAction.Allow ? 0 : 70, demand, demand, [new("party-new", "a", 6, RiskAction.Allow, false, [])], 1, Bytes32.Zero);
        return facts with
        {
            Risk = new(
                new(
                    Canonical.Hash(facts.Packet), Bounds.Digest(facts.Bounds), payment, value, mode, new(false, Span.Hours(72), Span.Hours(24), [], 0, false), [],
                    Start, Start + PacketScore.Freshness, 1),
                null),
        };
    }

    private static AuthorisationFacts Voted(AuthorisationFacts facts, params ReadOnlySpan<Person> people)
    {
        Person[] voters = people.IsEmpty ? [Ana, Ben] : people.ToArray();
        return facts with { Votes = [.. voters.Select(person => Vote(facts, person))] };
    }
}
