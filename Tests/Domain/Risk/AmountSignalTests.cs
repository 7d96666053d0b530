using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.Risk.RiskRun;

namespace TPWallet.Tests.Domain.Risk;

/// <summary>Amounts, rates and sums against the account's own history: each signal with its threshold side by side.</summary>
public sealed class AmountSignalTests
{
    private readonly RiskRun _run = new() { ChecksSnapshots = false };

    [Fact]
    public void Worth_OfAnAmount_IsInThousandthsOfItsReference()
    {
        _run.Signal(RiskSignal.Worth, _run.Pay(Move(250))).Should().Be(250);
        _run.Signal(RiskSignal.Worth, _run.Pay(Move(250) with { Amount = UInt256.MaxValue })).Should().Be(uint.MaxValue);
        var unlisted = AssetId.Parse($"{People.Chain}/erc20:0x{new string('f', 40)}");
        _run.Signal(RiskSignal.Worth, _run.Pay(Move(250) with { Asset = unlisted })).Should().Be(Standard.UnlistedWorth);
        _run.Signal(RiskSignal.Worth, _run.Pay(Move(0) with { Asset = null })).Should().Be(0);
    }

    [Fact]
    public void Amount_AgainstOwnHistory_IsARobustScore()
    {
        _run.Lived();
        _run.Signal(RiskSignal.AmountZ, _run.Pay(Move(110))).Should().BeLessThan(1000);
        _run.Signal(RiskSignal.AmountZ, _run.Pay(Move(400))).Should().BeInRange(3000, 5000);
        _run.Signal(RiskSignal.AmountZ, _run.Pay(Move(5000))).Should().BeGreaterThan(8000);
    }

    [Fact]
    public void Amount_InPiecesOfOnePayment_IsJudgedAsOne()
    {
        _run.Lived();
        var pieces = Enumerable.Range(0, 40).Select(_ => Move(100)).ToArray();
        _run.Signal(RiskSignal.AmountZ, _run.Pay(pieces)).Should().Be(_run.Signal(RiskSignal.AmountZ, _run.Pay(Move(4000))));
    }

    [Fact]
    public void Amount_WithoutHistory_IsToldByItsWorth()
    {
        _run.Signal(RiskSignal.ColdWorth, _run.Pay(Move(3000))).Should().Be(3000);
        _run.Signal(RiskSignal.Cold, _run.Pay(Move(1))).Should().Be(1);
        _run.Lived(8);
        _run.Signal(RiskSignal.ColdWorth, _run.Pay(Move(3000))).Should().Be(0);
        _run.Signal(RiskSignal.Cold, _run.Pay(Move(1))).Should().Be(0);
    }

    [Fact]
    public void Amount_GrowingStepByStep_StandsOutAgainstTheBaseline()
    {
        _run.Policy = Telling(RiskSignal.Worth);
        _run.Lived(30);
        ulong amount = 150;
        for (var day = 0; day < 140; day++, amount = amount * 26 / 25, _run.Now += Span.Hours(24)) _run.Do(_run.Pay(Move(amount)));
        _run.Signal(RiskSignal.AmountZ, _run.Pay(Move(amount))).Should().BeLessThan(3500, "the newest amounts excuse it");
        _run.Signal(RiskSignal.AmountDrift, _run.Pay(Move(amount))).Should().BeGreaterThan(3000, "the baseline follows slower");
    }

    [Fact]
    public void Amount_OneGreatOne_DoesNotMoveWhatIsUsual()
    {
        _run.Policy = Telling(RiskSignal.Worth);
        _run.Lived();
        var before = _run.State.AmountsOf(Token)!;
        _run.Do(_run.Pay(Move(1_000_000)));
        var after = _run.State.AmountsOf(Token)!;
        after.Amounts.Values[^1].Should().Be((ushort)(before.Amounts.Median + 256), "an amount is learned as a doubling at most");
        (after.Baseline - before.Baseline).Should().BeInRange(-8, 8);
    }

    [Fact]
    public void Drain_OfTheBalance_IsAShare()
    {
        var payment = _run.Pay(Move(900)) with { Available = [new(Token, Move(1000).Amount)] };
        _run.Signal(RiskSignal.Drain, payment).Should().Be(900);
        _run.Signal(RiskSignal.Drain, payment with { Available = [] }).Should().Be(0);
        _run.Signal(RiskSignal.Drain, payment with { Available = [new(Token, UInt256.Zero)] }).Should().Be(2000);
    }

    [Fact]
    public void Rate_OfABurst_IsToldOfHourAndDay()
    {
        _run.Lived();
        _run.Signal(RiskSignal.HourRateZ, _run.Pay(Move(100))).Should().Be(0);
        for (var i = 0; i < 9; i++) _run.Score(Move(100));
        _run.Signal(RiskSignal.HourRateZ, _run.Pay(Move(100))).Should().BeGreaterThan(5000);
        _run.Signal(RiskSignal.DayRateZ, _run.Pay(Move(100))).Should().BeGreaterThan(5000);
        _run.Signal(RiskSignal.DayCount, _run.Pay(Move(100))).Should().Be(10);
        _run.Now += Span.Hours(25);
        _run.Signal(RiskSignal.DayCount, _run.Pay(Move(100))).Should().Be(1, "the day is over");
    }

    [Fact]
    public void Rate_OfAPaymentLookedAtTwice_CountsItOnce()
    {
        var payment = _run.Pay(Move(100));
        _run.Score(payment);
        _run.Score(payment);
        _run.Signal(RiskSignal.DayCount, payment).Should().Be(1);
        _run.Signal(RiskSignal.DayCount, _run.Pay(Move(1))).Should().Be(2);
    }

    [Fact]
    public void Below_ManySmallPayments_AreSummed()
    {
        for (var i = 0; i < 3; i++) _run.Score(Move(600, $"0x{i}{Stranger[3..]}"));
        var fourth = _run.Pay(Move(600, Stranger));
        _run.Signal(RiskSignal.BelowDay, fourth).Should().Be(2400);
        _run.Signal(RiskSignal.BelowCountDay, fourth).Should().Be(4);
        _run.Signal(RiskSignal.NewPartiesDay, fourth).Should().Be(4);
        _run.Now += Span.Hours(48);
        _run.Signal(RiskSignal.BelowDay, fourth).Should().Be(600);
        _run.Signal(RiskSignal.BelowWeek, fourth).Should().Be(2400);
        _run.Signal(RiskSignal.BelowDay, _run.Pay(Move(5000))).Should().Be(0, "it is not below the reference amount");
    }

    [Fact]
    public void DayWorth_AgainstActiveDays_IsARobustScore()
    {
        _run.Lived();
        _run.Score(Move(900));
        _run.Score(Move(900));
        _run.Signal(RiskSignal.DayWorthZ, _run.Pay(Move(900))).Should().BeGreaterThan(6000);
        _run.Signal(RiskSignal.DayWorth, _run.Pay(Move(900))).Should().Be(2700);
    }

    [Fact]
    public void OwnMoves_OfAnyAmount_CountForNothing()
    {
        _run.Lived();
        var own = _run.Pay(Move(1_000_000, scope: DestinationScope.Own));
        foreach (var signal in new[] { RiskSignal.AmountZ, RiskSignal.DayCount, RiskSignal.BelowDay, RiskSignal.NewPartyWorth, RiskSignal.DayWorth })
            _run.Signal(signal, own).Should().Be(0, "{0} is about others", signal);
    }

    [Fact]
    public void Dormant_AccountThatWakes_IsToldInDays()
    {
        _run.Lived(10);
        _run.Now += Span.Hours(24 * 99);
        _run.Signal(RiskSignal.DormantDays, _run.Pay(Move(1))).Should().Be(100);
        _run.Score(Move(1));
        _run.Signal(RiskSignal.DormantDays, _run.Pay(Move(1))).Should().Be(100, "an attempt does not wake it");
    }

    [Fact]
    public void PassThrough_OfWhatJustCameIn_IsAShare()
    {
        _run.Do(_run.Receive(Move(2000, Stranger)));
        _run.Signal(RiskSignal.InflowDay, _run.Pay(Move(1900))).Should().Be(2000);
        _run.Signal(RiskSignal.PassThrough, _run.Pay(Move(1900))).Should().Be(950);
        _run.Now += Span.Hours(30);
        _run.Signal(RiskSignal.PassThrough, _run.Pay(Move(1900))).Should().Be(0);
    }

    [Fact]
    public void PassThrough_OfWhatIsNotCreditedYet_IsNothing()
    {
        _run.Score(_run.Receive(Move(2000, Stranger)));
        _run.Signal(RiskSignal.InflowDay, _run.Pay(Move(1900))).Should().Be(0);
    }

    [Fact]
    public void Party_ThatIsPaidMoreAndMore_IsToldByTheRises()
    {
        _run.Policy = Telling(RiskSignal.Worth);
        _run.Lived(3);
        ulong amount = 100;
        for (var rise = 0; rise < 5; rise++, amount = amount * 5 / 4)
        {
            _run.Signal(RiskSignal.PartyRises, _run.Pay(Move(amount, Stranger))).Should().Be(rise);
            _run.Do(_run.Pay(Move(amount, Stranger)));
        }

        _run.Do(_run.Pay(Move(10, Stranger)));
        _run.Signal(RiskSignal.PartyRises, _run.Pay(Move(20, Stranger))).Should().Be(1, "a smaller payment ended the row");
        _run.Signal(RiskSignal.PartyRises, _run.Pay(Move(11, Stranger))).Should().Be(0, "a tenth more is no rise");
    }

    [Fact]
    public void Party_FirstPaidLately_StaysFreshForAMonth()
    {
        _run.Do(_run.Pay(Move(10, Stranger)));
        _run.Signal(RiskSignal.FreshPartyWorth, _run.Pay(Move(50, Stranger))).Should().Be(51);
        _run.Signal(RiskSignal.Takeover, _run.Pay(Move(50, Stranger))).Should().Be(0, "it is known for as much");
        _run.Signal(RiskSignal.Takeover, _run.Pay(Move(80, Stranger))).Should().Be(1, "but not for eight times as much");
        _run.Now += Span.Hours(31 * 24);
        _run.Signal(RiskSignal.FreshPartyWorth, _run.Pay(Move(50, Stranger))).Should().Be(0);
        _run.Signal(RiskSignal.Takeover, _run.Pay(Move(80, Stranger))).Should().Be(0);
    }

    [Fact]
    public void NewParties_MoreThanUsual_AreToldAgainstActiveDays()
    {
        _run.Lived(10);
        for (var i = 0; i < 5; i++) _run.Score(Move(10, $"0x{i}{Stranger[3..]}"));
        _run.Signal(RiskSignal.NewPartiesZ, _run.Pay(Move(10))).Should().BeGreaterThan(3000);
        _run.Signal(RiskSignal.NewPartiesDay, _run.Pay(Move(10, $"0x9{Stranger[3..]}", scope: DestinationScope.Allowed))).Should().Be(5, "who was let through is not met");
        var social = new RiskRun { ChecksSnapshots = false, Policy = Telling(RiskSignal.Worth) };
        for (var i = 0; i < 60; i++, social.Now += Span.Hours(4)) social.Do(social.Pay(Move(10, $"0x{i:x2}{Stranger[4..]}")));
        social.Signal(RiskSignal.NewPartiesZ, social.Pay(Move(10))).Should().BeLessThan(1000, "it meets as many each day");
    }

    [Fact]
    public void Emptied_AssetsOfOnePayment_AreCounted()
    {
        var other = AssetId.Native(People.Chain);
        var payment = _run.Pay(Move(80), Move(40) with { Asset = other }, Move(40) with { Asset = other }) with
        {
            Available = [new(Token, Move(100).Amount), new(other, Move(100).Amount)],
        };
        _run.Signal(RiskSignal.Emptied, payment).Should().Be(2);
        _run.Signal(RiskSignal.Emptied, payment with { Available = [new(Token, Move(101).Amount)] }).Should().Be(0);
    }
}
