using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Signer;

/// <summary>What a leg is on its chain: target, value and call data of every kind of asset, read back by the decoder of calls.</summary>
public sealed class LegCallTests
{
    private static readonly Address From = People.AddressOf("from");
    private static readonly Address To = People.AddressOf("to");
    private static readonly Address Contract = People.AddressOf("contract");

    [Fact]
    public void Of_Native_IsAPlainTransfer() =>
        LegCall.Of(Transfer(People.Eth, 7)).Value.Should().Be(new LegCall(People.Chain, From, To, 7, HexBytes.Empty, 3));

    [Fact]
    public void Of_Erc20_CallsTransferOfTheContract() =>
        Call(AssetId.Erc20(People.Chain, Contract), 7).Should().Be(new KnownCall.Transfer(To, 7));

    [Fact]
    public void Of_Erc721_CallsSafeTransferFrom() =>
        Call(AssetId.Nft(People.Chain, "erc721", Contract, 42), 1).Should().Be(new KnownCall.SafeTransferNft(From, To, 42, HexBytes.Empty));

    [Fact]
    public void Of_Erc1155_CallsSafeTransferFromWithTheQuantity() =>
        Call(AssetId.Nft(People.Chain, "erc1155", Contract, 42), 9).Should().Be(new KnownCall.SafeTransferMulti(From, To, [((UInt256)42, (UInt256)9)], HexBytes.Empty));

    [Fact]
    public void Of_ContractCall_IsTakenAsItIs() =>
        LegCall.Of(new Leg.ContractCall("a", [], People.Chain, From, Contract, 5, new byte[] { 1, 2 }, [], [], new(3))).Value
            .Should().Be(new LegCall(People.Chain, From, Contract, 5, new byte[] { 1, 2 }, 3));

    [Fact]
    public void Of_WhatNoCallRealises_IsRefusedWithItsCode()
    {
        Code(new Leg.LedgerTransfer("a", [], new(Bytes32.Zero), new(People.Eth, 1))).Should().Be("leg.kind");
        Code(Transfer(People.Eth, 0)).Should().Be("leg.zero");
        Code(Transfer(AssetId.Nft(People.Chain, "erc721", Contract, 42), 2)).Should().Be("leg.nft-amount");
        Code(Transfer(AssetId.Parse("bip122:000000000019d6689c085ae165831e93/slip44:0"), 1)).Should().Be("leg.chain");
        Code(new Leg.ContractCall("a", [], ChainId.Ledger, From, Contract, 5, HexBytes.Empty, [], [], new(3))).Should().Be("leg.chain");
    }

    private static Leg.ChainTransfer Transfer(AssetId asset, UInt256 amount) => new Leg.ChainTransfer("a", [], From, To, new(asset, amount), new(3));

    private static KnownCall Call(AssetId asset, UInt256 amount)
    {
        var call = LegCall.Of(Transfer(asset, amount)).Value;
        (call.From, call.To, call.Value).Should().Be((From, Contract, UInt256.Zero));
        return KnownCall.Decode(call.Data.Span);
    }

    private static string Code(Leg leg) => LegCall.Of(leg).Refusal!.Code;
}
