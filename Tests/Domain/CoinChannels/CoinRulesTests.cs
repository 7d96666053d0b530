using TPWallet.Chains.Bitcoin.Channels;
using TPWallet.Domain.CoinChannels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.CoinChannels;

/// <summary>How books change, and what both refuse alike.</summary>
public sealed class CoinRulesTests
{
    private static readonly CoinRules _rules = new(CoinPair.TermsOf(CoinForm.StaticRemoteKey));
    private static readonly CoinBook _book = _rules.Apply(_rules.First, CoinSide.Opener, [new CoinUpdate.Pay(400_000_000)]).Book!;

    public static TheoryData<CoinSide, CoinUpdate, RejectionCode> Refused => new()
    {
        { CoinSide.Opener, new CoinUpdate.Pay(0), RejectionCode.ZeroAmount },
        { CoinSide.Opener, new CoinUpdate.Pay(-5), RejectionCode.ZeroAmount },
        { CoinSide.Opener, new CoinUpdate.Pay(590_000_001), RejectionCode.InsufficientFunds },
        { CoinSide.Opener, new CoinUpdate.Pay(long.MaxValue), RejectionCode.InsufficientFunds },
        { CoinSide.Accepter, new CoinUpdate.Pay(390_000_001), RejectionCode.InsufficientFunds },
        { CoinSide.Accepter, Offer(390_000_001), RejectionCode.InsufficientFunds },
        { CoinSide.Accepter, Offer(0), RejectionCode.ZeroAmount },
        { CoinSide.Accepter, Offer(1_000_000) with { Expiry = 500_000_000 }, RejectionCode.Malformed },
        { CoinSide.Accepter, Offer(1_000_000) with { Expiry = 0 }, RejectionCode.Malformed },
        { CoinSide.Opener, Offer(588_000_000), RejectionCode.None },
        { CoinSide.Accepter, new CoinUpdate.Fulfil(1, Bytes32.Zero), RejectionCode.NotFound },
        { CoinSide.Opener, new CoinUpdate.Fail(1), RejectionCode.NotFound },
        { CoinSide.Accepter, new CoinUpdate.SetFee(1_000), RejectionCode.NotAllowedCaller },
        { CoinSide.Opener, new CoinUpdate.SetFee(252), RejectionCode.HardLimit },
        { CoinSide.Opener, new CoinUpdate.SetFee(5_001), RejectionCode.HardLimit },
    };

    [Theory, MemberData(nameof(Refused))]
    public void Update_ThatMayNotBe_IsRefused(CoinSide side, CoinUpdate update, RejectionCode code) =>
        (_rules.Apply(_book, side, [update]).Refusal?.Code ?? RejectionCode.None).Should().Be(code);

    [Fact]
    public void Htlcs_AboveTheTerms_AreRefused()
    {
        var small = Enumerable.Repeat<CoinUpdate>(Offer(1_000_000), 4).ToArray();
        _rules.Apply(_book, CoinSide.Accepter, [.. small]).Refusal.Should().BeNull();
        _rules.Apply(_book, CoinSide.Accepter, [.. small, Offer(1)]).Refusal!.Code.Should().Be(RejectionCode.HardLimit, "they are too small for outputs, and miners would get too much");
        var many = Enumerable.Repeat<CoinUpdate>(Offer(5_000_000), 20).ToArray();
        _rules.Apply(_book, CoinSide.Accepter, [.. many]).Refusal.Should().BeNull();
        _rules.Apply(_book, CoinSide.Accepter, [.. many, Offer(5_000_000)]).Refusal!.Code.Should().Be(RejectionCode.HardLimit);
        _rules.Apply(_book, CoinSide.Accepter, [.. Enumerable.Repeat<CoinUpdate>(new CoinUpdate.Pay(1), 33)]).Refusal!.Code.Should().Be(RejectionCode.TooLarge);
        (_rules with { Terms = _rules.Terms with { MostHeldMsat = 9_999_999 } }).Apply(_book, CoinSide.Accepter, [.. many[..2]]).Refusal!.Code.Should().Be(RejectionCode.HardLimit);
        _rules.Apply(_book with { OpenerHtlcs = CoinLimits.HtlcsEver }, CoinSide.Accepter, [many[0]]).Refusal!.Code.Should().Be(RejectionCode.QuotaReached);
    }

    [Fact]
    public void OpenerThatCouldNotPayTheFee_IsSpared()
    {
        var poor = _rules.Apply(_rules.First, CoinSide.Opener, [new CoinUpdate.Pay(988_000_000)]).Book!;
        _rules.Apply(poor, CoinSide.Opener, [new CoinUpdate.SetFee(5_000)]).Refusal.Should().BeNull();
        var offers = Enumerable.Repeat<CoinUpdate>(Offer(6_000_000), 12).ToArray();
        _rules.Apply(poor, CoinSide.Accepter, [.. offers]).Refusal.Should().BeNull("at this rate");
        _rules.Apply(poor with { FeeratePerKw = 5_000 }, CoinSide.Accepter, [.. offers]).Refusal!.Code.Should().Be(RejectionCode.InsufficientFunds);
    }

    /// <summary>The rules may not know the transactions; they must never be more generous than them.</summary>
    [Theory]
    [InlineData(CoinForm.StaticRemoteKey)]
    [InlineData(CoinForm.AnchorOutputs)]
    [InlineData(CoinForm.Anchors)]
    public void FeesAndDust_OfTheRules_BoundThoseOfTheTransactions(CoinForm form)
    {
        var type = form switch { CoinForm.StaticRemoteKey => ChannelType.StaticRemoteKey, CoinForm.AnchorOutputs => ChannelType.AnchorOutputs, _ => ChannelType.Anchors };
        var rules = new CoinRules(CoinPair.TermsOf(form));
        foreach (var feerate in new[] { 253L, 1_000, 4_999 })
        {
            for (var count = 0; count <= 40; count++)
            {
                var book = _book with { FeeratePerKw = feerate, Htlcs = [.. Enumerable.Range(1, count).Select(static id => new CoinHtlc(CoinSide.Opener, id, 1, Bytes32.Zero, 1))] };
                CoinRules.FeeSat(book).Should().BeGreaterThanOrEqualTo(type.CommitmentFeeSat(feerate, count) + type.AnchorsSat());
            }

            for (var sat = 400L; sat < 6_000; sat += 13)
            {
                var htlc = new CoinHtlc(CoinSide.Opener, 1, (sat * 1_000) + 999, Bytes32.Zero, 1);
                var isTrimmed = new[] { CoinSide.Opener, CoinSide.Accepter }
                    .Any(owner => CommitmentTransaction.IsTrimmed(type, rules.Terms.DustLimitSat, feerate, CoinTransactions.HtlcOf(htlc, owner)));
                (!isTrimmed || rules.MayBeTrimmed(htlc, feerate)).Should().BeTrue("{0} satoshis at {1}", sat, feerate);
            }
        }
    }

    private static CoinUpdate.Offer Offer(long amountMsat) => new(amountMsat, Bytes32.Zero, 2_000);
}
