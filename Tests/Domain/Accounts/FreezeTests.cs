using TPWallet.Domain.Accounts;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Accounts;

/// <summary>Freezing by one, unfreezing by quorum; spending stops, the end of what is under way does not.</summary>
public sealed class FreezeTests
{
    [Fact]
    public void Freeze_ByAnyMember_IsAtOnce()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 10));
        run.Accept(Freeze(run, Olga));
        run.Open.Freeze.Should().Be(new FreezeState(true, 1));
        var packet = Packet(run.Open.Id, "p", Transfer("a", Ether));
        run.Refuse(run.Reserve(packet, Ana, Ben)).Should().Be(RejectionCode.Frozen);
        AccountViews.Assess(run.State, packet, Bounds.Empty, [], run.Stamp).Denial!.Code.Should().Be(RejectionCode.Frozen);
    }

    [Fact]
    public void Freeze_ByAnIncident_NeedsNoVoteAndEndsByOneOnly()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 10));
        run.Accept(new AccountCommand.FreezeByIncident(Id("incident"), "incident risk.takeover"));
        run.Open.Freeze.Should().Be(new FreezeState(true, 1));
        run.Refuse(run.Reserve(Packet(run.Open.Id, "p", Transfer("a", Ether)), Ana, Ben)).Should().Be(RejectionCode.Frozen);
        run.Accept(new AccountCommand.FreezeByIncident(Id("again"), "incident risk.takeover"));
        run.Open.Freeze.Number.Should().Be(1, "it is frozen already");
        run.ShouldReplay();
    }

    /// <summary>Who owns this silo's database must not be able to sign while the members believe the account frozen.</summary>
    [Fact]
    public void Freeze_ByAMember_IsOwedToTheSignerUntilItHasHeard()
    {
        var run = AccountRun.Registered();
        var freeze = Freeze(run, Olga);
        run.Accept(freeze);
        var (name, effect) = AccountDecider.Owed(run.State).Should().ContainSingle().Subject;
        effect.Should().BeOfType<Effect.Announce>().Which.Votes.Should().Equal(freeze.Vote);
        AccountDecider.Resume(run.State, name, new EffectResult.NoAnswer("hidden")).Should().BeNull("it stays owed");
        run.Accept(AccountDecider.Resume(run.State, name, new EffectResult.Done())!);
        AccountDecider.Owed(run.State).Should().BeEmpty();
        run.ShouldReplay();
    }

    [Fact]
    public void Freeze_Forged_IsRefused()
    {
        var run = AccountRun.Registered();
        var vote = run.Vote(Ana, new VoteSubject.Freeze(run.Open.Id, 1));
        run.Refuse(new AccountCommand.Freeze(Id("f"), vote with { Signature = new byte[64] })).Should().Be(RejectionCode.VoteForged);
        run.Refuse(new AccountCommand.Freeze(Id("g"), run.Vote(Ana, new VoteSubject.Freeze(run.Open.Id, 2)))).Should().Be(RejectionCode.VoteWrongSubject);
    }

    [Fact]
    public void Freeze_VoteOfAnEarlierFreeze_IsNotGoodAgain()
    {
        var run = AccountRun.Registered();
        var freeze = Freeze(run, Ana);
        run.Accept(freeze);
        run.Accept(freeze).Should().BeEmpty("it is frozen already");
        run.Carry("thaw", new AccountChange.Unfreeze(1), Ana, Ben, Cleo);
        run.Open.Freeze.IsFrozen.Should().BeFalse();
        run.Refuse(freeze).Should().Be(RejectionCode.VoteWrongSubject);
        run.ShouldReplay();
    }

    [Fact]
    public void Unfreeze_OfAnotherFreeze_IsRefused()
    {
        var run = AccountRun.Registered();
        run.Accept(Freeze(run, Ana));
        var proposal = run.Propose("thaw", new AccountChange.Unfreeze(2), Ana);
        run.Refuse(new AccountCommand.ProposeChange(Id("t"), proposal, run.Vote(Ana, new VoteSubject.Change(proposal)))).Should().Be(RejectionCode.WrongState);
    }

    [Fact]
    public void Freeze_WhileALegIsUnderWay_LetsItEndButStartsNone()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 10));
        var payee = new AccountId(AccountRun.Hash("payee"));
        var packet = Packet(run.Open.Id, "p", Transfer("a", Ether), new Leg.LedgerTransfer("b", [], payee, new(Eth, Ether)));
        run.Accept(run.Reserve(packet, Ana, Ben));
        run.Accept(Freeze(run, Cleo));
        run.Accept(run.Post(packet, "a", [new(Eth, Ether)], 500));
        run.Refuse(new AccountCommand.SendTransfer(Id("s"), new(packet.Ref, "b"), payee, new(Eth, Ether))).Should().Be(RejectionCode.Frozen);
        var leg = new LegRef(new(payee, "x"), "l");
        run.Accept(new AccountCommand.ReceiveTransfer(AccountIntent.DeliveryId(leg), leg, payee, new(Eth, 7))).Should().ContainSingle("a frozen payee accepts");
    }

    internal static AccountCommand.Freeze Freeze(AccountRun run, Person member) => new(
        Id($"freeze {member.Id}"), run.Vote(member, new VoteSubject.Freeze(run.Open.Id, run.Open.Freeze.Number + 1), VoteDecision.Approve));
}
