using TPWallet.Domain.Authority;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Packets;

/// <summary>Packets that give rejected deposits back.</summary>
public sealed class ReturnTests
{
    private static readonly DepositRef _deposit = new(Chain, new Bytes32(7), -1);

    private static readonly Leg.ChainTransfer _leg = (Leg.ChainTransfer)Transfer("back", 1000) with { Returns = _deposit };

    public static TheoryData<string, RejectionCode?> Forms => new()
    {
        { "alone", null },
        { "two of them", null },
        { "beside a payment", RejectionCode.Malformed },
        { "in a group", RejectionCode.Malformed },
        { "of another chain", RejectionCode.WrongChain },
        { "of Bitcoin", RejectionCode.UnsupportedKind },
    };

    [Theory, MemberData(nameof(Forms))]
    public void Return_StandsForItself(string what, RejectionCode? code)
    {
        ImmutableArray<Leg> legs = what switch
        {
            "two of them" => [_leg, _leg with { Id = "other", Returns = _deposit with { LogIndex = 2 } }],
            "beside a payment" => [_leg, Transfer("pay", 1)],
            "in a group" => [_leg with { Group = "both" }],
            "of another chain" => [_leg with { Returns = _deposit with { Chain = ChainId.Parse("eip155:5") } }],
            "of Bitcoin" => [_leg with { Returns = _deposit with { Chain = ChainId.Parse("bip122:000000000019d6689c085ae165831e93") } }],
            _ => [_leg],
        };
        PacketForm.Check(Packet(new(Deployment), "p", [.. legs]))?.Code.Should().Be(code);
        if (code is null) PacketForm.Check(Packet(new(Deployment), "p", [.. legs])).Should().BeNull();
    }

    [Fact]
    public void Deposit_LostBeforeTheReservation_EndsIt()
    {
        var run = Run();
        run.Accept(new PacketCommand.RecordDepositLost(run.NewId(), _deposit with { LogIndex = 9 })).Should().BeEmpty("it gives another one back");
        run.Accept(new PacketCommand.RecordDepositLost(run.NewId(), _deposit));
        (run.Name, run.State.Rejection!.Code).Should().Be(("rejected", RejectionCode.NotFinal));
        run.Accept(new PacketCommand.RecordDepositLost(run.NewId(), _deposit)).Should().BeEmpty();
    }

    [Fact]
    public void Deposit_LostAfterTheReservation_ClosesIt()
    {
        var run = Run().Vote(Ana, Ben).Judged(Verdict.Allowed, Ana, Ben).Simulated();
        run.Answer(run.Account<AccountCommand.Reserve>().Intent, PacketRun.Done);
        run.Accept(new PacketCommand.RecordDepositLost(run.NewId(), _deposit));
        run.Name.Should().Be("cancelling");
    }

    private static PacketRun Run()
    {
        var run = new PacketRun();
        run.Content = run.Content with { Legs = [_leg] };
        return run.Propose().Simulated().Judged(Verdict.NeedsVotes);
    }
}
