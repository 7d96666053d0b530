using TPWallet.Domain.CoinChannels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.CoinChannels;

/// <summary>One channel from its first words on: what it takes, what it refuses, how it ends, and what a peer that breaks the protocol comes to.</summary>
public sealed class CoinChannelTests
{
    public static TheoryData<CoinForm> Forms => [CoinForm.StaticRemoteKey, CoinForm.AnchorOutputs, CoinForm.Anchors];

    [Fact]
    public void Open_OtherTermsOrNone_IsRefused()
    {
        using var pair = new CoinPair();
        var opener = pair.Opener;
        opener.Refuse(new CoinCommand.Update(opener.NewId(), new CoinUpdate.Pay(1))).Code.Should().Be(RejectionCode.NotYetOpen);
        foreach (var terms in new[]
        {
            pair.Terms with { FeeratePerKw = 252 }, pair.Terms with { ReserveSat = 499 }, pair.Terms with { FundingSat = 11_000 }, pair.Terms with { ToSelfDelay = 0 },
            pair.Terms with { MostHtlcs = 484 }, pair.Terms with { Depth = 0 }, pair.Terms with { Form = (CoinForm)9 }, pair.Terms with { FundingSat = long.MaxValue },
        }) opener.Refuse(new CoinCommand.Open(opener.NewId(), CoinPair.OpeningOf(opener, terms))).Code.Should().Be(RejectionCode.Malformed);

        opener.Refuse(new CoinCommand.Open(opener.NewId(), pair.OpeningOf(opener) with { Payout = new byte[25] })).Code.Should().Be(RejectionCode.Malformed, "nodes relay no payment to such a script");
        opener.Accept(new CoinCommand.Open(opener.NewId(), pair.OpeningOf(opener)));
        pair.Accepter.Accept(new CoinCommand.Open(pair.Accepter.NewId(), CoinPair.OpeningOf(pair.Accepter, pair.Terms with { ToSelfDelay = 7 })));
        pair.Settle();
        pair.Both.Should().Contain(static party => party.State.Phase == CoinPhase.Closed, "they mean two channels").And.NotContain(static party => party.State.Facts != null);
    }

    [Fact]
    public void Funding_OfAnotherValue_OpensNothing()
    {
        using var pair = new CoinPair();
        pair.Meet();
        var right = pair.FundingOutput;
        pair.Fund(new(2, [new(new(TPWallet.Chains.Bitcoin.BitcoinHash.Of([7]), 0))], [right with { ValueSat = right.ValueSat - 1 }], 0));
        pair.Chain.Give(pair.Funding);
        pair.Mine(10);
        foreach (var party in pair.Both) party.State.Phase.Should().Be(CoinPhase.Funding);
    }

    [Fact]
    public void Funding_BeforeItIsFinal_OpensNothing()
    {
        using var pair = new CoinPair();
        pair.Meet();
        pair.Fund(new(2, [new(new(TPWallet.Chains.Bitcoin.BitcoinHash.Of([7]), 0))], [pair.FundingOutput], 0));
        pair.Chain.Give(pair.Funding);
        pair.Mine(2);
        foreach (var party in pair.Both) party.State.Phase.Should().Be(CoinPhase.Funding, "it is two blocks deep, not three");
        pair.Mine();
        foreach (var party in pair.Both) party.State.Phase.Should().Be(CoinPhase.Open);
    }

    [Theory, MemberData(nameof(Forms))]
    public void End_AfterPayments_PaysBothByTheBook(CoinForm form)
    {
        using var pair = CoinPair.Open(form);
        pair.Opener.Want(new CoinUpdate.Pay(300_000_500));
        pair.Settle();
        pair.Accepter.Want(new CoinUpdate.Offer(50_000_000, pair.NewHash(), 1_500));
        pair.Settle();
        pair.Accepter.Accept(new CoinCommand.End(pair.Accepter.NewId()));
        pair.Settle();
        pair.Accepter.State.Phase.Should().Be(CoinPhase.Open, "an HTLC is open");
        pair.Accepter.Refuse(new CoinCommand.Update(pair.Accepter.NewId(), new CoinUpdate.Pay(5))).Code.Should().Be(RejectionCode.WrongState);
        pair.Opener.Want(new CoinUpdate.Fulfil(1, pair.Preimages.Values.Single()));
        pair.Settle();
        foreach (var party in pair.Both) party.State.End.Should().Match<CoinEnd>(static end => end.Ours != null && end.Theirs != null);
        pair.See();
        pair.SendAll();
        pair.Mine(3);

        foreach (var party in pair.Both) party.State.Phase.Should().Be(CoinPhase.Closed);
        pair.PaidSat(pair.Accepter).Should().Be(250_000);
        pair.PaidSat(pair.Opener).Should().Be(749_999 - 740, "the opener pays the fee, and half a satoshi of each is the miner's");
    }

    [Theory, MemberData(nameof(Forms))]
    public void Commit_WithAForgedSignature_IsAnsweredByLeaving(CoinForm form)
    {
        using var pair = CoinPair.Open(form);
        pair.Opener.Want(new CoinUpdate.Pay(300_000_000));
        pair.Settle();
        pair.Opener.Want(new CoinUpdate.Pay(10_000_000));
        pair.Opener.Run(pair.Accepter, pair.Opener.Owed.Keys.Single());
        var commit = (CoinMessage.Commit)((CoinEffect.Tell)pair.Opener.Owed.Values.Single()).Message;
        var forged = commit.Signatures.Commitment.Span.ToArray();
        forged[40] ^= 1;
        pair.Accepter.Hear(commit with { Signatures = commit.Signatures with { Commitment = forged } }).Should().BeTrue();
        pair.Accepter.Run(pair.Opener, pair.Accepter.Owed.Keys.Single());

        pair.Accepter.State.Trouble!.Code.Should().Be(RejectionCode.BadSignature);
        pair.Accepter.State.Own!.Book.Number.Should().Be(1, "what was not signed replaces nothing");
        pair.See();
        pair.SendAll();
        CoinEnding.Finish(pair);
        pair.PaidSat(pair.Accepter).Should().Be(300_000);
    }

    [Fact]
    public void Messages_OutOfTurnOrUnfit_EndTheChannel()
    {
        foreach (var (message, code) in new (Func<CoinPair, CoinMessage>, RejectionCode)[]
        {
            (static pair => new CoinMessage.Yield(pair.Opener.State.Heard + 1), RejectionCode.WrongState),
            (static pair => new CoinMessage.Ready(pair.Opener.State.Heard + 1), RejectionCode.WrongState),
            (static pair => new CoinMessage.Commit(pair.Opener.State.Heard + 1, 1, [new CoinUpdate.Pay(1)], new(HexBytes.Empty, [])), RejectionCode.WrongState),
            (static pair => new CoinMessage.Revoke(pair.Opener.State.Heard + 1, 1, new(Bytes32.Zero, HexBytes.Empty)), RejectionCode.WrongState),
        })
        {
            using var pair = CoinPair.Open();
            pair.Opener.Hear(message(pair)).Should().BeTrue();
            pair.Opener.State.Phase.Should().Be(CoinPhase.Closing);
            pair.Opener.State.Trouble!.Code.Should().Be(code);
            pair.Opener.Owed.Values.Should().ContainSingle(static effect => effect is CoinEffect.SendOwn);
        }
    }

    /// <summary>The first secret has no earlier one that it could contradict: only the point says whose it is.</summary>
    [Fact]
    public void Answer_WithTheSecretOfAnotherState_EndsTheChannel()
    {
        using var pair = CoinPair.Open();
        pair.Opener.Want(new CoinUpdate.Pay(30_000_000));
        for (var step = 0; step < 2; step++) pair.Opener.Run(pair.Accepter, pair.Opener.Owed.Keys.Single());
        for (var step = 0; step < 2; step++) pair.Accepter.Run(pair.Opener, pair.Accepter.Owed.Keys.First());
        var answer = (CoinMessage.Answer)((CoinEffect.Tell)pair.Accepter.Owed.Values.Single()).Message;
        pair.Opener.Hear(answer with { Revocation = answer.Revocation with { Secret = pair.Accepter.Keys.SecretOf(5) } });

        pair.Opener.State.Trouble.Should().NotBeNull();
        pair.Opener.State.Phase.Should().Be(CoinPhase.Closing);
        pair.Opener.State.Own!.Book.Number.Should().Be(0);
        pair.Opener.State.Peer.Select(static peer => peer.Book.Number).Should().Equal([0, 1], "the peer may leave with either");
    }

    [Fact]
    public void Message_AgainWithOtherBytes_EndsTheChannel()
    {
        using var pair = CoinPair.Open();
        pair.Opener.Want(new CoinUpdate.Pay(30_000_000));
        pair.Settle();
        var heard = pair.Accepter.State.Heard;
        pair.Accepter.Hear(new CoinMessage.Yield(heard)).Should().BeTrue("the peer has forgotten what it said");
        pair.Accepter.State.Phase.Should().Be(CoinPhase.Closing);
        pair.Accepter.State.Trouble!.Code.Should().Be(RejectionCode.IdempotencyMismatch);
        pair.Opener.Hear(new CoinMessage.AskTurn(pair.Opener.State.Heard + 2)).Should().BeFalse("one before it is missing");
    }

    [Fact]
    public void Deadlines_ThatThePeerLetsPass_AreMetOnChain()
    {
        using var pair = CoinPair.Open();
        var expiry = pair.Chain.Height + 20;
        pair.Opener.Want(new CoinUpdate.Offer(50_000_000, pair.NewHash(), expiry));
        pair.Opener.Want(new CoinUpdate.Offer(60_000_000, pair.NewHash(), expiry));
        pair.Settle();
        // The payee asks for the turn to fulfil, and the opener says nothing any more.
        pair.Accepter.Want(new CoinUpdate.Fulfil(2, pair.Preimages.Values.Last()));
        while (pair.Chain.Height + pair.Terms.GuardBlocks < expiry)
        {
            pair.Accepter.State.Phase.Should().Be(CoinPhase.Open);
            pair.Chain.Mine();
            pair.See();
        }

        pair.Accepter.State.Phase.Should().Be(CoinPhase.Closing);
        pair.Accepter.State.Trouble!.Code.Should().Be(RejectionCode.DeadlinePassed);
        pair.SendAll();
        CoinEnding.Finish(pair);
        pair.PaidSat(pair.Accepter).Should().Be(60_000, "it knew one of two preimages");
        pair.PaidSat(pair.Opener).Should().Be(1_000_000 - 60_000 - 660 - 1_468, "the rest, but for the fee of two HTLCs' weight and the anchors");
    }

    [Fact]
    public void Offer_ThatNobodyResolves_ComesBackOnChain()
    {
        using var pair = CoinPair.Open();
        var expiry = pair.Chain.Height + 10;
        pair.Opener.Want(new CoinUpdate.Offer(50_000_000, pair.NewHash(), expiry));
        pair.Settle();
        for (var height = pair.Chain.Height; height < expiry + pair.Terms.GuardBlocks; height++)
        {
            pair.Opener.State.Phase.Should().Be(CoinPhase.Open);
            pair.Chain.Mine();
            pair.See();
        }

        pair.Opener.State.Phase.Should().Be(CoinPhase.Closing);
        pair.SendAll();
        CoinEnding.Finish(pair);
        pair.PaidSat(pair.Opener).Should().Be(1_000_000 - 660 - 1_296, "no money was the other's");
    }
}
