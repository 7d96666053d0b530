using TPWallet.Domain.Accounts;
using TPWallet.Domain.Ledger;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Accounts;

/// <summary>A deposit between the chain and the spendable balance: held, screened, confirmed, reviewed, released, taken back.</summary>
public sealed class ScreeningTests
{
    private readonly ScreeningRun _run = new();

    [Fact]
    public void Credit_WithSources_IsHeldAndCannotBeSpent()
    {
        _run.Arrive();
        _run.Balances.Should().Be((0, 1000));
        var pay = AccountGoldenTests.Pay("a", new(AccountRun.Hash("payee"))) with { Amount = new(Eth, 1) };
        _run.Account.Refuse(_run.Account.Reserve(Packet(_run.Account.Open.Id, "p", pay), Ana, Ben)).Should().Be(RejectionCode.InsufficientFunds, "no fee adds to it");
        _run.Account.Accept(_run.Credit).Should().BeEmpty("it is known");
        _run.Owed<Effect.Screen>().Sources.Should().Equal(ScreeningRun.Source);
        _run.Account.ShouldReplay();
    }

    [Theory]
    [InlineData(RiskAction.Allow, 0, RiskMode.Enforced)]
    [InlineData(RiskAction.SecondFactor, 0, RiskMode.Enforced)]
    [InlineData(RiskAction.Block, 12, RiskMode.Shadow)]
    public void Screening_NothingDemandedOrInShadow_Credits(RiskAction action, int extra, RiskMode mode)
    {
        _run.Arrive();
        _run.Screened(action, extra, mode).Should().ContainSingle().Which.Should().BeOfType<AccountEvent.DepositReleased>();
        _run.Balances.Should().Be((1000, 0));
        _run.Account.Open.Held.Should().BeEmpty();
        _run.Account.Open.Intents.Should().NotContain(intent => intent.Value is AccountIntent.Screen);
        _run.Account.ShouldReplay();
    }

    [Fact]
    public void Screening_MembersEnforceWhatTheDeploymentOnlyShadows_Holds()
    {
        _run.Account.Carry("risk", new AccountChange.SetRisk(RiskMode.Enforced), Ben, Ana, Cleo);
        _run.Account.Now += Span.Hours(25);
        _run.Account.Tick();
        _run.Account.Open.Governance.Risk.Should().Be(RiskMode.Enforced);
        _run.Arrive();
        _run.Screened(RiskAction.Hold, 0, RiskMode.Shadow);
        _run.Balances.Should().Be((0, 1000));
    }

    [Fact]
    public void Unscreened_ReleasedByAVerdict_IsCreditedUntilPersonsAreAskedToo()
    {
        _run.Arrive();
        _run.Screened(RiskAction.Hold, 0, onlyVerdict: true);
        var opened = _run.OwedCase();
        (opened.Terms.VerdictSuffices, opened.Subject!.Deposit).Should().Be((true, _run.Deposit.Ref));
        opened.Subject.Parties.Should().Equal(ScreeningRun.Source.Value);
        var first = _run.Case.Number;
        _run.Account.Now += Span.Hours(25);
        _run.Account.Tick();
        _run.Screened(RiskAction.Hold, 0);
        _run.Case.Number.Should().NotBe(first, "persons have to look now");
        _run.Account.Accept(_run.Word(1, _run.ByVerdict()));
        _run.Stage.Should().Be(HoldStage.Reviewing);

        var other = new ScreeningRun();
        other.Arrive();
        other.Screened(RiskAction.Hold, 0, onlyVerdict: true);
        other.Account.Accept(other.Word(1, other.ByVerdict()));
        other.Balances.Should().Be((1000, 0));
        other.Account.ShouldReplay();
    }

    [Fact]
    public void Confirmations_MoreThanTheChainAsks_AreWaitedForOnItsBlock()
    {
        _run.Arrive();
        _run.Screened(RiskAction.Confirmations, 6);
        _run.Owed<Effect.AwaitDepth>().Should().Be(new Effect.AwaitDepth(Chain, _run.Deposit.Block, 6));
        _run.Account.Accept(new AccountCommand.RecordDepth(Id("other"), _run.Id, new(1, AccountRun.Hash("another")))).Should().BeEmpty("another block is deep");
        _run.Deep().Should().ContainSingle().Which.Should().BeOfType<AccountEvent.DepositReleased>();
        _run.Balances.Should().Be((1000, 0));
        _run.Account.ShouldReplay();
    }

    [Fact]
    public void Confirmations_ScoreTooOldByThen_IsTakenAnewAndMayHold()
    {
        _run.Arrive();
        _run.Screened(RiskAction.Confirmations, 6);
        _run.Account.Now += Span.Hours(1);
        _run.Deep().Should().ContainSingle().Which.Should().BeOfType<AccountEvent.DepositRescreened>();
        _run.Screened(RiskAction.Hold, 12);
        _run.Stage.Should().Be(HoldStage.Reviewing, "a list changed meanwhile");
        _run.Balances.Should().Be((0, 1000));
    }

    [Fact]
    public void Confirmations_BlockMoved_AreWaitedForOnTheNewOne()
    {
        _run.Arrive();
        _run.Screened(RiskAction.Confirmations, 6);
        var moved = new BlockRef(5, AccountRun.Hash("elsewhere"));
        _run.Account.Accept(_run.Credit with { CommandId = Id("moved"), Deposit = _run.Deposit with { Block = moved } });
        _run.Owed<Effect.AwaitDepth>().Block.Should().Be(moved);
    }

    [Theory]
    [InlineData(RiskAction.Hold)]
    [InlineData(RiskAction.Review)]
    [InlineData(RiskAction.Block)]
    public void Hold_TwoReviewersApprove_Credits(RiskAction action)
    {
        _run.Arrive();
        _run.Screened(action, 0);
        var opened = _run.Owed<Effect.TellCase>();
        opened.Case.Should().Be(HeldDeposit.CaseKey(_run.Account.Open.Id, _run.Id, _run.Case.Number));
        opened.Command.Should().BeOfType<CaseCommand.Open>().Which.Proposer.Should().BeNull();
        _run.Released(1, action).Should().HaveCount(2).And.Contain(@event => @event is AccountEvent.DepositReleased);
        _run.Balances.Should().Be((1000, 0));
        _run.Account.Open.Intents.Values.OfType<AccountIntent.CloseCase>().Should().ContainSingle().Which.Case.Should().Be(opened.Case);
        _run.Account.ShouldReplay();
    }

    [Fact]
    public void Hold_ReleaseOfLessThanIsDemanded_OrTooOld_ReleasesNothing()
    {
        _run.Arrive();
        _run.Screened(RiskAction.Review, 0);
        _run.Released(1, RiskAction.Hold);
        _run.Stage.Should().Be(HoldStage.Reviewing);
        _run.Account.Accept(_run.Word(2, new(["rita", "rob"], RiskAction.Review, _run.Account.Now)));
        _run.Stage.Should().Be(HoldStage.Reviewing, "the release ends now");
        _run.Balances.Should().Be((0, 1000));
    }

    [Fact]
    public void Hold_ApprovedAfterALongTime_IsScreenedAgainFirst()
    {
        _run.Arrive();
        _run.Screened(RiskAction.Hold, 0);
        _run.Account.Now += Span.Hours(2);
        _run.Released(1, RiskAction.Hold).Should().ContainSingle();
        _run.Balances.Should().Be((0, 1000));
        _run.Owed<Effect.Screen>();
        _run.Screened(RiskAction.Hold, 0).Should().ContainSingle().Which.Should().BeOfType<AccountEvent.DepositReleased>();
        _run.Balances.Should().Be((1000, 0));
    }

    [Fact]
    public void Hold_LaterLookIsGraver_OpensAnotherCaseThatTheOldReleaseDoesNotEnd()
    {
        _run.Arrive();
        _run.Screened(RiskAction.Hold, 0);
        var first = _run.Case.Number;
        _run.Account.Now += Span.Hours(25);
        _run.Account.Tick();
        _run.Screened(RiskAction.Block, 0);
        _run.Case.Number.Should().BeGreaterThan(first);
        _run.Account.Open.Intents.Values.OfType<AccountIntent.CloseCase>().Should().ContainSingle();
        _run.Account.Accept(_run.Word(1, _run.Release(RiskAction.Block), first)).Should().BeEmpty("the first case decides nothing any more");
        _run.Balances.Should().Be((0, 1000));
        _run.Account.ShouldReplay();
    }

    [Fact]
    public void Hold_LaterLookDemandsLess_StaysWithItsReviewers()
    {
        _run.Arrive();
        _run.Screened(RiskAction.Review, 0);
        _run.Account.Now += Span.Hours(25);
        (AccountDecider.NextWake(_run.Account.State) < _run.Account.Now).Should().BeTrue();
        _run.Account.Tick();
        _run.Stage.Should().Be(HoldStage.Screening);
        _run.Screened(RiskAction.Allow, 0);
        _run.Stage.Should().Be(HoldStage.Reviewing);
        _run.Balances.Should().Be((0, 1000));
    }

    [Fact]
    public void Hold_AListExpires_IsLookedAtAgainThen()
    {
        _run.Arrive();
        var expires = _run.Account.Now + Span.Hours(3);
        _run.Screened(RiskAction.Review, 0, lists: [new("own", 4, expires)]);
        AccountDecider.NextWake(_run.Account.State).Should().Be(expires);
    }

    [Fact]
    public void Hold_Rejected_StaysHeldForGood()
    {
        _run.Arrive();
        _run.Screened(RiskAction.Review, 0);
        _run.Account.Accept(_run.Word(1, null, rejected: true));
        _run.Stage.Should().Be(HoldStage.Rejected);
        _run.Account.Now += Span.Hours(24 * 30);
        AccountDecider.NextWake(_run.Account.State).Should().BeNull();
        _run.Account.Accept(AccountRun.Credit(_run.Account.Deposit(new(Eth, 7), "later")));
        _run.Account.Open.Deposits.Should().ContainKey(new StateKey($"{Chain}|{_run.Deposit.TxHash}"), "what is held is not forgotten");
        _run.Balances.Should().Be((7, 1000));
        _run.Account.ShouldReplay();
    }

    [Theory]
    [InlineData(HoldStage.Screening)]
    [InlineData(HoldStage.Confirming)]
    [InlineData(HoldStage.Reviewing)]
    [InlineData(HoldStage.Rejected)]
    public void Reverse_WhileHeld_TakesBackWhatNobodyCouldSpend(HoldStage stage)
    {
        _run.Arrive();
        _run.Bring(stage);
        _run.Account.Accept(_run.Reverse).Should().ContainSingle();
        _run.Balances.Should().Be((0, 0));
        _run.Account.Open.InDeficit().Should().BeNull();
        _run.Account.Open.Held.Should().BeEmpty();
        _run.Account.Open.Intents.Values.Should().NotContain(intent => intent is AccountIntent.Screen || intent is AccountIntent.AwaitDepth);

        // It is mined again: nothing that was said before lets it through.
        _run.Account.Accept(_run.Credit with { CommandId = Id("again"), Deposit = _run.Deposit with { Block = new(7, AccountRun.Hash("again")) } });
        _run.Stage.Should().Be(HoldStage.Screening);
        _run.Account.ShouldReplay();
    }

    [Fact]
    public void Reverse_AfterItsRelease_IsADebtLikeAnyOther()
    {
        _run.Arrive();
        _run.Screened(RiskAction.Allow, 0);
        _run.Account.Accept(_run.Account.Reserve(Packet(_run.Account.Open.Id, "p", AccountGoldenTests.Pay("a", new(AccountRun.Hash("payee"))) with { Amount = new(Eth, 1) }), Ana, Ben));
        _run.Account.Accept(_run.Reverse).Should().HaveCount(2);
        _run.Account.Open.InDeficit().Should().Be(Eth);
    }

    [Fact]
    public void Answers_ThatComeTwiceOrTooLate_ChangeNothing()
    {
        _run.Arrive();
        var first = _run.Owed<Effect.Screen>();
        _run.Screened(RiskAction.Review, 0);
        _run.Account.Accept(_run.Score(first.Id, RiskAction.Allow, 0)).Should().BeEmpty("it was screened already");
        _run.Account.Accept(new AccountCommand.RecordDepth(Id("d"), _run.Id, _run.Deposit.Block)).Should().BeEmpty("it does not wait for that");
        _run.Account.Accept(_run.Word(1, null, rejected: true));
        _run.Account.Accept(_run.Word(1, _run.Release(RiskAction.Block))).Should().BeEmpty("an old word");
        _run.Account.Accept(new AccountCommand.RecordScreening(Id("nobody"), Id("nobody"), _run.ScoreOf(RiskAction.Allow, 0))).Should().BeEmpty();
        _run.Balances.Should().Be((0, 1000));
    }

    [Fact]
    public void Held_ManyPages_AreReadInTurn()
    {
        for (var i = 0; i < 7; i++) _run.Account.Accept(AccountRun.Credit(_run.Account.Deposit(new(Eth, 1), $"d{i}")) with { Sources = [] });
        var first = AccountViews.Held(_run.Account.State, null, 5);
        first.Deposits.Should().HaveCount(5);
        var second = AccountViews.Held(_run.Account.State, first.Next, 5);
        second.Next.Should().BeNull();
        first.Deposits.Concat(second.Deposits).Select(deposit => deposit.Id).Should().OnlyHaveUniqueItems().And.HaveCount(7);
    }
}
