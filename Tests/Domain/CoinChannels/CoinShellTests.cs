using TPWallet.Domain.CoinChannels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.CoinChannels;

/// <summary>What the shell leans on: what is owed and told, when there is news, and how an opening that comes to nothing ends.</summary>
public sealed class CoinShellTests
{
    [Fact]
    public void Open_ByOthersThanTheIdsParties_IsRefused_AndOneThatTheSignerRefusesBeginsAnew()
    {
        using var pair = new CoinPair();
        var (opener, opening) = (pair.Opener, pair.OpeningOf(pair.Opener));
        opener.Refuse(new CoinCommand.Open(opener.NewId(), opening with { Parties = CoinPair.Parties with { Counter = 2 } })).Code.Should().Be(RejectionCode.Malformed);
        opener.Refuse(new CoinCommand.Open(opener.NewId(), opening with { Parties = CoinPair.Parties with { Chain = People.Chain } })).Code.Should().Be(RejectionCode.WrongChain);
        opener.Accept(new CoinCommand.Open(opener.NewId(), opening));
        opener.Accept(new CoinCommand.RecordRefused(opener.NewId(), opener.Owed.Keys.Single(), new(RejectionCode.NoRule, "a mandate", "none")));
        opener.State.Phase.Should().Be(CoinPhase.None);
        CoinChannelDecider.View(opener.State, 1)!.Trouble!.Code.Should().Be(RejectionCode.NoRule);
        opener.Owed.Should().BeEmpty();
        opener.Accept(new CoinCommand.Open(opener.NewId(), opening));
        opener.State.Trouble.Should().BeNull();
    }

    [Fact]
    public void Funding_ThatNoBlockHasFor2016Blocks_IsForgottenByTheAccepterAlone()
    {
        using var pair = Funded(null);
        foreach (var party in pair.Both)
        {
            party.Accept(Sight(party, 100));
            party.Accept(Sight(party, 100 + 2_015));
            party.State.Phase.Should().Be(CoinPhase.Funding);
            party.Accept(Sight(party, 100 + 2_016));
        }

        pair.Accepter.State.Phase.Should().Be(CoinPhase.Closed);
        pair.Accepter.Owed.Should().BeEmpty();
        pair.Opener.State.Phase.Should().Be(CoinPhase.Funding, "its transaction may still be mined");
    }

    [Fact]
    public void FundingTransaction_IsSentByTheOpenerOnceBothHaveTheirCommitment_AndAgainAfterEachLook()
    {
        var raw = HexBytes.From([1, 2, 3]);
        using var pair = Funded(raw);
        pair.Opener.Owed.Values.Should().NotContain(static effect => effect is CoinEffect.SendFunding, "the chain was not looked at");
        pair.Opener.Accept(Sight(pair.Opener, 100));
        pair.Accepter.Accept(Sight(pair.Accepter, 100));
        pair.Accepter.Owed.Values.Should().NotContain(static effect => effect is CoinEffect.SendFunding);
        var owed = pair.Opener.Owed.Single(static owed => owed.Value is CoinEffect.SendFunding);
        ((CoinEffect.SendFunding)owed.Value).Transaction.Should().Be(raw);
        pair.Opener.Accept(new CoinCommand.RecordSent(pair.Opener.NewId(), owed.Key, true));
        pair.Opener.Owed.Should().NotContainKey(owed.Key);
        pair.Opener.Accept(Sight(pair.Opener, 101));
        pair.Opener.Owed.Should().ContainKey(owed.Key, "the look does not show it");
        pair.Opener.Accept(new CoinCommand.RecordSight(pair.Opener.NewId(), new(102, 1, null)));
        pair.Opener.Owed.Should().NotContainKey(owed.Key);
    }

    [Fact]
    public void Questions_ThatComeTooFast_AreToBeAskedAgain()
    {
        using var pair = CoinPair.Open();
        var (state, at) = (pair.Opener.State, People.Start + Span.Hours(1_000));
        Decision<CoinEvent> Ask(long session, Instant now) =>
            CoinChannelDecider.Decide(state, new CoinCommand.Hear(Guid.NewGuid(), new CoinMessage.Ask(session, 0, false)), Stamp.At(now));
        var events = Ask(1, at).Should().BeOfType<Decision<CoinEvent>.Accept>().Subject.Events;
        state = events.Aggregate(state, (before, @event) => CoinChannelDecider.Evolve(before, @event, at));
        Ask(1, at).Should().BeOfType<Decision<CoinEvent>.Accept>().Which.Events.Should().BeEmpty("it is the same question");
        Ask(2, at + new Span(9_999)).Should().BeOfType<Decision<CoinEvent>.Refuse>().Which.Rejection.Code.Should().Be(RejectionCode.Overloaded);
        Ask(2, at + Span.Seconds(10)).Should().BeOfType<Decision<CoinEvent>.Accept>().Which.Events.Should().ContainSingle();
    }

    [Fact]
    public void Recovery_IsHeardOfOnce_AndItsQuestionsAreNoOlderOnes()
    {
        using var pair = CoinPair.Open();
        var party = pair.Opener;
        party.Accept((CoinCommand.Recover)CoinChannelDecider.Recover(party.State, party.NewId(), 1_900_000_000_000)!);
        party.State.Session.Should().BeGreaterThan(1_900_000_000_000, "an older journal may have asked with any lower number");
        CoinChannelDecider.Recover(party.State, party.NewId(), 1_900_000_000_000).Should().BeNull();
        party.Owed.Values.OfType<CoinEffect.Tell>().Should().ContainSingle(static tell => tell.Message is CoinMessage.Ask);
    }

    [Fact]
    public void Look_AtAChannelAtRest_IsNoNews_UnlessSomethingIsWaitedFor()
    {
        using var pair = CoinPair.Open();
        var party = pair.Accepter;
        pair.Opener.Want(new CoinUpdate.Pay(200_000_000));
        pair.Settle();
        bool IsNews(CoinSight sight) => CoinNews.IsNews(party.State, sight);
        var last = party.State.Sight!;
        IsNews(new(last.Height + 50, last.FundingDepth + 50, null)).Should().BeFalse("nothing waits for a block");
        IsNews(new(last.Height + 1, 0, null)).Should().BeTrue("the funding is gone");
        IsNews(new(last.Height, last.FundingDepth, new(CoinSpendKind.Theirs, 1, 0, []))).Should().BeTrue();
        party.Accept(new CoinCommand.Look(party.NewId()));
        IsNews(last).Should().BeTrue("it was asked for");
        party.Accept(new CoinCommand.RecordSight(party.NewId(), last));
        IsNews(last).Should().BeFalse();
        pair.Opener.Want(new CoinUpdate.Offer(10_000_000, pair.NewHash(), last.Height + 100));
        pair.Settle();
        IsNews(new(last.Height + 1, last.FundingDepth + 1, null)).Should().BeTrue("an HTLC has its height");
        IsNews(last).Should().BeFalse();
    }

    [Fact]
    public void Effects_AndTheirResults_AreTheMachinesOwn()
    {
        using var pair = CoinPair.Open();
        var party = pair.Opener;
        party.Want(new CoinUpdate.Pay(200_000_000));
        var wish = party.Events.OfType<CoinEvent.UpdateWanted>().Single().Wish.Id;
        CoinChannelDecider.Standing(party.State, wish).Should().BeOfType<UpdateStanding.Waiting>();
        var (intent, effect) = CoinChannelDecider.Owed(party.State).Single(static owed => owed.Value is Effect.OfCoinChannel { Wanted: CoinEffect.SignPeer });
        ((Effect.OfCoinChannel)effect).Opening.Should().Be(pair.OpeningOf(party));
        CoinCommand? Resume(EffectResult result) => CoinChannelDecider.Resume(party.State, intent, result);
        Resume(new EffectResult.NoAnswer("busy")).Should().BeNull("it stays owed");
        Resume(new EffectResult.Failed(new(RejectionCode.SignerUnavailable, "", ""))).Should().BeNull("it is not known what was done");
        Resume(new EffectResult.Failed(new(RejectionCode.Frozen, "", ""))).Should().BeOfType<CoinCommand.RecordRefused>();
        var signed = Resume(new EffectResult.OfCoinChannel(new CoinResult.Signed(new(HexBytes.From(new byte[64]), [])))).Should().BeOfType<CoinCommand.RecordSigned>().Subject;
        signed.Commitment.Should().Be(1);
        party.Accept(Resume(new EffectResult.Failed(new(RejectionCode.Frozen, "", "")))!);
        CoinChannelDecider.Standing(party.State, wish).Should().BeOfType<UpdateStanding.Refused>();
        CoinChannelDecider.Owed(party.State).Keys.Should().ContainSingle().Which.Should().StartWith("look|");
    }

    /// <summary>Both wait for the funding.</summary>
    private static CoinPair Funded(HexBytes? raw)
    {
        var pair = new CoinPair(CoinForm.AnchorOutputs);
        pair.Meet();
        pair.Opener.Accept(new CoinCommand.Fund(pair.Opener.NewId(), new(new Bytes32(5), 0), raw));
        pair.Settle();
        foreach (var party in pair.Both) party.State.Phase.Should().Be(CoinPhase.Funding);
        return pair;
    }

    private static CoinCommand.RecordSight Sight(CoinParty party, uint height) => new(party.NewId(), new(height, 0, null));
}
