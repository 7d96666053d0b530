using TPWallet.Domain.Accounts;
using TPWallet.Domain.Ledger;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Accounts;

/// <summary>A rejected deposit goes back to who paid it: never spendable in between, whatever reorgs do to it or to its return.</summary>
public sealed class ReturningTests
{
    private const uint Fee = 1_000_000;
    private const uint Funds = 5_000_000;

    private readonly ScreeningRun _run = new();
    private readonly PacketContent _packet;

    public ReturningTests()
    {
        _run.Account.Accept(AccountRun.Credit(_run.Account.Deposit(new(Eth, Funds), "funds")));
        _run.Arrive();
        _run.Bring(HoldStage.Rejected);
        _packet = Back();
    }

    private LegRef Leg => new(_packet.Ref, "back");

    [Fact]
    public void Rejected_ReturnIsPosted_LeavesTheBooksWithoutIt()
    {
        Reserve();
        Books().Should().Be((Funds - Fee, 0, Fee + 1000));
        _run.Account.Open.Held.Should().BeEmpty();
        Post();
        Books().Should().Be((Funds - 21_000, 0, 0));
        _run.Account.Open.Ledger.Of(Book.World, Eth).Should().NotBeNull();
        AccountViews.Standing(_run.Account.State, _run.Deposit.Ref).Should().Be(DepositStanding.Gone, "its profile learns nothing of it");
        _run.Account.ShouldReplay();
    }

    public static TheoryData<string, RejectionCode> Misfits => new()
    {
        { "another amount", RejectionCode.LegMismatch },
        { "another payee", RejectionCode.LegMismatch },
        { "another address of its own", RejectionCode.LegMismatch },
        { "another deposit", RejectionCode.WrongState },
        { "twice", RejectionCode.ClaimTaken },
    };

    [Theory, MemberData(nameof(Misfits))]
    public void Return_OfAnythingElse_IsRefused(string what, RejectionCode code)
    {
        _run.Account.Attach("warm");
        var leg = (Leg.ChainTransfer)_packet.Legs[0];
        ImmutableArray<Leg> legs = what switch
        {
            "another amount" => [leg with { Amount = new(Eth, 999) }],
            "another payee" => [leg with { To = AddressOf("payee") }],
            "another address of its own" => [leg with { From = AddressOf("warm") }],
            "another deposit" => [leg with { Returns = _run.Deposit.Ref with { LogIndex = 3 } }],
            _ => [leg, leg with { Id = "again" }],
        };
        _run.Account.Refuse(_run.Account.Reserve(_packet with { Legs = legs }, Ana, Ben)).Should().Be(code);
        Books().Should().Be((Funds, 1000, 0));
    }

    [Fact]
    public void Return_OfWhatReviewersDidNotReject_IsRefused()
    {
        var run = new ScreeningRun();
        run.Arrive();
        run.Bring(HoldStage.Reviewing);
        run.Account.Accept(AccountRun.Credit(run.Account.Deposit(new(Eth, Funds), "funds")));
        run.Account.Refuse(run.Account.Reserve(Back(run), Ana, Ben)).Should().Be(RejectionCode.WrongState);
    }

    [Fact]
    public void Return_WithoutMoneyForItsFee_IsRefused()
    {
        var run = new ScreeningRun();
        run.Arrive();
        run.Bring(HoldStage.Rejected);
        run.Account.Refuse(run.Account.Reserve(Back(run), Ana, Ben)).Should().Be(RejectionCode.InsufficientFunds, "what is held pays no fee");
    }

    [Fact]
    public void Released_IsHeldAndRejectedAgain_AndCanBeReturnedAnew()
    {
        Reserve();
        Release(100);
        Books().Should().Be((Funds - 100, 1000, 0));
        _run.Stage.Should().Be(HoldStage.Rejected);
        _run.Account.ShouldReplay();
        var second = Back(_run, "second");
        _run.Account.Accept(_run.Account.Reserve(second, Ana, Ben));
        Books().Should().Be((Funds - 100 - Fee, 0, Fee + 1000));
        _run.Account.ShouldReplay();
    }

    /// <summary>Each return closes the case; an answer under the id of the first would be taken for the first, and the second closing would be owed for ever.</summary>
    [Fact]
    public void ReturnedAnew_EachAnswerOfTheCaseIsAnother()
    {
        Reserve();
        var first = CaseClosed();
        _run.Account.Accept(first);
        Release(100);
        _run.Account.Accept(_run.Account.Reserve(Back(_run, "second"), Ana, Ben));
        var second = CaseClosed();
        second.CommandId.Should().NotBe(first.CommandId);
        _run.Account.Accept(second);
        _run.Account.Open.Intents.Values.OfType<AccountIntent.CloseCase>().Should().BeEmpty();
        _run.Account.ShouldReplay();
    }

    /// <summary>The no-op that closed it went with a reorg: both legs may settle now, and one of them is paid from what can be spent.</summary>
    [Fact]
    public void Unreleased_WhileAnotherLegReturnsIt_IsTakenFromWhatCanBeSpent()
    {
        Reserve();
        var by = AccountRun.Inclusion("no-op", 100);
        Release(100, by);
        _run.Account.Accept(_run.Account.Reserve(Back(_run, "second"), Ana, Ben));
        _run.Account.Accept(new AccountCommand.UnreleaseLeg(Id("unrelease"), Leg, by.Block.Hash));
        Books().Should().Be((Funds - (2 * Fee) - 1000, 0, (2 * Fee) + 2000));
        Release(0);
        Books().Should().Be((Funds - Fee, 0, Fee + 1000));
        _run.Account.Open.Returning.Values.Single().Packet.Id.Should().Be((Name)"second");
        _run.Account.ShouldReplay();
    }

    [Fact]
    public void Unreleased_WhileItIsHeld_IsTakenFromThere()
    {
        Reserve();
        var by = AccountRun.Inclusion("no-op", 100);
        Release(100, by);
        _run.Account.Accept(new AccountCommand.UnreleaseLeg(Id("unrelease"), Leg, by.Block.Hash));
        Books().Should().Be((Funds - Fee, 0, Fee + 1000));
        _run.Account.Open.Held.Should().BeEmpty();
        _run.Account.ShouldReplay();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Deposit_LostWhileItIsOut_TellsThePacketAndIsCoveredWhenItComesAgain(bool posted)
    {
        Reserve();
        if (posted) Post();
        _run.Account.Accept(_run.Reverse);
        Books().Available.Should().Be(posted ? Funds - 21_000 - 1000 : Funds - Fee - 1000);
        AccountDecider.Owed(_run.Account.State).Values.OfType<Effect.TellPacket>().Select(told => told.Command).OfType<PacketCommand.RecordDepositLost>()
            .Should().HaveCount(posted ? 0 : 1, "what is final is not closed any more");
        _run.Account.Accept(_run.Credit with { CommandId = Id("again") }).Should().ContainSingle().Which.Should().BeOfType<AccountEvent.DepositCredited>();
        Books().Available.Should().Be(posted ? Funds - 21_000 : Funds - Fee);
        _run.Account.Open.Held.Should().BeEmpty("it is not held, and given back, a second time");
        _run.Account.ShouldReplay();
    }

    [Fact]
    public void Deposit_LostAndTheReturnClosed_LeavesNothing()
    {
        Reserve();
        _run.Account.Accept(_run.Reverse);
        Release(0);
        Books().Should().Be((Funds, 0, 0));
        _run.Account.Accept(_run.Credit with { CommandId = Id("again") }).Should().ContainSingle().Which.Should().BeOfType<AccountEvent.DepositHeld>("it is a new deposit");
        Books().Should().Be((Funds, 1000, 0));
        _run.Account.ShouldReplay();
    }

    [Fact]
    public void Deposit_LostAndComeAgainAndTheReturnClosed_IsHeldOnce()
    {
        Reserve();
        _run.Account.Accept(_run.Reverse);
        _run.Account.Accept(_run.Credit with { CommandId = Id("again") });
        Release(0);
        Books().Should().Be((Funds, 1000, 0));
        _run.Stage.Should().Be(HoldStage.Rejected);
        _run.Account.ShouldReplay();
    }

    [Fact]
    public void Posted_ThenUnposted_IsOutAgainUntilItIsKnown()
    {
        Reserve();
        var posted = Post();
        _run.Account.Accept(new AccountCommand.UnpostLeg(Id("unpost"), Leg, posted.Inclusion.Block.Hash));
        Books().Should().Be((Funds - Fee, 0, Fee + 1000));
        Release(0);
        Books().Should().Be((Funds, 1000, 0));
        _run.Account.ShouldReplay();
    }

    [Fact]
    public void Deposit_OutLongerThanAnythingIsRemembered_StaysUntilItsReturnEnds()
    {
        Reserve();
        _run.Account.Now += Span.Hours(24 * 60);
        _run.Account.Accept(AccountRun.Credit(_run.Account.Deposit(new(Eth, 1), "later")));
        Release(0);
        Books().Held.Should().Be(1000, "the deposit is known still");
        _run.Account.ShouldReplay();
    }

    /// <summary>A lost journal's tail: the signer knows that it signed the return.</summary>
    [Fact]
    public void Return_FoundAfterARestore_IsTakenFromWhatIsHeld()
    {
        _run.Account.Accept(new AccountCommand.HoldLeg(Id("hold"), Leg, _packet.Legs[0], Canonical.Hash(_packet), _packet.OpenBefore));
        Books().Should().Be((Funds - Fee, 0, Fee + 1000));
        _run.Account.Open.Held.Should().BeEmpty();
        Release(0);
        Books().Should().Be((Funds, 1000, 0));
        _run.Account.ShouldReplay();
    }

    [Fact]
    public void Events_OfAReturn_WaitForEverySiloToReadThem()
    {
        Reserve();
        AccountDecider.GenerationOf(_run.Account.Events.OfType<AccountEvent.Reserved>().Single()).Should().Be(EventGenerations.Verdicts);
        TPWallet.Domain.Packets.PacketDecider.GenerationOf(new TPWallet.Domain.Packets.PacketEvent.Drafted(_packet)).Should().Be(EventGenerations.Verdicts);
    }

    private PacketContent Back(ScreeningRun? run = null, string id = "return") => Packet(
        (run ?? _run).Account.Open.Id, id,
        new Leg.ChainTransfer("back", [], AddressOf("hot"), ScreeningRun.Source, (run ?? _run).Deposit.Amount, new(Fee)) { Returns = (run ?? _run).Deposit.Ref });

    private void Reserve() => _run.Account.Accept(_run.Account.Reserve(_packet, Ana, Ben));

    private AccountCommand.PostLeg Post()
    {
        var post = _run.Account.Post(_packet, "back", [new(Eth, 1000)], 21_000);
        _run.Account.Accept(post);
        return post;
    }

    private int _releases;

    private AccountCommand CaseClosed()
    {
        var owed = AccountDecider.Owed(_run.Account.State).Single(effect => effect.Value is Effect.TellCase { Command: CaseCommand.Close });
        return AccountDecider.Resume(_run.Account.State, owed.Key, new EffectResult.Replied(new CommandReply.Accepted(1, [])))!;
    }

    private void Release(uint fee, Inclusion? by = null) => _run.Account.Accept(new AccountCommand.ReleaseLeg(Id($"release {_releases++}"), Leg, fee, "closed", by));

    private (UInt256 Available, UInt256 Held, UInt256 Reserved) Books()
    {
        var ledger = _run.Account.Open.Ledger;
        return (ledger.Of(Book.Available, Eth).Balance, ledger.Of(Book.Held, Eth).Balance, ledger.Of(Book.Reserved, Eth).Balance);
    }
}
