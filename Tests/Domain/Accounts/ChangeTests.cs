using TPWallet.Domain.Accounts;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Accounts;

/// <summary>Changes of roster, policy, allow-list and freeze. The proposer's vote does not count, so two more are needed.</summary>
public sealed class ChangeTests
{
    private static readonly Person _dora = new("dora", SignatureScheme.Secp256k1);
    private static readonly AccountChange _policy = new AccountChange.NewPolicy(StandardPolicy with { Version = 2, ProposerVotes = true });
    private static readonly AccountChange _allow = new AccountChange.AllowDestination(new(Chain, AddressOf("payee").Value));

    [Fact]
    public void ResumeLane_Quorum_TellsTheLaneWhichTransactionWasLookedAt()
    {
        var run = AccountRun.Registered();
        run.Attach("hot");
        var foreign = AccountRun.Hash("foreign");
        var elsewhere = run.Propose("r0", new AccountChange.ResumeLane(Chain, AddressOf("nobody"), foreign), Ben);
        run.Refuse(new AccountCommand.ProposeChange(Id("p0"), elsewhere, run.Vote(Ben, new TPWallet.Domain.Authority.VoteSubject.Change(elsewhere))))
            .Should().Be(RejectionCode.NotFound);
        run.Carry("r1", new AccountChange.ResumeLane(Chain, AddressOf("hot"), foreign), Ben, Ana);
        Lane(run).Should().BeNull("one of two owners is no quorum, and the proposer's vote does not count");
        run.Accept(new AccountCommand.VoteOnChange(
            Id("v"), "r1", run.Vote(Cleo, new TPWallet.Domain.Authority.VoteSubject.Change(run.Open.Changes["r1"].Proposal))));
        Lane(run)!.Command.Should().BeOfType<Grains.Interfaces.Lanes.LaneCommand.Resume>().Which.ForeignTx.Should().Be(foreign);
        run.ShouldReplay();
    }

    private static TPWallet.Domain.Machines.Effect.TellLane? Lane(AccountRun run) =>
        AccountDecider.Owed(run.State).Values.OfType<TPWallet.Domain.Machines.Effect.TellLane>().SingleOrDefault();

    [Fact]
    public void NewPolicy_QuorumAndTimelock_IsEnactedAfterIt()
    {
        var run = AccountRun.Registered();
        run.Carry("p2", _policy, Ana, Ben);
        run.Events.OfType<AccountEvent.ChangeCarried>().Should().BeEmpty("the proposer's vote does not count");
        run.Accept(VoteOn(run, "p2", Cleo));
        var carried = run.Events.OfType<AccountEvent.ChangeCarried>().Should().ContainSingle().Subject;
        AccountDecider.NextWake(run.State).Should().Be(carried.EnactableAt);

        run.Now = carried.EnactableAt + Span.Seconds(29);
        run.Accept(new AccountCommand.Tick(Id("early"))).Should().BeEmpty("the earliest possible time is still before it");
        run.Now = carried.EnactableAt + Span.Seconds(30);
        run.Tick();
        run.Open.Governance.Policy.Version.Should().Be(2);
        AccountDecider.NextWake(run.State).Should().BeNull();
        ShouldReplayLineage(run);
    }

    [Fact]
    public void ProposeChange_WithTimelock_AnnouncesItToTheSigner()
    {
        var run = AccountRun.Registered();
        run.Carry("p2", _policy, Ana);
        var owed = AccountDecider.Owed(run.State).Should().ContainSingle().Subject;
        owed.Value.Should().BeOfType<Effect.Announce>().Which.Votes.Should().ContainSingle();
        run.Accept(AccountDecider.Resume(run.State, owed.Key, new EffectResult.Done())!);
        AccountDecider.Owed(run.State).Should().BeEmpty();
    }

    [Fact]
    public void NewRoster_Addition_WaitsAndCapsTheNewDevice()
    {
        var run = AccountRun.Registered();
        var joins = run.Now + StandardChanges.RosterTimelock;
        var member = _dora.Member with { Devices = [_dora.Device with { AddedAt = joins }] };
        run.Carry("dora", Roster(run, roster => roster.Add(member)), Ana, Ben, Cleo);
        run.Now = joins + Span.Hours(20);
        run.Tick();
        var enacted = run.Events.OfType<AccountEvent.ChangeEnacted>().Single().Change.EnactedAt;
        run.Open.Governance.IsYoung(_dora.Id, member.Devices[0], enacted + Span.Hours(23)).Should().BeTrue("the cap runs from the enactment");
        run.Open.Governance.IsYoung(_dora.Id, member.Devices[0], enacted + Span.Hours(24)).Should().BeFalse();
        run.Open.Governance.IsYoung(Ana.Id, Ana.Device, enacted).Should().BeFalse();
        ShouldReplayLineage(run);
    }

    [Fact]
    public void NewRoster_DeviceClaimsToBeOld_IsRefused()
    {
        var run = AccountRun.Registered();
        var proposal = run.Propose("dora", Roster(run, roster => roster.Add(_dora.Member)), Ana);
        run.Refuse(new AccountCommand.ProposeChange(Id("p"), proposal, run.Vote(Ana, new VoteSubject.Change(proposal)))).Should().Be(RejectionCode.Malformed);
    }

    [Fact]
    public void NewRoster_RemovalByQuorum_IsAtOnceAndTakesNoVeto()
    {
        var people = All.Add(_dora);
        var run = AccountRun.Registered(GenesisOf(StandardPolicy, people), people);
        run.Carry("no-dora", Roster(run, roster => roster.RemoveAll(member => member.Id == _dora.Id)), Ana, Ben);
        var veto = run.Vote(_dora, new VoteSubject.Change(run.Open.Changes["no-dora"].Proposal), VoteDecision.Veto);
        run.Refuse(new AccountCommand.VoteOnChange(Id("veto"), "no-dora", veto)).Should().Be(RejectionCode.NotAllowedCaller);
        run.Accept(VoteOn(run, "no-dora", Cleo));
        run.Open.Governance.Roster.Member(_dora.Id).Should().BeNull();
        ShouldReplayLineage(run);
    }

    [Fact]
    public void NewRoster_OwnDeviceByAnotherOwnDevice_IsAtOnce()
    {
        var tablet = Ana with { DeviceId = "tablet" };
        var genesis = StandardGenesis with { Members = [Ana.Member with { Devices = [Ana.Device, tablet.Device] }, .. StandardGenesis.Members.Skip(1)] };
        var run = AccountRun.Registered(genesis, All.Add(tablet));
        var without = Roster(run, roster => roster.SetItem(0, Ana.Member));
        var lost = run.Propose("lost", without, Ana);
        run.Refuse(new AccountCommand.ProposeChange(Id("self"), lost, run.Vote(Ben, new VoteSubject.Change(lost)))).Should().Be(RejectionCode.NotAllowedCaller);

        // The device that is to go cannot vouch for its own going; the one that stays can.
        run.Accept(new AccountCommand.ProposeChange(Id("by tablet"), lost, run.Vote(tablet, new VoteSubject.Change(lost)))).Should().ContainSingle();
        run.Now += Span.Seconds(1);
        var second = run.Propose("lost2", without, Ana);
        run.Accept(new AccountCommand.ProposeChange(Id("by phone"), second, run.Vote(Ana, new VoteSubject.Change(second))));
        run.Open.Governance.Roster.Device(Ana.Id, "tablet").Should().BeNull();
        ShouldReplayLineage(run);
    }

    [Fact]
    public void NewRoster_PolicyBecomesUnsatisfiable_IsRefused()
    {
        var run = AccountRun.Registered();
        var proposal = run.Propose("no-ben", Roster(run, roster => roster.RemoveAll(member => member.Id == Ben.Id)), Ana);
        run.Refuse(new AccountCommand.ProposeChange(Id("p"), proposal, run.Vote(Ana, new VoteSubject.Change(proposal))))
            .Should().Be(RejectionCode.UnsatisfiablePolicy);
    }

    [Fact]
    public void VoteOnChange_VetoOfAnyMember_EndsItAlsoInItsTimelock()
    {
        var run = AccountRun.Registered();
        var proposal = run.Carry("p2", _policy, Ana, Ben, Cleo);
        run.Accept(new AccountCommand.VoteOnChange(Id("veto"), "p2", run.Vote(Olga, new VoteSubject.Change(proposal), VoteDecision.Veto)));
        run.Open.Changes.Should().BeEmpty();
        run.Now += Span.Hours(100);
        run.Tick();
        run.Open.Governance.Policy.Version.Should().Be(1);
    }

    [Fact]
    public void VoteOnChange_TwiceByOneMember_CountsOnce()
    {
        var run = AccountRun.Registered();
        run.Carry("p2", _policy, Ana, Ben);
        run.Now += Span.Seconds(5);
        run.Refuse(VoteOn(run, "p2", Ben)).Should().Be(RejectionCode.VoteDuplicate);
        run.Open.Changes["p2"].Votes.Should().HaveCount(2);
    }

    [Fact]
    public void VoteOnChange_EarlierVoteExpired_DoesNotCarry()
    {
        var run = AccountRun.Registered();
        run.Carry("p2", _policy, Ana, Ben);
        run.Now += Span.Hours(25);
        run.Accept(VoteOn(run, "p2", Cleo));
        run.Events.OfType<AccountEvent.ChangeCarried>().Should().BeEmpty("Ben's vote was no longer alive when Cleo's came");
        run.Accept(VoteOn(run, "p2", Ben));
        run.Events.OfType<AccountEvent.ChangeCarried>().Should().ContainSingle();
    }

    [Fact]
    public void Enactment_OtherChangesUnderWay_AreVoid()
    {
        var run = AccountRun.Registered();
        run.Carry("p2", _policy, Ana, Ben, Cleo);
        run.Carry("allow", _allow, Ben, Ana, Cleo);
        run.Now += Span.Hours(13);
        run.Tick();
        run.Open.Governance.IsAllowed(Chain, AddressOf("payee").Value).Should().BeTrue();
        run.Open.Changes.Should().BeEmpty("its number was taken");
        run.Refuse(VoteOnFormer(run, "p2", Ana)).Should().Be(RejectionCode.NotFound);
        ShouldReplayLineage(run);
    }

    [Fact]
    public void Disallow_Known_IsAtOnce()
    {
        var run = AccountRun.Registered();
        run.Carry("allow", _allow, Ben, Ana, Cleo);
        run.Now += Span.Hours(13);
        run.Tick();
        run.Carry("disallow", new AccountChange.DisallowDestination(new(Chain, AddressOf("payee").Value)), Ana, Ben, Cleo);
        run.Open.Governance.Allowed.Should().BeEmpty();
        ShouldReplayLineage(run);
    }

    [Fact]
    public void Tick_VotesDoNotCome_Lapses()
    {
        var run = AccountRun.Registered();
        run.Carry("p2", _policy, Ana);
        run.Now = AccountDecider.NextWake(run.State)!.Value + Span.Seconds(30);
        run.Tick();
        run.Open.Changes.Should().BeEmpty();
        AccountDecider.Owed(run.State).Should().BeEmpty();
    }

    public static TheoryData<string, RejectionCode> Bad => new()
    {
        { "old sequence", RejectionCode.StaleVersion },
        { "version skipped", RejectionCode.StaleVersion },
        { "another account", RejectionCode.VoteWrongSubject },
        { "proposer unknown", RejectionCode.UnknownMember },
        { "proposer without a vote", RejectionCode.RoleMissing },
        { "unsatisfiable", RejectionCode.UnsatisfiablePolicy },
        { "destination garbled", RejectionCode.Malformed },
        { "disallow unknown", RejectionCode.NotFound },
        { "unfreeze unfrozen", RejectionCode.WrongState },
        { "proposed tomorrow", RejectionCode.Malformed },
    };

    [Theory, MemberData(nameof(Bad))]
    public void ProposeChange_NotAdmissible_IsRefused(string what, RejectionCode code)
    {
        var run = AccountRun.Registered();
        var good = run.Propose("x", _policy, Ana);
        var proposal = what switch
        {
            "old sequence" => good with { Sequence = 2 },
            "version skipped" => good with { Change = new AccountChange.NewPolicy(StandardPolicy with { Version = 3 }) },
            "another account" => good with { Account = new(Deployment) },
            "proposer unknown" => good with { Proposer = "mallory" },
            "proposer without a vote" => good with { Proposer = Olga.Id },
            "unsatisfiable" => good with { Change = new AccountChange.NewPolicy(StandardPolicy with { Version = 2, Rules = [Rule("all", [], new(4, Roles.Owner))] }) },
            "destination garbled" => good with { Change = new AccountChange.AllowDestination(new(Chain, "0x12")) },
            "disallow unknown" => good with { Change = new AccountChange.DisallowDestination(new(Chain, AddressOf("x").Value)) },
            "unfreeze unfrozen" => good with { Change = new AccountChange.Unfreeze(0) },
            "proposed tomorrow" => good with { ProposedAt = run.Now + Span.Hours(24) },
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
        };
        run.Refuse(new AccountCommand.ProposeChange(Id(what), proposal, run.Vote(Ana, new VoteSubject.Change(proposal)))).Should().Be(code);
    }

    [Fact]
    public void Lineage_OneVoteTakenOutOrAltered_IsBroken()
    {
        var run = AccountRun.Registered();
        run.Carry("allow", _allow, Ben, Ana, Cleo);
        run.Now += Span.Hours(13);
        run.Tick();
        var enacted = run.Open.Lineage[0];
        var early = enacted with { EnactedAt = enacted.EnactedAt - StandardChanges.AllowListDelay };
        var forged = enacted with { Votes = enacted.Votes.SetItem(0, enacted.Votes[0] with { Signature = new byte[64] }) };
        var twice = enacted with { Votes = [enacted.Votes[0], enacted.Votes[0]] };
        var other = enacted with { Proposal = enacted.Proposal with { Change = new AccountChange.AllowDestination(new(Chain, AddressOf("mallory").Value)) } };
        foreach (var bad in new[] { enacted with { Votes = enacted.Votes.RemoveAt(0) }, enacted with { Votes = [] }, early, forged, twice, other })
            Lineage.Replay(StandardGenesis, [bad]).Should().BeOfType<Replayed.Broken>().Which.Rejection.Code.Should().Be(RejectionCode.LineageBroken);
        Lineage.Replay(StandardGenesis, [enacted, enacted]).Should().BeOfType<Replayed.Broken>("no link comes twice");
        Lineage.Replay(StandardGenesis, [enacted], Start).Should().BeOfType<Replayed.Broken>("it lies in the replayer's future");
    }

    private static AccountChange.NewRoster Roster(AccountRun run, Func<ImmutableArray<Member>, ImmutableArray<Member>> change)
    {
        var roster = run.Open.Governance.Roster;
        return new(new(roster.Version + 1, change(roster.Members)));
    }

    private static AccountCommand.VoteOnChange VoteOn(AccountRun run, Name change, Person member) =>
        new(Id($"vote {change} {member.Id} {run.Now}"), change, run.Vote(member, new VoteSubject.Change(run.Open.Changes[change].Proposal)));

    private static AccountCommand.VoteOnChange VoteOnFormer(AccountRun run, Name change, Person member) =>
        new(Id("former"), change, run.Vote(member, new VoteSubject.Change(run.Propose(change, _policy, Ana))));

    /// <summary>Whoever knows the account id alone comes to the same governance.</summary>
    private static void ShouldReplayLineage(AccountRun run)
    {
        var lineage = AccountViews.Lineage(run.State)!;
        var replayed = Lineage.Replay(lineage.Genesis, lineage.Changes, run.Now).Should().BeOfType<Replayed.Whole>().Subject.Governance;
        (replayed.RosterHash, replayed.PolicyHash, replayed.ChangesEnacted)
            .Should().Be((run.Open.Governance.RosterHash, run.Open.Governance.PolicyHash, run.Open.Governance.ChangesEnacted));
        replayed.Allowed.Should().Equal(run.Open.Governance.Allowed);
        run.ShouldReplay();
    }
}
