using TPWallet.Domain.Authority;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Authority;

/// <summary>The written order of evaluation, step by step, with its reasons.</summary>
public sealed class AuthorisationTests
{
    private static readonly PolicyRule _pay = StandardPolicy.Rules[0];
    private static readonly PolicyRule _denyAll = Rule("never", [], TwoOfThree, RuleEffect.Deny);

    /// <summary>Each row switches on everything below it as well; the first step that applies is told.</summary>
    public static TheoryData<string, RejectionCode, string> Precedence => new()
    {
        { "frozen", RejectionCode.Frozen, "frozen" },
        { "malformed", RejectionCode.ZeroAmount, "deny" },
        { "denied", RejectionCode.ExplicitDeny, "deny" },
        { "hard cap", RejectionCode.HardLimit, "hard-cap" },
        { "hard window", RejectionCode.LimitWindow, "hard-cap" },
        { "no match", RejectionCode.NoRule, "no-match" },
        { "veto", RejectionCode.Vetoed, "quorum" },
    };

    [Theory, MemberData(nameof(Precedence))]
    public void Assess_SeveralStepsApply_TellsTheFirst(string from, RejectionCode code, string step)
    {
        string[] order = ["frozen", "malformed", "denied", "hard cap", "hard window", "no match", "veto"];
        var on = order.SkipWhile(name => name != from).ToArray();
        var policy = StandardPolicy with
        {
            Rules =
            [
                .. on.Contains("denied") ? new[] { _denyAll } : [],
                .. on.Contains("no match") ? Array.Empty<PolicyRule>() : [_pay],
                Rule("tokens", [EffectKind.TokenOut], TwoOfThree),
            ],
            Limits = [Limit("eth", Eth, hardSingle: on.Contains("hard cap") ? 0 : null, hardWindow: on.Contains("hard window") ? 0 : null)],
        };
        var amount = on.Contains("malformed") ? UInt256.Zero : Ether;
        var facts = Facts(policy, Transfer("a", amount)) with { Frozen = on.Contains("frozen") };
        facts = facts with { Votes = [Vote(facts, Ana, VoteDecision.Veto), Vote(facts, Ben)] };
        var assessment = Authorisation.Assess(facts);
        assessment.Verdict.Should().Be(Verdict.Denied);
        assessment.Denial!.Code.Should().Be(code);
        assessment.Reasons.Should().Contain(reason => reason.Step == step);
    }

    [Fact]
    public void Assess_TwoOfThreeWithEachCurve_IsAllowed()
    {
        var facts = Facts(StandardPolicy, Transfer("a", Ether));
        Authorisation.Assess(facts).Verdict.Should().Be(Verdict.NeedsVotes);
        foreach (var (one, two) in new[] { (Ana, Ben), (Ben, Cleo), (Ana, Cleo) })
        {
            var assessment = Authorisation.Assess(facts with { Votes = [Vote(facts, one), Vote(facts, two)] });
            assessment.Verdict.Should().Be(Verdict.Allowed);
            assessment.Counted.Should().Equal(one.Id, two.Id);
            assessment.Required.Should().Be(TwoOfThree);
        }
    }

    [Fact]
    public void Assess_DuplicatesForgedExpiredReplayed_DoNotCount()
    {
        var facts = Facts(StandardPolicy, Transfer("a", Ether));
        var other = Facts(StandardPolicy, Transfer("a", Ether * 2));
        var good = Vote(facts, Ana);
        var expired = Ben.Vote(Subject(facts), VoteTerms.Of(facts.Governance), Start - Span.Hours(30));
        var votes = new[] { good, good, Vote(other, Ben), expired, Vote(facts, Cleo) with { Signature = good.Signature } };
        var assessment = Authorisation.Assess(facts with { Votes = [.. votes] });
        assessment.Verdict.Should().Be(Verdict.NeedsVotes);
        assessment.Counted.Should().Equal(Ana.Id);
        foreach (var code in new[] { RejectionCode.VoteDuplicate, RejectionCode.VoteVoid, RejectionCode.VoteExpired, RejectionCode.VoteForged })
            assessment.Reasons.Should().Contain(reason => reason.Detail.StartsWith(code.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(5, false)]
    [InlineData(6, true)]
    public void Assess_AboveSoftLimit_EscalatesTheQuorum(ulong ether, bool escalated)
    {
        var facts = Facts(StandardPolicy, Transfer("a", Ether * ether));
        facts = facts with { Votes = [Vote(facts, Ana), Vote(facts, Ben)] };
        var two = Authorisation.Assess(facts);
        two.Verdict.Should().Be(escalated ? Verdict.NeedsVotes : Verdict.Allowed);
        two.Required.Should().Be(escalated ? ThreeOfThree : TwoOfThree);
        two.Reasons.Any(reason => reason.Rule == "eth").Should().Be(escalated);
        Authorisation.Assess(facts with { Votes = facts.Votes.Add(Vote(facts, Cleo)) }).Verdict.Should().Be(Verdict.Allowed);
    }

    [Fact]
    public void Assess_WindowNearlyFull_EscalatesAndThenRefuses()
    {
        var facts = Facts(StandardPolicy, Transfer("a", Ether));
        var full = facts with { Windows = LimitWindows.Empty.Reserve([new(Eth, Tier.Cold, Ether * 19)], Start) };
        Authorisation.Assess(full).Required.Should().Be(ThreeOfThree, "its fee budget takes it above the soft limit");
        full = facts with { Windows = LimitWindows.Empty.Reserve([new(Eth, Tier.Cold, Ether * 99)], Start) };
        Authorisation.Assess(full).Denial!.Code.Should().Be(RejectionCode.LimitWindow);
    }

    [Theory]
    [InlineData(false, false, Verdict.NeedsVotes)]
    [InlineData(true, false, Verdict.Allowed)]
    [InlineData(true, true, Verdict.NeedsVotes)]
    public void Assess_ProposersOwnVote_CountsOnlyWherePolicySaysSo(bool proposerVotes, bool separateDuties, Verdict verdict)
    {
        var policy = StandardPolicy with { ProposerVotes = proposerVotes, Rules = [_pay with { SeparateDuties = separateDuties }] };
        var facts = Facts(policy, Transfer("a", Ether));
        facts = facts with { Packet = facts.Packet with { Proposer = Ana.Id } };
        facts = facts with { Votes = [Vote(facts, Ana), Vote(facts, Ben)] };
        var assessment = Authorisation.Assess(facts);
        assessment.Verdict.Should().Be(verdict);
        assessment.Eligible.Contains(Ana.Id).Should().Be(verdict == Verdict.Allowed);
        assessment.SeparateDuties.Should().Be(separateDuties);
    }

    [Fact]
    public void Assess_SeveralRulesMatch_EachQuorumHasToBeReached()
    {
        var policy = StandardPolicy with { Rules = [_pay, Rule("new", [], new(1, Roles.Owner), destination: DestinationScope.New, timelock: Span.Hours(1))] };
        Person[] people = [new("ann", Roles.Approver, SignatureScheme.Ed25519, "d"), new("bob", Roles.Approver, SignatureScheme.Ed25519, "d"), Ana, Ben, Cleo, Olga];
        var facts = Facts(policy, people, Transfer("a", Ether));
        facts = facts with { Votes = [Vote(facts, people[0]), Vote(facts, people[1])] };
        Authorisation.Assess(facts).Verdict.Should().Be(Verdict.NeedsVotes, "two approvers are no owner");
        facts = facts with { Votes = facts.Votes.Add(Vote(facts, Ana)) };
        var locked = Authorisation.Assess(facts);
        (locked.Verdict, locked.Timelock).Should().Be((Verdict.TimeLocked, Span.Hours(1)));
        var quorumAt = Start;
        var later = facts with { QuorumReachedAt = quorumAt, Stamp = new(Start + Span.Hours(1) - new Span(1), Start + Span.Hours(1)) };
        Authorisation.Assess(later).Verdict.Should().Be(Verdict.TimeLocked, "time locks are judged by the earliest possible time");
        Authorisation.Assess(later with { Stamp = Stamp.At(Start + Span.Hours(1)) }).Verdict.Should().Be(Verdict.Allowed);
    }

    [Fact]
    public void Assess_DestinationOnTheAllowList_MatchesItsRule()
    {
        var policy = StandardPolicy with { Rules = [Rule("known", [], TwoOfThree, destination: DestinationScope.Allowed)] };
        var facts = Facts(policy, Transfer("a", Ether));
        Authorisation.Assess(facts).Denial!.Code.Should().Be(RejectionCode.DestinationNotAllowed);
        var allowed = new AllowedDestination(Chain, AddressOf("payee").Value);
        var known = facts with { Governance = facts.Governance with { Allowed = facts.Governance.Allowed.Add(StateKey.Of(Chain.Value, allowed.Destination), allowed) } };
        Authorisation.Assess(known).Verdict.Should().Be(Verdict.NeedsVotes);
    }

    [Fact]
    public void Assess_YoungDevice_CountsOnlyBelowTheSoftLimits()
    {
        foreach (var (ether, verdict) in new[] { (1UL, Verdict.Allowed), (6UL, Verdict.NeedsVotes) })
        {
            var policy = StandardPolicy with { Limits = [StandardPolicy.Limits[0] with { Escalated = TwoOfThree }] };
            var facts = Facts(policy, Transfer("a", Ether * ether));
            var joined = facts.Governance.Joined.Add(StateKey.Of("ana", "phone"), Start - Span.Hours(23));
            facts = facts with { Governance = facts.Governance with { Joined = joined } };
            facts = facts with { Votes = [Vote(facts, Ana), Vote(facts, Ben)] };
            Authorisation.Assess(facts).Verdict.Should().Be(verdict);
            Authorisation.Assess(facts with { Stamp = Stamp.At(Start + Span.Hours(1)) }).Verdict.Should().Be(Verdict.Allowed, "a day has passed");
        }
    }

    public static TheoryData<string, RejectionCode> NotOurs => new()
    {
        { "another account's packet", RejectionCode.VoteWrongSubject },
        { "unknown proposer", RejectionCode.UnknownMember },
        { "from a foreign address", RejectionCode.LegMismatch },
        { "legs in a circle", RejectionCode.CyclicLegs },
        { "allocation does not add up", RejectionCode.AllocationMismatch },
        { "another chain's coin", RejectionCode.AssetMismatch },
    };

    [Theory, MemberData(nameof(NotOurs))]
    public void Assess_PacketThatCannotBe_IsDenied(string what, RejectionCode code)
    {
        var facts = Facts(StandardPolicy, Transfer("a", Ether));
        var packet = facts.Packet;
        packet = what switch
        {
            "another account's packet" => packet with { Ref = new(new(Deployment), "p") },
            "unknown proposer" => packet with { Proposer = "mallory" },
            "from a foreign address" => packet with { Legs = [new Leg.ChainTransfer("a", [], AddressOf("x"), AddressOf("y"), new(Eth, 1), new(1))] },
            "legs in a circle" => packet with { Legs = [packet.Legs[0] with { After = ["b"] }, Transfer("b", 1) with { After = ["a"] }] },
            "allocation does not add up" => packet with { Allocations = [new(new(Eth, Ether + 2), 1, [new("a", Ether)], "a")] },
            "another chain's coin" => packet with { Legs = [Transfer("a", 1, asset: AssetId.Parse($"{Chain}/slip44:61"))] },
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
        };
        Authorisation.Assess(facts with { Packet = packet }).Denial!.Code.Should().Be(code);
    }

    internal static AuthorisationFacts Facts(Policy policy, params ReadOnlySpan<Leg> legs) => Facts(policy, All, legs);

    internal static AuthorisationFacts Facts(Policy policy, IEnumerable<Person> people, params ReadOnlySpan<Leg> legs)
    {
        var governance = Governance.FromGenesis(GenesisOf(policy, people));
        return new(
            governance, false, [new(Chain, AddressOf("hot"), Tier.Hot)], LimitWindows.Empty, Packet(governance.Account, "p", legs), Bounds.Empty, [], null, Stamp.At(Start));
    }

    internal static VoteSubject.Packet Subject(AuthorisationFacts facts) => new(facts.Packet, facts.Bounds);

    internal static Vote Vote(AuthorisationFacts facts, Person person, VoteDecision decision = VoteDecision.Approve) =>
        person.Vote(Subject(facts), VoteTerms.Of(facts.Governance), Start, decision);
}
