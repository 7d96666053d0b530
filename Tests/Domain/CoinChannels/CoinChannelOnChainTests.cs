using TPWallet.Chains.Bitcoin.Channels;
using TPWallet.Domain.CoinChannels;
using TPWallet.Grains.Interfaces.CoinChannels;

namespace TPWallet.Tests.Domain.CoinChannels;

/// <summary>A channel of two machines on a real Bitcoin node, in each form: whichever way it ends, each party has on chain what is its own, to the satoshi.</summary>
public sealed class CoinChannelOnChainTests
{
    private const int Rounds = 220;

    public static TheoryData<CoinForm> Forms => [CoinForm.StaticRemoteKey, CoinForm.AnchorOutputs, CoinForm.Anchors];

    [BitcoinTheory]
    [MemberData(nameof(Forms))]
    public async Task SomeHundredUpdates_ThenAnEndTogether_PayWhatTheBookSays(CoinForm form)
    {
        await using var town = await CoinTown.OpenAsync(form);
        var pair = town.Pair;
        var expected = town.Trade(Rounds);
        var number = pair.Opener.State.Book.Number;
        number.Should().BeGreaterThan(200);
        pair.Opener.State.Past.Length.Should().BeGreaterThan(100);
        pair.Accepter.Accept(new CoinCommand.End(pair.Accepter.NewId()));
        pair.Settle();
        await town.LiveAsync(6);

        foreach (var party in pair.Both) party.State.Phase.Should().Be(CoinPhase.Closed);
        var (feerate, opener) = (pair.Opener.State.Book.FeeratePerKw, (pair.Terms.FundingSat * 1_000) - expected);
        town.PaidSat(pair.Accepter).Should().Be(expected / 1_000);
        town.PaidSat(pair.Opener).Should().Be((opener / 1_000) - (feerate * 740 / 1_000));
    }

    [BitcoinTheory]
    [MemberData(nameof(Forms))]
    public async Task OneLeavesAlone_WithHtlcsBothWays_EachGetsItsOwn(CoinForm form)
    {
        foreach (var leaver in Enum.GetValues<CoinSide>())
        {
            await using var town = await CoinTown.OpenAsync(form);
            var pair = town.Pair;
            var own = town.HoldHtlcs();
            var party = leaver == CoinSide.Opener ? pair.Opener : pair.Accepter;
            party.Accept(new CoinCommand.Close(party.NewId()));
            var left = town.Height;
            await town.LiveAsync(40);

            foreach (var side in pair.Both)
            {
                side.State.Phase.Should().Be(CoinPhase.Closed, "{0} has all that it can have: {1}", side.Side, side.State.Sight);
                town.PaidSat(side).Should().Be(own(side, leaver) - town.FeesSat(side), "{0}, after {1} left at {2}", side.Side, leaver, left);
            }

            // The owner of the commitment waited for its own money, and each HTLC transaction's for as long again.
            var sweeps = town.SentBy(party).Where(static sent => sent.Transaction.Inputs[0].Sequence == 6).ToArray();
            sweeps.Length.Should().BeGreaterThanOrEqualTo(3, "to_local, an HTLC-success and an HTLC-timeout at the least");
        }
    }

    [BitcoinTheory]
    [MemberData(nameof(Forms))]
    public async Task RevokedState_ThatIsSent_IsPunishedWhole(CoinForm form)
    {
        foreach (var cheat in Enum.GetValues<CoinSide>())
        {
            await using var town = await CoinTown.OpenAsync(form);
            var pair = town.Pair;
            town.HoldHtlcs();
            var stale = pair.Opener.State.Book.Number;
            town.Trade(12);
            var (thief, victim) = cheat == CoinSide.Opener ? (pair.Opener, pair.Accepter) : (pair.Accepter, pair.Opener);
            var sent = CoinEnding.Revoked(pair, thief, stale);
            await town.SendAsync(sent);
            town.Silence(thief);
            await town.LookAsync();
            victim.State.Sight!.Spent.Should().Match<CoinSpent>(spent => spent.Kind == CoinSpendKind.Theirs && spent.Number == stale && spent.Depth == 0);
            victim.Owed.Values.OfType<CoinEffect.Take>().Where(static take => take.Claim.Way == CoinWay.Penalty).Should().HaveCount(5, "to_local and four HTLCs, at first sight");
            await town.LiveAsync(6);

            victim.State.Phase.Should().Be(CoinPhase.Closed);
            var anchors = form == CoinForm.StaticRemoteKey ? 0 : 2 * ChannelTypes.AnchorSat;
            town.PaidSat(victim).Should().Be(sent.Outputs.Sum(static output => output.ValueSat) - anchors - town.FeesSat(victim), "the cheat keeps nothing");
            town.PaidSat(thief).Should().Be(0);
        }
    }

    [BitcoinTheory]
    [MemberData(nameof(Forms))]
    public async Task RevokedHtlc_ThatTheCheatTookFirst_IsTakenFromItsTransaction(CoinForm form)
    {
        await using var town = await CoinTown.OpenAsync(form);
        var pair = town.Pair;
        pair.Opener.Want(new CoinUpdate.Pay(200_000_000));
        pair.Settle();
        var hash = pair.NewHash();
        pair.Opener.Want(new CoinUpdate.Offer(50_000_000, hash, town.Height + 100));
        pair.Settle();
        var old = pair.Accepter.State;
        pair.Opener.Want(new CoinUpdate.Pay(1_000_000));
        pair.Settle();
        town.Silence(pair.Accepter);
        await town.SendAsync(CoinEnding.Revoked(pair, pair.Accepter, old.Own!.Book.Number));
        await town.MineAsync();
        await town.SendSecondAsync(pair.Accepter, old, pair.Preimages[hash]);
        await town.MineAsync();
        await town.LookAsync();
        pair.Opener.Owed.Values.OfType<CoinEffect.Take>().Should().ContainSingle(static take => take.Claim.Purpose == CoinPurpose.Second && take.Claim.Way == CoinWay.Penalty);
        await town.LiveAsync(6);
        pair.Opener.State.Phase.Should().Be(CoinPhase.Closed);
        pair.Opener.State.Preimages.Should().ContainKey(hash);
        town.PaidSat(pair.Accepter).Should().Be(0);
        town.SentBy(pair.Opener).Should().HaveCount(3, "to_local, to_remote and what the HTLC became");
    }
}
