using TPWallet.Domain.Authority;
using TPWallet.Domain.Lanes.Coins;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Lanes.Coins;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Packets;

/// <summary>Legs on a Bitcoin chain: what is refused before anybody votes.</summary>
public sealed class CoinFormTests
{
    private static readonly AccountId _owner = new(Lanes.LaneRun.Hash("owner"));

    [Fact]
    public void Leg_OfCoinsAndOnTheLedger_IsWellFormed()
    {
        PacketForm.Check(Packet(_owner, "p", Pay(50_000, 5_000))).Should().BeNull();
        var bitcoin = new Amount(AssetId.Native(CoinRun.Bitcoin), 1);
        PacketForm.Check(Packet(_owner, "p", new Leg.LedgerTransfer("a", [], new(Lanes.LaneRun.Hash("payee")), bitcoin))).Should().BeNull("no node relays it");
    }

    [Theory]
    [InlineData(CoinFees.DustSat - 1, 5_000, RejectionCode.EffectOutOfBounds)]
    [InlineData(0, 5_000, RejectionCode.ZeroAmount)]
    [InlineData(50_000, CoinFees.LeastBudgetSat - 1, RejectionCode.FeeBudgetExceeded)]
    [InlineData(CoinFees.MaxMoneySat, 5_000, RejectionCode.Overflow)]
    public void Leg_ThatNobodyWouldRelay_IsRefused(long sat, long budget, RejectionCode code) =>
        PacketForm.Check(Packet(_owner, "p", Pay(sat, budget)))!.Code.Should().Be(code);

    [Fact]
    public void Leg_OfAnotherAssetOrACall_IsRefused()
    {
        var token = AssetId.Parse($"{CoinRun.Bitcoin}/erc20:{AddressOf("token")}");
        PacketForm.Check(Packet(_owner, "p", Pay(50_000, 5_000) with { Amount = new(token, 50_000) }))!.Code.Should().Be(RejectionCode.AssetMismatch);
        var ether = AssetId.Parse($"{CoinRun.Bitcoin}/slip44:60");
        PacketForm.Check(Packet(_owner, "p", Pay(50_000, 5_000) with { Amount = new(ether, 50_000) }))!.Code.Should().Be(RejectionCode.AssetMismatch);
        var call = new Leg.ContractCall("a", [], CoinRun.Bitcoin, CoinRun.From, AddressOf("payee"), 0, HexBytes.Empty, [], [], new(5_000));
        PacketForm.Check(Packet(_owner, "p", call))!.Code.Should().Be(RejectionCode.WrongChain);
    }

    private static Leg.ChainTransfer Pay(long sat, long budget) =>
        new("a", [], CoinRun.From, AddressOf("payee"), new(AssetId.Native(CoinRun.Bitcoin), (ulong)sat), new((ulong)budget));
}
