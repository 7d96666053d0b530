using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Bitcoin.Channels;
using TPWallet.Domain.CoinChannels;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.CoinChannels;

/// <summary>How a channel ends on the toy chain: one leaves alone by its newest state, or by an old one, and blocks come until nothing is left to be taken.</summary>
internal static class CoinEnding
{
    private const int MostBlocks = 800;

    /// <summary>Ends a channel in any condition. The first bit says who leaves, the next ones whether by an old state, and by which.</summary>
    internal static void Play(CoinPair pair, int pick)
    {
        var (leaver, old) = (pick % 2 == 0 ? pair.Opener : pair.Accepter, pick / 2 % 3 == 0);
        var other = pair.PeerOf(leaver);
        // Some preimages are known to who can use them.
        foreach (var party in pair.Both)
            foreach (var htlc in party.State.Book.Htlcs.Where(htlc => htlc.Offerer != party.Side && htlc.Id % 2 == pick / 6 % 2).ToArray())
                if (party.State.Phase == CoinPhase.Open) party.Do(new CoinCommand.Update(party.NewId(), new CoinUpdate.Fulfil(htlc.Id, pair.Preimages[htlc.PaymentHash])));
        if (old && other.Signed.Keys.Where(number => other.State.SecretOf(number) is not null).ToArray() is [_, ..] revoked)
        {
            Cheat(pair, leaver, revoked[pick / 12 % revoked.Length]);
            return;
        }

        // Nobody talks any more; whoever leaves sends its newest, and the signer may first have to say which that is.
        leaver.Accept(new CoinCommand.Close(leaver.NewId()));
        foreach (var intent in leaver.Owed.Where(static owed => owed.Value is CoinEffect.TakeOwn).Select(static owed => owed.Key).ToArray()) leaver.Run(other, intent);
        pair.See();
        pair.SendAll();
        pair.See();
        leaver.State.Sight!.Spent.Should().NotBeNull("{0} leaves", leaver.Side);
        var (least, books) = (pair.Both.ToDictionary(static party => party, static party => party.State.LeastMsat), Expected(pair));
        Finish(pair);
        CheckPaid(pair, least, books);
    }

    /// <summary>Sends a revoked state of one side: the other takes everything.</summary>
    internal static void Cheat(CoinPair pair, CoinParty cheat, long number)
    {
        var victim = pair.PeerOf(cheat);
        var sent = Revoked(pair, cheat, number);
        pair.Chain.Send(sent).Should().BeNull("the peer signed it once");
        victim.See(pair.Chain);
        var spent = victim.State.Sight!.Spent!;
        spent.Kind.Should().Be(CoinSpendKind.Theirs);
        spent.Number.Should().Be(number);
        spent.Depth.Should().Be(0, "the penalty does not wait for a block");
        var anchors = pair.Terms.Form == CoinForm.StaticRemoteKey ? 0 : sent.Outputs.Count(static output => output.ValueSat == ChannelTypes.AnchorSat);
        spent.Outputs.Length.Should().Be(sent.Outputs.Count - anchors, "every output but the anchors is found again from secret and HTLCs");
        pair.SendAll();
        Finish(pair);
        victim.State.Phase.Should().Be(CoinPhase.Closed);
        pair.PaidSat(victim).Should().Be(spent.Outputs.Sum(static output => output.ValueSat), "all of it, as claims pay no fee here");
        pair.PaidSat(cheat).Should().Be(0);
    }

    /// <summary>A commitment that its owner had given up, as a cheat would keep it.</summary>
    internal static BitcoinTransaction Revoked(CoinPair pair, CoinParty cheat, long number)
    {
        var (victim, facts) = (pair.PeerOf(cheat), cheat.State.Facts!);
        var (peer, signatures) = victim.Signed[number];
        var commitment = CoinTransactions.Commitment(facts, cheat.Side, peer.Point, peer.Book).Value;
        var own = commitment.Sign(cheat.Keys.Funding);
        return (cheat.Side == CoinSide.Opener ? commitment.Complete(own, signatures.Commitment) : commitment.Complete(signatures.Commitment, own)).Value;
    }

    /// <summary>HTLC-success of a side's commitment in an older state, as a cheat would send it.</summary>
    internal static BitcoinTransaction SecondOf(CoinPair pair, CoinParty cheat, CoinState old, Bytes32 preimage)
    {
        var commitment = CoinTransactions.Commitment(old.Facts!, cheat.Side, old.Own!.Point, old.Own.Book).Value;
        var second = HtlcTransaction.AllOf(commitment).Single();
        using var key = cheat.Keys.Of(CoinWay.Success, new CoinOrigin.Own(old.Own));
        pair.PeerOf(cheat).Signed[old.Own.Book.Number].Signatures.Should().Be(old.Own.Signatures);
        return second.Success(old.Own.Signatures.Htlcs.Single(), second.Sign(key), preimage).Value;
    }

    internal static void Finish(CoinPair pair)
    {
        for (var blocks = 0; blocks < MostBlocks && pair.Both.Any(static party => party.State.Phase != CoinPhase.Closed); blocks++)
        {
            pair.Chain.Mine();
            pair.See();
            pair.SendAll();
        }

        foreach (var party in pair.Both) party.State.Phase.Should().Be(CoinPhase.Closed, "{0} has all that it can have: {1}", party.Side, party.State.Sight);
    }

    /// <summary>What the transactions leave to each, to the satoshi: the balance, and each HTLC's money to who takes it.</summary>
    private static void CheckPaid(CoinPair pair, Dictionary<CoinParty, long> least, IReadOnlyDictionary<CoinParty, long> expected)
    {
        foreach (var party in pair.Both)
        {
            pair.PaidSat(party).Should().Be(expected[party], "{0} gets what its outputs hold", party.Side);
            // Rounded down, without what became fees: the opener's balance pays those of the commitment, and what is dust has no output.
            var fees = party.Side == CoinSide.Opener ? CoinRules.FeeSat(party.State.Book) + 1 : 1;
            if (least[party] / 1_000 - fees >= pair.Terms.DustLimitSat)
                pair.PaidSat(party).Should().BeGreaterThanOrEqualTo((least[party] / 1_000) - fees, "{0} counted on it", party.Side);
        }
    }

    /// <summary>By the outputs of what was sent, before anything of it is taken.</summary>
    private static Dictionary<CoinParty, long> Expected(CoinPair pair)
    {
        var paid = pair.Both.ToDictionary(static party => party, static _ => 0L);
        foreach (var party in pair.Both)
        {
            var spent = party.State.Sight!.Spent!;
            var isOwner = spent.Kind == CoinSpendKind.Ours;
            foreach (var output in spent.Outputs)
            {
                paid[party] += output switch
                {
                    { Purpose: CoinPurpose.OwnersBalance } => isOwner ? output.ValueSat : 0,
                    { Purpose: CoinPurpose.OthersBalance } => isOwner ? 0 : output.ValueSat,
                    _ => Taker(pair, output.Htlc!) == party ? output.ValueSat - FeeOf(pair, party, output.Htlc!, isOwner, spent.Number) : 0,
                };
            }
        }

        return paid;
    }

    /// <summary>Who offered it, unless the other knows the preimage.</summary>
    private static CoinParty Taker(CoinPair pair, CoinHtlc htlc)
    {
        var (offerer, payee) = htlc.Offerer == CoinSide.Opener ? (pair.Opener, pair.Accepter) : (pair.Accepter, pair.Opener);
        return payee.State.Preimages.ContainsKey(htlc.PaymentHash) ? payee : offerer;
    }

    /// <summary>The owner of the commitment takes HTLCs by HTLC transactions, which pay a fee unless the form is the newest.</summary>
    private static long FeeOf(CoinPair pair, CoinParty taker, CoinHtlc htlc, bool isOwner, long number)
    {
        if (!isOwner) return 0;
        var type = CoinTransactions.ChannelOf(taker.State.Facts!).Type;
        var book = taker.State.Own!.Book;
        book.Number.Should().Be(number);
        return type.HtlcFeeSat(book.FeeratePerKw, htlc.Offerer == taker.Side ? HtlcDirection.Offered : HtlcDirection.Received);
    }
}
