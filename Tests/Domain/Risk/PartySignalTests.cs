using TPWallet.Domain.Risk.Profiles;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.Risk.RiskRun;

namespace TPWallet.Tests.Domain.Risk;

/// <summary>Who is at the other end, and from where the account acts.</summary>
public sealed class PartySignalTests
{
    private readonly RiskRun _run = new() { ChecksSnapshots = false };

    [Fact]
    public void NewParty_UntilItWasPaidOrLetThrough_IsNew()
    {
        _run.Lived(3);
        _run.Signal(RiskSignal.NewPartyWorth, _run.Pay(Move(100, Stranger))).Should().Be(101);
        _run.Signal(RiskSignal.NewPartyWorth, _run.Pay(Move(100))).Should().Be(0);
        _run.Signal(RiskSignal.NewPartyWorth, _run.Pay(Move(100, Stranger, scope: DestinationScope.Allowed))).Should().Be(0);
        _run.Score(Move(100, Stranger));
        _run.Signal(RiskSignal.NewPartyWorth, _run.Pay(Move(100, Stranger))).Should().Be(101, "an attempt makes nobody known");
    }

    /// <summary>With whom the operator deals no more may have his money back, if two persons say so; what the law froze may not.</summary>
    [Theory]
    [InlineData(ListKind.Watch, RiskAction.Review)]
    [InlineData(ListKind.Deny, RiskAction.Review)]
    [InlineData(ListKind.Sanction, RiskAction.Block)]
    public void Return_ToAListedParty_IsReviewedOrBlocked(ListKind kind, RiskAction action)
    {
        _run.Context = Facts(facts => facts with { Hits = [new("own", 3, kind)] });
        _run.Score(_run.Pay(RiskRun.Move(1, RiskRun.Stranger)) with { Returns = true }).Demand.Action.Should().Be(action);
    }

    [Fact]
    public void Return_OfADeposit_IsAlwaysReviewed()
    {
        var score = _run.Score(_run.Pay(RiskRun.Move(1)) with { Returns = true });
        (score.Demand.Action, score.Reasons.Single(reason => reason.Rule == "return").Points).Should().Be((RiskAction.Review, 0));
    }

    [Theory]
    [InlineData("0x1111000000000000000000000000000000000000", 8)]
    [InlineData("0x1110000000000000000000000000000000000000", 7)]
    [InlineData("0x1100000000000000000000000000000000000f00", 4)]
    [InlineData("0x11110000000000000000000000000000000000f0", 0)]
    [InlineData(Friend, 0)]
    public void LookAlike_OfAKnownParty_CountsTheEndsThatAPersonCompares(string party, long shared)
    {
        _run.Lived(3);
        _run.Signal(RiskSignal.LookAlike, _run.Pay(Move(1, party))).Should().Be(shared);
    }

    [Fact]
    public void LookAlike_OfBitcoinAddresses_IgnoresWhatAllHaveInCommon()
    {
        const string Known = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq";
        _run.Do(_run.Pay(Move(1, Known)));
        _run.Signal(RiskSignal.LookAlike, _run.Pay(Move(1, "bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh"))).Should().Be(0);
        _run.Signal(RiskSignal.LookAlike, _run.Pay(Move(1, "bc1qarqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5mdq"))).Should().Be(6);
    }

    [Fact]
    public void DustSender_OnceItSentNothing_IsRemembered()
    {
        _run.Lived(3);
        _run.Score(_run.Receive(Move(0, Stranger)));
        _run.Signal(RiskSignal.DustSender, _run.Pay(Move(100, Stranger))).Should().Be(1);
        _run.Score(_run.Receive(Move(500, $"0xbb{Stranger[4..]}")));
        _run.Signal(RiskSignal.DustSender, _run.Pay(Move(100, $"0xbb{Stranger[4..]}"))).Should().Be(0, "it sent real money");
        _run.Score(_run.Receive(Move(0)));
        _run.Signal(RiskSignal.DustSender, _run.Pay(Move(100))).Should().Be(0, "the account paid it before");
        _run.Signal(RiskSignal.Dust, _run.Receive(Move(2, Stranger))).Should().Be(3);
        _run.Signal(RiskSignal.Dust, _run.Receive(Move(3, Stranger))).Should().Be(0);
    }

    [Fact]
    public void Device_NewOrYoung_IsTold()
    {
        _run.Signal(RiskSignal.NewDevice, _run.Pay(Move(1))).Should().Be(0, "an account without a habit has no new device");
        _run.Lived(10);
        var other = _run.Pay(Move(1)) with { Device = "laptop" };
        _run.Signal(RiskSignal.NewDevice, other).Should().Be(1000);
        _run.Signal(RiskSignal.NewDevice, other with { Device = null }).Should().Be(1000, "no device is none that it knows");
        _run.Do(other);
        _run.Now += Span.Hours(24);
        _run.Signal(RiskSignal.NewDevice, other).Should().Be(500);
        _run.Now += Span.Hours(50);
        _run.Signal(RiskSignal.NewDevice, other).Should().Be(0);
    }

    [Fact]
    public void Network_NewOrYoung_IsTold()
    {
        _run.Lived(10);
        var other = _run.Pay(Move(1)) with { Network = new Bytes32(8) };
        _run.Signal(RiskSignal.NewNetwork, other).Should().Be(1000);
        _run.Do(other);
        _run.Signal(RiskSignal.NewNetwork, other).Should().Be(500);
        _run.Now += Span.Hours(25);
        _run.Signal(RiskSignal.NewNetwork, other).Should().Be(0);
    }

    [Fact]
    public void Takeover_CountsWhatIsNewAtOnce()
    {
        _run.Lived(30);
        _run.Now += Span.Hours(12);
        var payment = _run.Pay(Move(100, Stranger)) with { Device = "laptop", Network = new Bytes32(8), Available = [new(Token, Move(150).Amount)] };
        _run.Signal(RiskSignal.Takeover, payment).Should().Be(5, "device, network, party, hour and half the balance");
        _run.Signal(RiskSignal.Takeover, payment with { Device = "phone", Network = new Bytes32(7) }).Should().Be(3);
        _run.Signal(RiskSignal.OddHour, payment).Should().Be(1000);
    }

    [Theory]
    [InlineData(ListKind.Watch, 1, RiskAction.Review)]
    [InlineData(ListKind.Deny, 2, RiskAction.Block)]
    [InlineData(ListKind.Sanction, 3, RiskAction.Block)]
    public void Lists_WithTheParty_DemandWhatTheirKindSays(ListKind kind, long severity, RiskAction action)
    {
        _run.Context = Facts(facts => facts with { Hits = [new("list", 3, kind)] });
        _run.Signal(RiskSignal.ListSeverity, _run.Pay(Move(1, Stranger))).Should().Be(severity);
        _run.Score(Move(1, Stranger)).Demand.Action.Should().Be(action);
        _run.Score(_run.Receive(Move(1, Stranger))).Demand.Action.Should().Be(action, "an inflow is screened before it is credited");
        _run.Score(Move(1, Friend)).Demand.Action.Should().Be(RiskAction.Allow);
        _run.Score(Move(1, Stranger, scope: DestinationScope.Allowed)).Demand.Action.Should().Be(action, "the members' allow-list excuses nobody from it");
    }

    [Fact]
    public void Lists_OutOfDate_AreTold()
    {
        _run.Context = RiskContext.Empty with { Lists = [new("list", 3, _run.Now + Span.Hours(1))] };
        _run.Signal(RiskSignal.ListStaleHours, _run.Pay(Move(1))).Should().Be(0);
        _run.Now += Span.Hours(30);
        _run.Signal(RiskSignal.ListStaleHours, _run.Pay(Move(1))).Should().Be(30);
        _run.Score(Move(1)).Demand.Action.Should().Be(RiskAction.Hold);
    }

    [Theory]
    [InlineData(ScreeningVerdict.Clear, 0, RiskAction.Allow)]
    [InlineData(ScreeningVerdict.Review, 1, RiskAction.Review)]
    [InlineData(ScreeningVerdict.Block, 2, RiskAction.Block)]
    public void Verdict_OfAScreening_IsFollowed(ScreeningVerdict verdict, long severity, RiskAction action)
    {
        var screening = new Screening("service", verdict, 9, _run.Now, _run.Now + Span.Hours(1));
        _run.Context = Facts(facts => facts with { Screening = screening });
        _run.Signal(RiskSignal.VerdictSeverity, _run.Pay(Move(1, Stranger))).Should().Be(severity);
        _run.Signal(RiskSignal.UnscreenedWorth, _run.Pay(Move(50, Stranger))).Should().Be(0);
        _run.Score(Move(1, Stranger)).Demand.Action.Should().Be(action);
        _run.Now += Span.Hours(2);
        _run.Signal(RiskSignal.VerdictSeverity, _run.Pay(Move(1, Stranger))).Should().Be(severity, "what spoke against it does not expire");
        _run.Signal(RiskSignal.UnscreenedWorth, _run.Pay(Move(50, Stranger))).Should().Be(50, "a verdict past its expiry covers nothing");
    }

    [Theory]
    [InlineData(0, 8)]
    [InlineData(1, 7)]
    [InlineData(7, 1)]
    [InlineData(8, 0)]
    [InlineData(int.MaxValue, 0)]
    [InlineData(-1, 8)]
    public void Flow_NearAListedParty_FallsWithEachHop(int hops, long nearness)
    {
        _run.Context = Facts(facts => facts with { Flow = new(hops, 300) });
        _run.Signal(RiskSignal.FlowNearness, _run.Pay(Move(1, Stranger))).Should().Be(nearness);
        _run.Signal(RiskSignal.FlowShare, _run.Pay(Move(1, Stranger))).Should().Be(nearness > 0 ? 300 : 0);
    }

    [Fact]
    public void Source_OfWhatCameIn_ClingsToTheAccountForAMonth()
    {
        _run.Context = Facts(facts => facts with { Flow = new(1, 300) });
        _run.Do(_run.Receive(Move(500, Stranger)));
        _run.Signal(RiskSignal.OwnExposure, _run.Pay(Move(1))).Should().Be(7);
        _run.Context = Facts(facts => facts with { Flow = new(4, 300) });
        _run.Do(_run.Receive(Move(500, Stranger)));
        _run.Signal(RiskSignal.OwnExposure, _run.Pay(Move(1))).Should().Be(7, "a farther source does not clean it");
        _run.Now += Span.Hours(31 * 24);
        _run.Signal(RiskSignal.OwnExposure, _run.Pay(Move(1))).Should().Be(0);
    }

    [Fact]
    public void Party_ThatManyAccountsPay_IsSummedOverThem()
    {
        _run.Context = Facts(facts => facts with { Activity = new(_run.Now - Span.Hours(48), 2000, 4000, 5) });
        var payment = _run.Pay(Move(600, Stranger));
        _run.Signal(RiskSignal.PartyBelowDay, payment).Should().Be(2600);
        _run.Signal(RiskSignal.PartyBelowWeek, payment).Should().Be(4600);
        _run.Signal(RiskSignal.PartySenders, payment).Should().Be(6);
        _run.Signal(RiskSignal.PartyYouth, payment).Should().Be(28);
        _run.Score(payment).Demand.Action.Should().Be(RiskAction.Hold);
        _run.Context = Facts(facts => facts with { Activity = new(_run.Now - Span.Hours(24 * 90), 2000, 4000, 5) });
        _run.Signal(RiskSignal.PartyYouth, payment).Should().Be(0, "an old party with many payers is a shop");
    }

    [Fact]
    public void TravelRule_WhereItIsAskedFor_HoldsUntilItIsThere()
    {
        _run.Context = Facts(facts => facts with { AsksTravelRule = true });
        _run.Signal(RiskSignal.TravelRuleMissing, _run.Pay(Move(1000, Stranger))).Should().Be(1000);
        _run.Score(Move(1000, Stranger)).Demand.Action.Should().Be(RiskAction.Hold);
        _run.Context = _run.Context with { TravelRule = true };
        _run.Signal(RiskSignal.TravelRuleMissing, _run.Pay(Move(1000, Stranger))).Should().Be(0);
    }

    [Fact]
    public void PartyProfile_OfWhatAccountsSend_IsTheActivityThatScoresUse()
    {
        var key = $"{People.Chain}/{Stranger}";
        var state = RiskProfileDecider.Empty(key);
        for (ulong i = 1; i <= 5; i++)
        {
            var command = new RiskProfileCommand.Observe(People.Id($"o{i}"), new(new Bytes32(i)), 1600, 600);
            var decision = (TPWallet.Domain.Machines.Decision<RiskProfileEvent>.Accept)RiskProfileDecider.Decide(state, command, Stamp.At(_run.Now));
            foreach (var @event in decision.Events) state = RiskProfileDecider.Evolve(state, @event, _run.Now);
        }

        RiskProfileDecider.View(state, _run.Now).Activity.Should().Be(new PartyActivity(_run.Now, 3000, 3000, 5));
        RiskProfileDecider.View(state, _run.Now + Span.Hours(30)).Activity.Should().Be(new PartyActivity(_run.Now, 0, 3000, 5));
        RiskProfileDecider.View(state, _run.Now + Span.Hours(24 * 8)).Activity.Should().Be(new PartyActivity(_run.Now, 0, 0, 0));
    }

    private static RiskContext Facts(Func<PartyFacts, PartyFacts> change) =>
        RiskContext.Empty with { Parties = [change(new(Stranger, [], null, null, null, false))] };
}
