using TPWallet.Domain.Risk.Profiles;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.Risk.RiskRun;

namespace TPWallet.Tests.Domain.Risk;

/// <summary>What the rules see in a deposit, and what an account's profile learns of it.</summary>
public sealed class InflowTests
{
    private readonly RiskRun _run = new();

    [Fact]
    public void Deposit_OfAKnownPayerAndUsualSize_DemandsNothing()
    {
        Usual();
        var score = _run.Deposit(105);
        (score.Points, score.Demand.Action).Should().Be((0, RiskAction.Allow));
    }

    [Theory]
    [InlineData(ListKind.Watch, RiskAction.Review)]
    [InlineData(ListKind.Deny, RiskAction.Block)]
    [InlineData(ListKind.Sanction, RiskAction.Block)]
    public void Deposit_OneOfManyPayersIsListed_IsHeldWhateverTheOthersAre(ListKind kind, RiskAction action)
    {
        Usual();
        var listed = new PartyFacts(Stranger, [new("own", 3, kind)], null, null, null, false);
        _run.Context = _run.Context with { Parties = [new(Friend, [], null, null, null, false), listed] };
        var payment = _run.Inflow(100);
        payment.Movements.Should().ContainSingle().Which.Party.Should().Be(Stranger, "the worst of them is the payer");
        _run.Score(payment).Demand.Action.Should().Be(action);
    }

    [Fact]
    public void Deposit_FarAboveWhatUsuallyComes_WaitsForMoreConfirmationsAndForNobody()
    {
        Usual();
        var score = _run.Deposit(90_000);
        score.Demand.Action.Should().Be(RiskAction.Confirmations);
        score.Demand.ExtraConfirmations.Should().BePositive();
        var cold = new RiskRun().Deposit(25_000, Stranger);
        (cold.Demand.Action, cold.Demand.ExtraConfirmations).Should().Be((RiskAction.Confirmations, 6));
    }

    [Fact]
    public void Deposit_OfWhoLooksLikeAPayee_IsHeld()
    {
        _run.Lived(10);
        var lookAlike = string.Concat(Friend.AsSpan(0, 6), new string('9', Friend.Length - 10), Friend.AsSpan(Friend.Length - 4));
        _run.Deposit(0, lookAlike).Demand.Action.Should().Be(RiskAction.Review);
        _run.Deposit(50, Friend).Demand.Action.Should().Be(RiskAction.Allow, "it is the payee himself");
        _run.Signal(RiskSignal.DustSender, _run.Pay(Move(5, lookAlike))).Should().Be(1, "what is paid there later is held too");
    }

    [Fact]
    public void Deposit_InPiecesFarBeyondAnOrdinaryDay_IsHeld()
    {
        Usual();
        for (var i = 0; i < 4; i++) _run.Deposit(900, $"0x{i:x40}");
        _run.Deposit(900, Stranger).Demand.Action.Should().Be(RiskAction.Hold);
    }

    [Fact]
    public void Deposit_PayerSpreadsPiecesOverAccounts_IsHeld()
    {
        Usual();
        _run.Context = _run.Context with { Parties = [new(Stranger, [], null, null, new(_run.Now - Span.Hours(24), 2400, 2400, 4), false)] };
        _run.Deposit(400, Stranger).Demand.Action.Should().Be(RiskAction.Hold);
        _run.Context = _run.Context with { Parties = [new(Stranger, [], null, null, new(_run.Now - Span.Hours(24 * 60), 2400, 2400, 4), false)] };
        _run.Deposit(400, Stranger).Demand.Action.Should().Be(RiskAction.Allow, "an exchange has paid many accounts for long");
    }

    [Fact]
    public void Credit_OfWhatWasHeld_TeachesNothing()
    {
        Usual();
        var before = _run.State;
        _run.Context = _run.Context with { Parties = [new(Stranger, [new("own", 3, ListKind.Watch)], null, null, null, false)] };
        for (var i = 0; i < 10; i++) _run.Deposit(90_000, Stranger, credit: true);
        _run.Events[^1].Should().BeOfType<RiskProfileEvent.InflowCredited>().Which.Hops.Should().Be(0);
        _run.Snapshot(before with { Sources = _run.State.Sources, Inflows = _run.State.Inflows, InflowRates = _run.State.InflowRates }).Should().Be(_run.Snapshot(before));
        _run.State.Exposure!.Hops.Should().Be(0, "what came in is known all the same");
        _run.Context = RiskContext.Empty;
        _run.Signal(RiskSignal.NewPartyWorth, 100, Stranger).Should().Be(101);
    }

    [Fact]
    public void Credit_TwiceOrOfNoDeposit_IsNothingOrRefused()
    {
        var payment = _run.Inflow(100);
        _run.Score(payment);
        _run.Accept(new RiskProfileCommand.Credit(_run.NewId(), payment.Id)).Should().ContainSingle().Which.Should().BeOfType<RiskProfileEvent.InflowLearned>();
        _run.Accept(new RiskProfileCommand.Credit(_run.NewId(), payment.Id)).Should().BeEmpty();
        var paid = _run.Pay(Move(5));
        _run.Score(paid);
        _run.Refuse(new RiskProfileCommand.Credit(_run.NewId(), paid.Id)).Code.Should().Be(RejectionCode.WrongState);
    }

    [Fact]
    public void Pending_ManyDeposits_DoNotPushAPacketOut()
    {
        var paid = _run.Pay(Move(5)) with { Packet = "rent" };
        _run.Score(paid);
        for (var i = 0; i < 3 * RiskProfileState.MaxPending; i++) _run.Deposit(1, Stranger);
        _run.State.PendingOf(paid.Id).Should().NotBeNull();
        _run.State.Pending.Should().HaveCount(RiskProfileState.MaxPending);
    }

    /// <summary>A hundred or so from a friend, each day.</summary>
    private void Usual()
    {
        for (var day = 0; day < 30; day++, _run.Now += Span.Hours(24)) _run.Deposit(100 + ((ulong)day * 37 % 41), credit: true);
    }
}
