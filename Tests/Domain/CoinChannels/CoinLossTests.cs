using TPWallet.Domain.CoinChannels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.CoinChannels;

namespace TPWallet.Tests.Domain.CoinChannels;

/// <summary>Sides that lost what they had stored, blocks that are taken back, and states that somebody should not have sent.</summary>
public sealed class CoinLossTests
{
    [Theory]
    [InlineData(CoinForm.StaticRemoteKey)]
    [InlineData(CoinForm.Anchors)]
    public void Restore_OfAnOlderCopy_IsProvedByThePeerAndSendsNothing(CoinForm form)
    {
        using var pair = CoinPair.Open(form);
        pair.Opener.Want(new CoinUpdate.Pay(200_000_000));
        pair.Settle();
        var copy = pair.Accepter.Events.Count;
        for (var i = 0; i < 3; i++)
        {
            pair.Opener.Want(new CoinUpdate.Pay(10_000_000));
            pair.Settle();
        }

        pair.Accepter.Restore(copy);
        pair.Accepter.Accept(new CoinCommand.Recover(pair.Accepter.NewId(), 1));
        pair.Settle();

        pair.Accepter.State.Phase.Should().Be(CoinPhase.LostState);
        pair.Accepter.Refuse(new CoinCommand.Close(pair.Accepter.NewId())).Code.Should().Be(RejectionCode.WrongState);
        pair.Opener.State.Phase.Should().Be(CoinPhase.Closing, "whoever knows its states leaves for both");
        pair.See();
        pair.Accepter.Owed.Values.Should().NotContain(static effect => CoinParty.IsForChain(effect));
        pair.SendAll();
        CoinEnding.Finish(pair);
        pair.PaidSat(pair.Accepter).Should().Be(230_000, "its balance needs nothing but its key");
    }

    [Fact]
    public void Restore_WhereThePeerIsSilent_IsFoundByTheSigner()
    {
        using var pair = CoinPair.Open();
        pair.Opener.Want(new CoinUpdate.Pay(200_000_000));
        pair.Settle();
        var copy = pair.Opener.Events.Count;
        pair.Opener.Want(new CoinUpdate.Pay(10_000_000));
        pair.Settle();
        pair.Opener.Restore(copy);
        pair.Opener.Accept(new CoinCommand.Close(pair.Opener.NewId()));
        pair.Opener.See(pair.Chain);
        var send = pair.Opener.Owed.Single(static owed => owed.Value is CoinEffect.SendOwn).Key;

        pair.Opener.Make(send).Should().BeNull("the machine alone cannot know that it gave this up");
        pair.Opener.State.Phase.Should().Be(CoinPhase.LostState);
        pair.Opener.Owed.Values.Should().NotContain(static effect => CoinParty.IsForChain(effect));
    }

    [Fact]
    public void Restore_InTheMiddleOfARound_SignsNothingTwice()
    {
        using var pair = CoinPair.Open();
        var copy = pair.Opener.Events.Count;
        pair.Opener.Want(new CoinUpdate.Pay(20_000_000));
        pair.Settle();
        pair.Opener.Restore(copy);
        pair.Opener.Want(new CoinUpdate.Pay(30_000_000));
        var sign = pair.Opener.Owed.Single(static owed => owed.Value is CoinEffect.SignPeer).Key;
        pair.Opener.Run(pair.Accepter, sign);
        pair.Opener.State.Phase.Should().Be(CoinPhase.LostState, "its signer signed another commitment of this number");
        pair.Opener.State.Outbox.Should().BeEmpty();
    }

    [Fact]
    public void PeerThatIsBehind_IsFoundByItsAnswer()
    {
        using var pair = CoinPair.Open();
        pair.Opener.Want(new CoinUpdate.Pay(200_000_000));
        pair.Settle();
        pair.Opener.Accept(new CoinCommand.Recover(pair.Opener.NewId(), 1));
        var session = pair.Opener.State.Session;
        pair.Opener.Hear(new CoinMessage.Tell(session - 1, 1, null, 0, 1, 1)).Should().BeTrue("an answer of an older session says nothing of now");
        pair.Opener.State.Phase.Should().Be(CoinPhase.Open);
        pair.Opener.Hear(new CoinMessage.Tell(session, 1, null, 0, 1, 1));
        pair.Opener.State.Phase.Should().Be(CoinPhase.Closing);
        pair.Opener.State.Trouble!.Code.Should().Be(RejectionCode.StaleVersion);
    }

    [Fact]
    public void ClaimOfLoss_WithoutTheSecret_ProvesNothing()
    {
        using var pair = CoinPair.Open();
        pair.Opener.Want(new CoinUpdate.Pay(200_000_000));
        pair.Settle();
        var (number, secret) = (pair.Opener.State.Own!.Book.Number, pair.Accepter.State.SecretOf(0)!.Value);
        pair.Opener.Hear(new CoinMessage.Tell(1, number, secret, number, 1, 1)).Should().BeTrue();
        pair.Opener.State.Phase.Should().Be(CoinPhase.Open, "the secret is an older one");
        pair.Opener.Hear(new CoinMessage.Tell(1, number, pair.Opener.Keys.SecretOf(number), number, 1, 1));
        pair.Opener.State.Phase.Should().Be(CoinPhase.LostState, "nobody could have this one otherwise");
    }

    [Fact]
    public void StaleClose_ThatAReorganisationTakesBack_IsAnsweredAgainOnTheNewBranch()
    {
        using var pair = CoinPair.Open();
        pair.Opener.Want(new CoinUpdate.Pay(200_000_000));
        pair.Opener.Want(new CoinUpdate.Offer(50_000_000, pair.NewHash(), pair.Chain.Height + 100));
        pair.Settle();
        pair.Accepter.Want(new CoinUpdate.Pay(50_000_000));
        pair.Settle();
        var stale = CoinEnding.Revoked(pair, pair.Accepter, 2);
        pair.Chain.Mine(3);
        pair.Chain.Send(stale).Should().BeNull();
        pair.Opener.See(pair.Chain);
        pair.Opener.Owed.Values.OfType<CoinEffect.Take>().Should().HaveCount(2).And.OnlyContain(static take => take.Claim.Way == CoinWay.Penalty, "to_local and the HTLC, at first sight");
        pair.SendAll();
        pair.Chain.Mine(2);
        pair.See();
        pair.Opener.State.Phase.Should().Be(CoinPhase.Open, "nothing is final");

        pair.Chain.Reorganise(3, pair.Funding.Txid());
        pair.See();
        pair.Opener.State.Sight!.Spent.Should().BeNull();
        pair.Opener.Owed.Values.Should().NotContain(static effect => CoinParty.IsForChain(effect), "the channel goes on");
        pair.Chain.Send(stale).Should().BeNull();
        pair.Opener.See(pair.Chain);
        pair.Opener.Owed.Values.OfType<CoinEffect.Take>().Should().HaveCount(2, "it is answered again");
        pair.SendAll();
        CoinEnding.Finish(pair);
        pair.PaidSat(pair.Accepter).Should().Be(0);
        pair.PaidSat(pair.Opener).Should().Be(stale.Outputs.Sum(static output => output.ValueSat) - 660);
    }

    [Fact]
    public void RevokedHtlc_ThatTheCheatTookFirst_IsTakenFromThere()
    {
        using var pair = CoinPair.Open();
        var hash = pair.NewHash();
        pair.Opener.Want(new CoinUpdate.Pay(200_000_000));
        pair.Opener.Want(new CoinUpdate.Offer(50_000_000, hash, pair.Chain.Height + 100));
        pair.Settle();
        var old = pair.Accepter.State;
        pair.Opener.Want(new CoinUpdate.Pay(1_000_000));
        pair.Settle();
        pair.Chain.Send(CoinEnding.Revoked(pair, pair.Accepter, 2)).Should().BeNull();
        pair.Chain.Mine();
        var second = CoinEnding.SecondOf(pair, pair.Accepter, old, pair.Preimages[hash]);
        pair.Chain.Send(second).Should().BeNull();
        pair.Chain.Mine();
        pair.Opener.See(pair.Chain);

        pair.Opener.State.Preimages.Should().ContainKey(hash, "the chain showed it");
        var takes = pair.Opener.Owed.Values.OfType<CoinEffect.Take>().Select(static take => (take.Claim.Purpose, take.Claim.Way)).ToArray();
        takes.Should().BeEquivalentTo([(CoinPurpose.OwnersBalance, CoinWay.Penalty), (CoinPurpose.OthersBalance, CoinWay.Balance), (CoinPurpose.Second, CoinWay.Penalty)]);
        pair.SendAll();
        CoinEnding.Finish(pair);
        pair.PaidSat(pair.Accepter).Should().Be(0);
    }

    [Fact]
    public void Close_WhileTheSignerMayBeGivingTheOldStateUp_WaitsForItsAnswer()
    {
        using var pair = CoinPair.Open();
        pair.Opener.Want(new CoinUpdate.Pay(200_000_000));
        pair.Settle();
        pair.Opener.Want(new CoinUpdate.Pay(10_000_000));
        for (var step = 0; step < 2; step++) pair.Opener.Run(pair.Accepter, pair.Opener.Owed.Keys.Single());
        pair.Accepter.Accept(new CoinCommand.Close(pair.Accepter.NewId()));
        pair.Accepter.See(pair.Chain);
        pair.Accepter.Owed.Values.Should().ContainSingle(static effect => effect is CoinEffect.TakeOwn).And.NotContain(static effect => effect is CoinEffect.SendOwn);
        pair.Accepter.Run(pair.Opener, pair.Accepter.Owed.Single(static owed => owed.Value is CoinEffect.TakeOwn).Key);
        pair.Accepter.Owed.Values.OfType<CoinEffect.SendOwn>().Single().Commitment.Book.Number.Should().Be(2, "the state before is given up");
        pair.SendAll();
        CoinEnding.Finish(pair);
        pair.PaidSat(pair.Accepter).Should().Be(210_000);
    }

    [Fact]
    public void Updates_WhileTheFundingIsBeingSpent_Wait()
    {
        using var pair = CoinPair.Open();
        pair.Opener.Want(new CoinUpdate.Pay(200_000_000));
        pair.Settle();
        pair.Chain.Mine(2);
        pair.Accepter.Accept(new CoinCommand.Close(pair.Accepter.NewId()));
        pair.Accepter.See(pair.Chain);
        pair.SendAll();
        pair.Opener.Want(new CoinUpdate.Pay(1_000_000));
        var commit = (CoinEffect.SignPeer)pair.Opener.Owed.Values.Single();
        commit.Commitment.Book.Number.Should().Be(2, "the opener has not looked");
        pair.Opener.See(pair.Chain);
        pair.Opener.Hear(new CoinMessage.AskTurn(pair.Opener.State.Heard + 1)).Should().BeFalse("what spends the funding is in sight");
        pair.Opener.Do(new CoinCommand.RecordRefused(pair.Opener.NewId(), pair.Opener.Owed.Keys.Single(static intent => intent.StartsWith("sign", StringComparison.Ordinal)), new(RejectionCode.Frozen, "", "")));
        pair.Opener.Want(new CoinUpdate.Pay(1_000_000));
        pair.Opener.State.Round.Should().BeNull("it waits");
        pair.Opener.State.Phase.Should().Be(CoinPhase.Open, "nothing is final");
        pair.Chain.Reorganise(2, pair.Funding.Txid());
        pair.Opener.See(pair.Chain);
        pair.Opener.State.Round.Should().BeOfType<CoinRound.Signing>("the channel goes on");
    }

    [Fact]
    public void Claims_ThatAReorganisationTakesBack_AreSentAgain()
    {
        using var pair = CoinPair.Open();
        pair.Opener.Want(new CoinUpdate.Pay(200_000_000));
        pair.Settle();
        pair.Chain.Mine(4);
        pair.Opener.Accept(new CoinCommand.Close(pair.Opener.NewId()));
        pair.See();
        pair.SendAll();
        pair.Mine(1);
        pair.Chain.Reorganise(2, pair.Funding.Txid());
        pair.See();
        pair.Opener.Owed.Values.Should().ContainSingle(static effect => effect is CoinEffect.SendOwn, "the same bytes again");
        pair.SendAll();
        CoinEnding.Finish(pair);
        pair.PaidSat(pair.Accepter).Should().Be(200_000);
        pair.PaidSat(pair.Opener).Should().Be(800_000 - 660 - 1_124);
    }
}
