using TPWallet.Domain.Authority;
using TPWallet.Domain.Ledger;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Domain.Accounts;
using TPWallet.Tests.Domain.Lanes;
using TPWallet.Tests.Journal;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Shell;

/// <summary>
/// A packet takes the first answer to a reservation, a transfer or a leg for good, and lets go of it when that is a refusal. So no later copy of the same
/// command may be accepted, whichever activation it meets: what it held would be held for ever, and what it paid would be paid again.
/// </summary>
public sealed class FirstAnswerTests : IAsyncLifetime
{
    private static readonly AccountId _payee = new(AccountRun.Hash("payee"));

    private readonly MemoryStore _store = new() { IsShared = true };
    private readonly AccountRun _plan = AccountRun.Registered();
    private AccountCommand.Reserve _reserve = null!;
    private SiloBench _one = null!;
    private SiloBench _two = null!;

    private AccountId Account => _plan.Open.Id;

    private PacketContent Content => Packet(Account, "p", new Leg.LedgerTransfer("pay", [], _payee, new(Eth, Ether * 5)));

    private AccountCommand.SendTransfer Send => new(Id("send"), new(Content.Ref, "pay"), _payee, new(Eth, Ether * 5));

    public async Task InitializeAsync()
    {
        _reserve = _plan.Reserve(Content, Ana, Ben);
        (_one, _two) = (await SiloBench.StartAsync(_store), await SiloBench.StartAsync(_store));
        (await _one.Ask(Account, new AccountCommand.Register(Id("register"), StandardGenesis, Prove(StandardGenesis, All)))).ShouldBeAccepted();
        (await _one.Ask(Account, new AccountCommand.RequestKey(Id("key"), "hot", Chain, Tier.Hot))).ShouldBeAccepted();
        (await _one.Ask(Account, new AccountCommand.AttachAddress(Id("attach"), AccountRun.Attest(Account, "hot")))).ShouldBeAccepted();
    }

    public async Task DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reservation_RefusedAndSentAgainWhenItWouldPass_StaysRefused(bool restart)
    {
        var first = (await _one.Ask(Account, _reserve)).ShouldBeRefused(RejectionCode.InsufficientFunds);
        await FundAsync(_one, "late");
        if (restart)
        {
            await _one.DisposeAsync();
            _one = await SiloBench.StartAsync(_store);
        }

        (await _one.Ask(Account, _reserve)).ShouldBeRefused(RejectionCode.InsufficientFunds).Should().Be(first, "the first answer is the answer for ever");
        (await _one.DiskAsync(Account)).Packets.Should().BeEmpty();
    }

    /// <summary>One judges by a clock that is ahead; the other has accepted, and its append is still under way.</summary>
    [Fact]
    public async Task Reservation_RefusedByOneActivationWhileAnotherAccepts_IsTheSameForBoth()
    {
        await FundAsync(_one, "early");
        (await _two.Ask(Account, new AccountCommand.Tick(Guid.NewGuid()))).ShouldBeAccepted();
        var gate = new Gate();
        _one.Journal.Intercept = gate.Hold;
        var slow = _one.Tell(Account, _reserve);
        await gate.WaitForOneAsync();
        _two.Time.Advance(TimeSpan.FromDays(1));
        (await _two.Ask(Account, _reserve)).ShouldBeRefused(RejectionCode.DeadlinePassed);
        _one.Journal.Intercept = null;
        await gate.LetGoAsync();
        (await slow).ShouldBeRefused(RejectionCode.Retry);
        (await _one.Ask(Account, _reserve)).ShouldBeRefused(RejectionCode.DeadlinePassed);
        (await _one.DiskAsync(Account)).Packets.Should().BeEmpty("the packet was told no, and ended");
    }

    /// <summary>The packet tries again after a refusal that a new judgement may heal; that is another question, with another id.</summary>
    [Fact]
    public async Task Reservation_AskedAnewAfterARefusal_IsJudgedAnew()
    {
        (await _one.Ask(Account, _reserve)).ShouldBeRefused(RejectionCode.InsufficientFunds);
        await FundAsync(_two, "late");
        (await _two.Ask(Account, _reserve with { CommandId = Id("second attempt") })).ShouldBeAccepted();
        (await _one.Ask(Account, _reserve)).ShouldBeRefused(RejectionCode.InsufficientFunds);
        (await _one.DiskAsync(Account)).Packets.Should().ContainSingle();
    }

    /// <summary>The packet releases a transfer that was refused, and its members pay again by another: the first must not go out after all.</summary>
    [Fact]
    public async Task Transfer_RefusedAndSentAgainWhenItWouldPass_StaysRefused()
    {
        await FundAsync(_one, "early");
        (await _one.Ask(Account, _reserve)).ShouldBeAccepted();
        var early = _plan.Deposit(new(Eth, Ether * 10), "early");
        (await _one.Ask(Account, new AccountCommand.ReverseDeposit(Id("reorg"), early, early.Block.Hash))).ShouldBeAccepted();
        var first = (await _one.Ask(Account, Send)).ShouldBeRefused(RejectionCode.Deficit);
        await FundAsync(_two, "late");
        (await _two.Ask(Account, Send)).ShouldBeRefused(RejectionCode.Deficit).Should().Be(first);
        var group = new AccountCommand.SendGroup(Id("group"), [new(Send.Leg, _payee, new(Eth, 1))]);
        (await _two.Ask(Account, group)).ShouldBeRefused(RejectionCode.LegMismatch);
        (await _two.DiskAsync(Account)).Ledger.Of(Book.Transit, Eth).Balance.Should().Be(UInt256.Zero);
    }

    /// <summary>The packet releases a leg that its lane refused: no copy may be queued there afterwards, it would be paid from nothing.</summary>
    [Fact]
    public async Task Leg_RefusedByALaneAndSentAgainWhenItWouldPass_StaysRefused()
    {
        var lane = new LaneRun().Key;
        var submit = new LaneCommand.Submit(Id("submit"), LaneRun.Intent("a"));
        _two.Time.Advance(TimeSpan.FromDays(2));
        (await _two.Tell(lane, submit)).ShouldBeRefused(RejectionCode.DeadlinePassed);
        (await _one.Tell(lane, submit)).ShouldBeRefused(RejectionCode.DeadlinePassed);
    }

    /// <summary>A member was told that the vote came too late, and goes on as if it did not count.</summary>
    [Fact]
    public async Task Vote_RefusedAsLateByOneActivationWhileAnotherAccepts_IsTheSameForBoth()
    {
        (await _two.Ask(Account, new AccountCommand.Tick(Guid.NewGuid()))).ShouldBeAccepted();
        var freeze = FreezeTests.Freeze(_plan, Olga);
        var gate = new Gate();
        _one.Journal.Intercept = gate.Hold;
        var slow = _one.Tell(Account, freeze);
        await gate.WaitForOneAsync();
        _two.Time.Advance(TimeSpan.FromDays(30));
        (await _two.Ask(Account, freeze)).ShouldBeRefused(RejectionCode.VoteExpired);
        _one.Journal.Intercept = null;
        await gate.LetGoAsync();
        (await slow).ShouldBeRefused(RejectionCode.Retry);
        (await _one.Ask(Account, freeze)).ShouldBeRefused(RejectionCode.VoteExpired);
        (await _one.DiskAsync(Account)).Freeze.IsFrozen.Should().BeFalse();
    }

    private async Task FundAsync(SiloBench silo, string name) =>
        (await silo.Ask(Account, AccountRun.Credit(_plan.Deposit(new(Eth, Ether * 10), name)))).ShouldBeAccepted();
}
