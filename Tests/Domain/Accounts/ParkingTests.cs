using TPWallet.Domain.Accounts;
using TPWallet.Domain.Ledger;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Accounts;

/// <summary>A payer who sends more deposits than an account can look at: each is noticed, none is spendable, and nobody else waits for his.</summary>
public sealed class ParkingTests
{
    private readonly AccountRun _run = AccountRun.Funded();
    private int _sent;

    [Fact]
    public void Deposits_BeyondAPayersPlaces_AreInTheBooksAndAskNothing()
    {
        Fill();
        Send("spammer");
        Send("spammer");
        Books().Should().Be((0, HeldDeposit.MaxOfPayer + 2));
        _run.Open.Held.Values.Count(held => held.Stage == HoldStage.Parked).Should().Be(2);
        AccountDecider.Owed(_run.State).Values.OfType<Effect.Screen>().Should().HaveCount(HeldDeposit.MaxOfPayer);
        AccountDecider.NextWake(_run.State).Should().BeNull("there is no room for it");
        Send("friend").IsParked.Should().BeFalse("nobody else waits");
        AccountDecider.GenerationOf(_run.Events.OfType<AccountEvent.DepositHeld>().Last(held => held.IsParked)).Should().Be(EventGenerations.Verdicts);
        _run.ShouldReplay();
    }

    [Fact]
    public void Parked_WhereOneOfItsPayerIsDecided_IsScreenedInTurn()
    {
        Fill();
        var first = Send("spammer").Deposit;
        var second = Send("spammer").Deposit;
        _run.Tick();
        Stage(first).Should().Be(HoldStage.Parked);
        Release();
        AccountDecider.NextWake(_run.State).Should().NotBeNull();
        _run.Tick();
        (Stage(first), Stage(second)).Should().Be((HoldStage.Screening, HoldStage.Parked));
        AccountDecider.NextWake(_run.State).Should().BeNull();
        Release();
        _run.Tick();
        Stage(second).Should().Be(HoldStage.Screening);
        _run.ShouldReplay();
    }

    [Fact]
    public void Parked_ThatLosesItsBlock_LeavesTheBooks()
    {
        Fill();
        var lost = Send("spammer").Deposit;
        _run.Accept(new AccountCommand.ReverseDeposit(Id("reverse"), lost, lost.Block.Hash));
        Books().Should().Be((0, HeldDeposit.MaxOfPayer));
        _run.ShouldReplay();
    }

    [Theory]
    [InlineData(HeldDeposit.Max - 1, 0, "screened")]
    [InlineData(HeldDeposit.Max, 0, "parked")]
    [InlineData(HeldDeposit.Max, HeldDeposit.MaxParked - 1, "parked")]
    [InlineData(HeldDeposit.Max, HeldDeposit.MaxParked, "refused")]
    public void Places_OfAllPayers_HaveABoundToo(int held, int parked, string outcome)
    {
        Send("template");
        var one = _run.Open.Held.Values.Single();
        var many = Enumerable.Range(0, held + parked).ToImmutableSortedDictionary(
            i => new StateKey($"{i:D8}"), i => one with { Stage = i < held ? HoldStage.Rejected : HoldStage.Parked, Sources = [AddressOf($"payer {i % 512}")] });
        var credit = AccountRun.Credit(_run.Deposit(new(Eth, 1), "new")) with { Sources = [AddressOf("new")] };
        var decision = AccountDecider.Decide(_run.Open with { Held = many }, credit, _run.Stamp);
        (decision switch
        {
            Decision<AccountEvent>.Refuse { Rejection.Code: RejectionCode.Overloaded } => "refused",
            Decision<AccountEvent>.Accept { Events: [AccountEvent.DepositHeld { IsParked: var isParked }, ..] } => isParked ? "parked" : "screened",
            _ => "something else",
        }).Should().Be(outcome);
    }

    [Fact]
    public void Parked_OfManyPayers_ComeFromTheOneWithTheFewestPlaces()
    {
        Send("template");
        var one = _run.Open.Held.Values.Single();
        ImmutableArray<HeldDeposit> held = [One("spammer", 0, HoldStage.Rejected), One("spammer", 1, HoldStage.Parked), One("friend", 3, HoldStage.Parked), One("friend", 2, HoldStage.Parked)];
        var open = _run.Open with { Held = held.ToImmutableSortedDictionary(each => new StateKey($"{each.Turn}"), each => each) };
        var decision = AccountDecider.Decide(open, new AccountCommand.Tick(Guid.Empty), _run.Stamp);
        ((Decision<AccountEvent>.Accept)decision).Events.Should().Equal(new AccountEvent.DepositRescreened(held[3].Id));

        HeldDeposit One(string payer, int turn, HoldStage stage) =>
            one with { Deposit = one.Deposit with { LogIndex = turn }, Sources = [AddressOf(payer)], Turn = turn, Stage = stage };
    }

    private void Fill()
    {
        for (var i = 0; i < HeldDeposit.MaxOfPayer; i++) Send("spammer").IsParked.Should().BeFalse();
    }

    private AccountEvent.DepositHeld Send(string payer)
    {
        _run.Now += Span.Seconds(1);
        return (AccountEvent.DepositHeld)_run.Accept(AccountRun.Credit(_run.Deposit(new(Eth, 1), $"d{_sent++}")) with { Sources = [AddressOf(payer)] })[0];
    }

    /// <summary>One that is screened is let go.</summary>
    private void Release()
    {
        var owed = AccountDecider.Owed(_run.State).First(effect => effect.Value is Effect.Screen);
        var score = new ScreeningRun().ScoreOf(RiskAction.Allow, 0) with { FreshUntil = _run.Now + Span.Hours(1) };
        _run.Accept(AccountDecider.Resume(_run.State, owed.Key, new EffectResult.Screened(score))!);
    }

    private HoldStage Stage(TPWallet.Grains.Interfaces.Chains.Deposit deposit) => _run.Open.Held[new(HeldDeposit.IdOf(deposit).ToString("N"))].Stage;

    private (UInt256 Available, UInt256 Held) Books() =>
        (_run.Open.Ledger.Of(Book.Available, Eth).Balance, _run.Open.Ledger.Of(Book.Held, Eth).Balance);
}
