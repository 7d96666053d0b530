using TPWallet.Chains;
using TPWallet.Chains.Ethereum;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains;

public sealed class KnownCallTests
{
    private static readonly Address From = Address.Parse("0x00000000000000000000000000000000000000aa");
    private static readonly Address To = Address.Parse("0x00000000000000000000000000000000000000bb");

    /// <summary>Selectors as the standards list them.</summary>
    [Theory]
    [InlineData("transfer(address,uint256)", "0xa9059cbb")]
    [InlineData("transferFrom(address,address,uint256)", "0x23b872dd")]
    [InlineData("approve(address,uint256)", "0x095ea7b3")]
    [InlineData("increaseAllowance(address,uint256)", "0x39509351")]
    [InlineData("setApprovalForAll(address,bool)", "0xa22cb465")]
    [InlineData("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)", "0xd505accf")]
    [InlineData("safeTransferFrom(address,address,uint256)", "0x42842e0e")]
    [InlineData("safeTransferFrom(address,address,uint256,bytes)", "0xb88d4fde")]
    [InlineData("safeTransferFrom(address,address,uint256,uint256,bytes)", "0xf242432a")]
    [InlineData("safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)", "0x2eb2c2d6")]
    [InlineData("multicall(bytes[])", "0xac9650d8")]
    [InlineData("execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)", "0x6a761202")]
    public void Selector_OfAStandard_IsItsOwn(string signature, string selector) =>
        AbiSignature.Parse(signature).Value.Selector.ToString().Should().Be(selector);

    [Fact]
    public void Decode_WhatTheBuildersWrite_IsTheSameCall()
    {
        KnownCall.Decode([]).Should().Be(new KnownCall.Plain());
        KnownCall.Decode(TokenCalls.Erc20Transfer(To, 5UL).Span).Should().Be(new KnownCall.Transfer(To, 5UL));
        KnownCall.Decode(TokenCalls.Erc20TransferFrom(From, To, 5UL).Span).Should().Be(new KnownCall.TransferFrom(From, To, 5UL));
        KnownCall.Decode(TokenCalls.Erc20Approve(To, UInt256.MaxValue).Span).Should().Be(new KnownCall.Approve(To, UInt256.MaxValue));
        KnownCall.Decode(TokenCalls.ApproveForAll(To, approved: true).Span).Should().Be(new KnownCall.SetApprovalForAll(To, true));
        KnownCall.Decode(TokenCalls.Erc20Permit(From, To, 5UL, 9UL, new(1, 2UL, 3UL)).Span).Should().Be(new KnownCall.Permit(From, To, 5UL, 9UL));
        KnownCall.Decode(TokenCalls.Erc721Transfer(From, To, 7UL).Span).Should().Be(new KnownCall.SafeTransferNft(From, To, 7UL, HexBytes.Empty));
        KnownCall.Decode(TokenCalls.Erc1155Transfer(From, To, 7UL, 8UL, HexBytes.Empty).Span)
            .Should().Be(new KnownCall.SafeTransferMulti(From, To, [(7UL, 8UL)], HexBytes.Empty));
        KnownCall.Decode(TokenCalls.Erc1155BatchTransfer(From, To, [(7UL, 8UL), (1UL, 2UL)], HexBytes.Empty).Span)
            .Should().Be(new KnownCall.SafeTransferMulti(From, To, [(7UL, 8UL), (1UL, 2UL)], HexBytes.Empty));
        KnownCall.Decode(AbiSignature.Parse("transferOwnership(address)").Value.Encode(To)).Should().Be(new KnownCall.TransferOwnership(To));
    }

    [Theory]
    [InlineData("multicall(bytes[])")]
    [InlineData("execute(bytes,bytes[],uint256)")]
    [InlineData("execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)")]
    public void Decode_CallThatCarriesCalls_IsABatchAndNotLookedInto(string signature)
    {
        var data = AbiSignature.Parse(signature).Value.Selector.Span.ToArray();
        KnownCall.Decode(data).Should().BeOfType<KnownCall.Batch>().Which.Method.Should().Be(signature);
    }

    [Fact]
    public void Decode_KnownSelectorWithArgumentsThatAreNotCanonical_IsOpaque()
    {
        var transfer = TokenCalls.Erc20Transfer(To, 5UL).Span.ToArray();
        KnownCall.Decode([.. transfer, 0]).Should().BeOfType<KnownCall.Opaque>("trailing bytes may mean something to the contract");
        KnownCall.Decode(transfer.AsSpan(0, 67)).Should().BeOfType<KnownCall.Opaque>();
        transfer[4] = 1;
        KnownCall.Decode(transfer).Should().BeOfType<KnownCall.Opaque>("the padding of the address is dirty");
        KnownCall.Decode([0xa9]).Should().BeOfType<KnownCall.Opaque>();
        KnownCall.Decode([1, 2, 3, 4]).Should().BeOfType<KnownCall.Opaque>();
    }

    [Fact]
    public void Permit_TypedData_HasTheDigestOfTheStandard()
    {
        var data = PermitTypedData.Build((To, "Token", "1", 1), From, To, 5UL, 0UL, 9UL);
        var domain = Keccak256.Hash(Abi.Encode(
            Abi.Types("bytes32", "bytes32", "bytes32", "uint256", "address"),
            Hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"), Hash("Token"), Hash("1"), (UInt256)1UL, To));
        var permit = Keccak256.Hash(Abi.Encode(
            Abi.Types("bytes32", "address", "address", "uint256", "uint256", "uint256"),
            Hash("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
            From, To, (UInt256)5UL, UInt256.Zero, (UInt256)9UL));
        Eip712.Digest(data).Should().Equal(Keccak256.Hash([0x19, 0x01, .. domain, .. permit]));
    }

    private static AbiValue Hash(string text) => Bytes32.From(Keccak256.Hash(System.Text.Encoding.UTF8.GetBytes(text)));
}
