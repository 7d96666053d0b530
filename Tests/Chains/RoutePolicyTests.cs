using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Nodes;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Chains;

/// <summary>Which legs go by private relays: by what they pay, and by nothing else.</summary>
public sealed class RoutePolicyTests
{
    private static readonly AssetId _coin = AssetId.Native(BitcoinChain.Regtest.Id);
    private static readonly RoutePolicy _from = RoutePolicy.Open with
    {
        From = ImmutableSortedDictionary<AssetId, UInt256>.Empty.Add(People.Eth, 100).Add(People.Token, 10).Add(_coin, 5_000),
    };

    private static readonly Address _own = People.AddressOf("hot");
    private static readonly FeeBudget _budget = new(1_000);

    [Theory]
    [InlineData(99, Route.Public)]
    [InlineData(100, Route.Private)]
    public void Transfer_OfAnAsset_IsPrivateFromItsAmountOn(ulong amount, Route route) =>
        _from.Of(new Leg.ChainTransfer("a", [], _own, People.AddressOf("shop"), new(People.Eth, amount), _budget)).Should().Be(route);

    [Theory]
    [InlineData(99, Route.Public)]
    [InlineData(100, Route.Private)]
    public void Call_WithAValue_IsPrivateFromItsAmountOn(ulong value, Route route)
    {
        var call = new Leg.ContractCall("a", [], People.Chain, _own, People.AddressOf("market"), value, HexBytes.Parse("0x12345678"), [], [], _budget);
        _from.Of(call).Should().Be(route);
        (_from with { Calls = true }).Of(call).Should().Be(Route.Private);
    }

    [Theory]
    [InlineData(2_499, Route.Public)]
    [InlineData(2_500, Route.Private)]
    public void Payments_OfOneTransaction_CountTogether(ulong each, Route route)
    {
        var payee = CoinPayee.OfKeyHash(People.AddressOf("shop"), each);
        _from.Of(new Leg.CoinPayments("a", [], BitcoinChain.Regtest.Id, _own, [payee, payee], _budget)).Should().Be(route);
    }

    [Fact]
    public void Leg_OfAnOpenOrClosedChain_GoesWhereAllGo()
    {
        var leg = new Leg.ChainTransfer("a", [], _own, People.AddressOf("shop"), new(People.Eth, UInt256.MaxValue), _budget);
        (RoutePolicy.Open.Of(leg), RoutePolicy.Closed.Of(leg), RoutePolicy.Open.Of(null), _from.Of(null)).Should().Be((Route.Public, Route.Private, Route.Public, Route.Private));
    }
}
