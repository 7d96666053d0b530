using TPWallet.Domain.Authority;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Lanes.Coins;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Packets;

/// <summary>Packets that give rejected deposits back.</summary>
public sealed class ReturnTests
{
    private static readonly DepositRef _deposit = new(Chain, new Bytes32(7), -1);

    private static readonly Leg.ChainTransfer _leg = (Leg.ChainTransfer)Transfer("back", 1000) with { Returns = _deposit };

    private static readonly Leg.ChainTransfer _coin = new("back", [], CoinRun.From, AddressOf("payee"), new(AssetId.Native(CoinRun.Bitcoin), 50_000), new(10_000))
    {
        Returns = new(CoinRun.Bitcoin, new Bytes32(7), 1),
    };

    public static TheoryData<string, RejectionCode?> Forms => new()
    {
        { "alone", null },
        { "two of them", null },
        { "beside a payment", RejectionCode.Malformed },
        { "in a group", RejectionCode.Malformed },
        { "of another chain", RejectionCode.WrongChain },
        { "of a deposit on Bitcoin", RejectionCode.WrongChain },
        { "on Bitcoin", null },
        { "on Bitcoin of no output", RejectionCode.UnsupportedKind },
        { "on Bitcoin beside a payment", RejectionCode.Malformed },
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
            "of a deposit on Bitcoin" => [_leg with { Returns = _coin.Returns }],
            "on Bitcoin" => [_coin],
            "on Bitcoin of no output" => [_coin with { Returns = _coin.Returns!.Value with { LogIndex = -1 } }],
            "on Bitcoin beside a payment" => [_coin, _coin with { Id = "pay", Returns = null }],
            _ => [_leg],
        };
        PacketForm.Check(Packet(new(Deployment), "p", [.. legs]))?.Code.Should().Be(code);
        if (code is null) PacketForm.Check(Packet(new(Deployment), "p", [.. legs])).Should().BeNull();
    }

    /// <summary>Whoever votes signs which deposit goes back; votes on all other packets are of the type that they were.</summary>
    [Fact]
    public void Vote_OnAReturnOnBitcoin_NamesItsDeposit()
    {
        var typed = Typed(_coin);
        typed.Should().Contain("\"coinReturns\"").And.Contain("\"CoinReturn\"").And.Contain(_coin.Returns!.Value.TxHash.ToString());
        Typed(_coin with { Returns = _coin.Returns.Value with { LogIndex = 2 } }).Should().NotBe(typed);
        foreach (var other in (Leg[])[_leg, _coin with { Returns = null }]) Typed(other).Should().NotContain("eturns");
    }

    [Fact]
    public void Drafted_ReturnOnBitcoin_IsOfALaterGeneration()
    {
        PacketDecider.GenerationOf(new PacketEvent.Drafted(Packet(new(Deployment), "p", _coin))).Should().Be(EventGenerations.CoinReturns);
        PacketDecider.GenerationOf(new PacketEvent.Drafted(Packet(new(Deployment), "p", _leg))).Should().Be(EventGenerations.Verdicts);
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

    private static string Typed(Leg leg)
    {
        var packet = Packet(new(Deployment), "p", leg);
        var vote = Ana.Vote(new VoteSubject.Packet(packet, Bounds.Empty), VoteTerms.Of(Governance.FromGenesis(StandardGenesis)), Start);
        return TPWallet.Crypto.TypedDataJson.Write(VoteTypedData.For(Deployment, vote.Content, packet, Bounds.Empty));
    }

    private static PacketRun Run()
    {
        var run = new PacketRun();
        run.Content = run.Content with { Legs = [_leg] };
        return run.Propose().Simulated().Judged(Verdict.NeedsVotes);
    }
}
