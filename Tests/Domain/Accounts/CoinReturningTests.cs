using TPWallet.Domain.Accounts;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Ledger;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Lanes.Coins;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Accounts;

/// <summary>A rejected deposit on a Bitcoin chain: its coin goes to whom the members voted, by a leg that alone may spend it.</summary>
public sealed class CoinReturningTests
{
    private const uint Fee = 10_000;
    private const uint Funds = 50_000;
    private const uint Came = 70_000;

    private static readonly AssetId _coin = AssetId.Native(CoinRun.Bitcoin);

    private readonly ScreeningRun _run;
    private readonly PacketContent _packet;

    public CoinReturningTests()
    {
        _run = ScreeningRun.OnBitcoin(new(_coin, Came));
        _run.Account.Accept(AccountRun.Credit(_run.Deposit with { TxHash = AccountRun.Hash("funds"), Amount = new(_coin, Funds) }));
        _run.Arrive();
        _run.Bring(HoldStage.Rejected);
        _packet = Back("back", AddressOf("refund"));
    }

    [Fact]
    public void Return_ToWhomTheMembersVote_TellsTheLaneOfTheCoinAndLeavesTheBooks()
    {
        Coins().Should().BeEmpty("a rejected coin is nothing that a lane may know of");
        _run.Account.Accept(_run.Account.Reserve(_packet, Ana, Ben));
        var coin = Coins().Should().ContainSingle().Which.Should().BeOfType<LaneCommand.RecordCoin>().Which.Coin;
        coin.Should().Be(new LaneCoin(new(_run.Deposit.TxHash, (uint)_run.Deposit.LogIndex), Came, _run.Deposit.Block) { Returns = _run.Deposit.Ref });
        Books().Should().Be((Funds - Fee, 0, Fee + Came));
        _run.Account.Accept(_run.Account.Post(_packet, "back", [new(_coin, Came)], 700) is var post ? post with { Inclusion = post.Inclusion with { Chain = CoinRun.Bitcoin } } : null!);
        Books().Should().Be((Funds - 700, 0, 0));
        AccountDecider.GenerationOf(_run.Account.Events.OfType<AccountEvent.Reserved>().Single()).Should().Be(EventGenerations.CoinReturns);
        _run.Account.ShouldReplay();
    }

    [Fact]
    public void Return_ToTheAccountItself_IsRefused()
    {
        _run.Account.Attach("warm", CoinRun.Bitcoin);
        foreach (var own in (Address[])[_run.Deposit.To, AddressOf("warm")])
            _run.Account.Refuse(_run.Account.Reserve(Back("own", own), Ana, Ben)).Should().Be(RejectionCode.LegMismatch);
        Books().Should().Be((Funds, Came, 0));
    }

    [Fact]
    public void Return_OfAnotherAmountOrDeposit_IsRefused()
    {
        var leg = (Leg.ChainTransfer)_packet.Legs[0];
        _run.Account.Refuse(_run.Account.Reserve(_packet with { Legs = [leg with { Amount = new(_coin, Came - 1) }] }, Ana, Ben)).Should().Be(RejectionCode.LegMismatch);
        var other = leg with { Returns = _run.Deposit.Ref with { LogIndex = 9 } };
        _run.Account.Refuse(_run.Account.Reserve(_packet with { Legs = [other] }, Ana, Ben)).Should().Be(RejectionCode.WrongState);
    }

    [Fact]
    public void Released_IsHeldAgain_AndMayGoToAnother()
    {
        _run.Account.Accept(_run.Account.Reserve(_packet, Ana, Ben));
        _run.Account.Accept(new AccountCommand.ReleaseLeg(Id("release"), new(_packet.Ref, "back"), 300, "closed"));
        Books().Should().Be((Funds - 300, Came, 0));
        _run.Stage.Should().Be(HoldStage.Rejected);
        _run.Account.Accept(_run.Account.Reserve(Back("second", AddressOf("another")), Ana, Ben));
        Books().Should().Be((Funds - 300 - Fee, 0, Fee + Came));
        _run.Account.ShouldReplay();
    }

    [Fact]
    public void Deposit_LostWhileItIsOut_IsTakenFromTheLaneAndItsPacketHears()
    {
        _run.Account.Accept(_run.Account.Reserve(_packet, Ana, Ben));
        _run.Account.Accept(_run.Reverse);
        Coins().Should().HaveCount(2).And.ContainSingle(told => told is LaneCommand.RecordCoinLost);
        AccountDecider.Owed(_run.Account.State).Values.OfType<Effect.TellPacket>().Should().ContainSingle(told => told.Command is PacketCommand.RecordDepositLost);
        _run.Account.Accept(new AccountCommand.ReleaseLeg(Id("release"), new(_packet.Ref, "back"), 0, "the deposit lost its block"));
        Books().Should().Be((Funds, 0, 0));
        _run.Account.ShouldReplay();
    }

    private LaneCommand[] Coins() => [.. AccountDecider.Owed(_run.Account.State).Values.OfType<Effect.TellLane>().Select(static told => told.Command)];

    private (UInt256 Available, UInt256 Held, UInt256 Reserved) Books() =>
        (Book(TPWallet.Domain.Ledger.Book.Available), Book(TPWallet.Domain.Ledger.Book.Held), Book(TPWallet.Domain.Ledger.Book.Reserved));

    private UInt256 Book(Book book) => _run.Account.Open.Ledger.Of(book, _coin).Balance;

    private PacketContent Back(Name id, Address to) => Packet(
        _run.Account.Open.Id, id, new Leg.ChainTransfer("back", [], _run.Deposit.To, to, new(_coin, Came), new(Fee)) { Returns = _run.Deposit.Ref });
}
