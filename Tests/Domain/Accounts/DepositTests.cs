using TPWallet.Domain.Accounts;
using TPWallet.Domain.Ledger;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Accounts;

/// <summary>What arrives, and what a reorg takes away.</summary>
public sealed class DepositTests
{
    [Fact]
    public void Credit_OnceMoreOrElsewhere_CountsOnce()
    {
        var run = AccountRun.Funded();
        var deposit = run.Deposit(new(Eth, 100), "d");
        run.Accept(AccountRun.Credit(deposit)).Should().ContainSingle();
        run.Accept(AccountRun.Credit(deposit)).Should().BeEmpty();
        run.Refuse(AccountRun.Credit(deposit with { Amount = new(Eth, 101) })).Should().Be(RejectionCode.IdempotencyMismatch);
        run.Accept(AccountRun.Credit(deposit with { LogIndex = 3 })).Should().ContainSingle("another log of the same transaction is another payment");
        run.Open.Ledger.Of(Book.Available, Eth).Balance.Should().Be((UInt256)200);
        run.ShouldReplay();
    }

    public static TheoryData<string, RejectionCode> Bad => new()
    {
        { "another account", RejectionCode.NotAllowedCaller },
        { "nothing", RejectionCode.ZeroAmount },
        { "another chain's asset", RejectionCode.WrongChain },
        { "foreign address", RejectionCode.NotFound },
    };

    [Theory, MemberData(nameof(Bad))]
    public void Credit_NotOurs_IsRefused(string what, RejectionCode code)
    {
        var run = AccountRun.Funded();
        var deposit = run.Deposit(new(Eth, 100), "d");
        run.Refuse(AccountRun.Credit(what switch
        {
            "another account" => deposit with { Account = new(Deployment) },
            "nothing" => deposit with { Amount = new(Eth, 0) },
            "another chain's asset" => deposit with { Amount = new(AssetId.Native(ChainId.Evm(1)), 1) },
            "foreign address" => deposit with { To = AddressOf("mallory") },
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
        })).Should().Be(code);
    }

    [Fact]
    public void Reverse_AlreadySpent_IsADeficitThatStopsSpending()
    {
        var run = AccountRun.Funded();
        var deposit = run.Deposit(new(Eth, Ether * 2), "d");
        run.Accept(AccountRun.Credit(deposit));
        var packet = Packet(run.Open.Id, "p", Transfer("a", Ether));
        run.Accept(run.Reserve(packet, Ana, Ben));
        run.Accept(new AccountCommand.ReverseDeposit(Id("r"), deposit, deposit.Block.Hash));
        run.Open.InDeficit().Should().Be(Eth);
        AccountViews.View(run.State, 1, Bytes32.Zero)!.Balances.Single().Deficit.Should().Be(Ether + 1_000_000);
        run.Refuse(run.Reserve(Packet(run.Open.Id, "q", Transfer("a", 1)), Ana, Ben)).Should().Be(RejectionCode.Deficit);

        run.Accept(AccountRun.Credit(deposit with { Block = new(2, AccountRun.Hash("new block")) }));
        run.Open.InDeficit().Should().BeNull("it was mined again");
        run.ShouldReplay();
    }

    [Fact]
    public void Reverse_LostBlockIsNotItsBlock_ChangesNothing()
    {
        var run = AccountRun.Funded();
        var deposit = run.Deposit(new(Eth, 100), "d");
        var moved = deposit with { Block = new(2, AccountRun.Hash("new block")) };
        run.Accept(new AccountCommand.ReverseDeposit(Id("r0"), deposit, deposit.Block.Hash)).Should().BeEmpty("it was never credited");
        run.Accept(AccountRun.Credit(deposit));
        run.Accept(AccountRun.Credit(moved)).Should().ContainSingle().Which.Should().BeOfType<AccountEvent.DepositMoved>();
        run.Accept(new AccountCommand.ReverseDeposit(Id("r1"), deposit, deposit.Block.Hash)).Should().BeEmpty("it stands on the new block");
        run.Accept(new AccountCommand.ReverseDeposit(Id("r2"), moved, moved.Block.Hash)).Should().ContainSingle();
        run.Open.Ledger.Of(Book.Available, Eth).Balance.Should().Be(UInt256.Zero);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Credit_OwnCallReceivedIt_CountsOnceInEitherOrder(bool depositFirst)
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 10));
        var packet = Packet(run.Open.Id, "p", Transfer("a", Ether));
        run.Accept(run.Reserve(packet, Ana, Ben));
        var post = run.Post(packet, "a", [new(Eth, Ether)], 5, "swap") with { Received = [new(Token, 90)] };
        var credit = AccountRun.Credit(run.Deposit(new(Token, 90), "swap"));
        foreach (var command in depositFirst ? new AccountCommand[] { credit, post } : [post, credit]) run.Accept(command);
        run.Open.Ledger.Of(Book.Available, Token).Balance.Should().Be((UInt256)90);
        run.ShouldReplay();
    }

    /// <summary>A hostile token can pay 2^256 − 1 as often as it likes.</summary>
    [Fact]
    public void Credit_TotalsWouldOverflow_IsRefused()
    {
        var run = AccountRun.Funded();
        run.Accept(AccountRun.Credit(run.Deposit(new(Token, UInt256.MaxValue), "d1")));
        run.Refuse(AccountRun.Credit(run.Deposit(new(Token, 1), "d2"))).Should().Be(RejectionCode.Overflow);
    }
}
