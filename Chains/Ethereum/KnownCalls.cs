using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>The table of recognised selectors: one row per signature; a row without a reader carries further calls.</summary>
internal static class KnownCalls
{
    private static readonly Row[] Rows =
    [
        new(TokenCalls.Transfer, static a => new KnownCall.Transfer(a[0].AsAddress(), a[1].AsUInt256())),
        new(TokenCalls.TransferFrom, static a => new KnownCall.TransferFrom(a[0].AsAddress(), a[1].AsAddress(), a[2].AsUInt256())),
        new(TokenCalls.Approve, static a => new KnownCall.Approve(a[0].AsAddress(), a[1].AsUInt256())),
        new("increaseAllowance(address,uint256)", static a => new KnownCall.IncreaseAllowance(a[0].AsAddress(), a[1].AsUInt256())),
        new("decreaseAllowance(address,uint256)", static a => new KnownCall.DecreaseAllowance(a[0].AsAddress(), a[1].AsUInt256())),
        new(
            TokenCalls.Permit,
            static a => new KnownCall.Permit(a[0].AsAddress(), a[1].AsAddress(), a[2].AsUInt256(), a[3].AsUInt256())),
        new(TokenCalls.SetApprovalForAll, static a => new KnownCall.SetApprovalForAll(a[0].AsAddress(), a[1].AsFlag())),
        new(
            TokenCalls.SafeTransferNft,
            static a => new KnownCall.SafeTransferNft(a[0].AsAddress(), a[1].AsAddress(), a[2].AsUInt256(), HexBytes.Empty)),
        new(
            "safeTransferFrom(address,address,uint256,bytes)",
            static a => new KnownCall.SafeTransferNft(a[0].AsAddress(), a[1].AsAddress(), a[2].AsUInt256(), a[3].AsBytes())),
        new(
            TokenCalls.SafeTransferMulti,
            static a => new KnownCall.SafeTransferMulti(a[0].AsAddress(), a[1].AsAddress(), [(a[2].AsUInt256(), a[3].AsUInt256())], a[4].AsBytes())),
        new(TokenCalls.SafeBatchTransfer, ReadBatchTransfer),
        new("transferOwnership(address)", static a => new KnownCall.TransferOwnership(a[0].AsAddress())),
        new("multicall(bytes[])", null),
        new("multicall(uint256,bytes[])", null),
        new("multicall(bytes32,bytes[])", null),
        new("aggregate((address,bytes)[])", null),
        new("tryAggregate(bool,(address,bytes)[])", null),
        new("aggregate3((address,bool,bytes)[])", null),
        new("aggregate3Value((address,bool,uint256,bytes)[])", null),
        new("multiSend(bytes)", null),
        new("execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)", null),
        new("execTransactionFromModule(address,uint256,bytes,uint8)", null),
        new("execute(address,uint256,bytes)", null),
        new("execute(bytes32,bytes)", null),
        new("executeBatch(address[],bytes[])", null),
        new("executeBatch(address[],uint256[],bytes[])", null),
        new("execute(bytes,bytes[])", null),
        new("execute(bytes,bytes[],uint256)", null),
        new("upgradeToAndCall(address,bytes)", null),
        new("delegatecall(address,bytes)", null),
    ];

    private static readonly Dictionary<uint, Row> BySelector = Rows.ToDictionary(static row => Key(row.Signature.Selector.Span));

    public static Row? Find(ReadOnlySpan<byte> callData) => BySelector.GetValueOrDefault(Key(callData));

    private static uint Key(ReadOnlySpan<byte> bytes) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes);

    private static KnownCall.SafeTransferMulti? ReadBatchTransfer(Items<AbiValue> a)
    {
        var (ids, amounts) = (a[2].AsSequence(), a[3].AsSequence());
        if (ids.Count != amounts.Count) return null;
        Items<(UInt256, UInt256)> tokens = [.. ids.Zip(amounts, static (id, amount) => (id.AsUInt256(), amount.AsUInt256()))];
        return new(a[0].AsAddress(), a[1].AsAddress(), tokens, a[4].AsBytes());
    }

    internal sealed record Row(AbiSignature Signature, Func<Items<AbiValue>, KnownCall?>? Read)
    {
        public Row(string signature, Func<Items<AbiValue>, KnownCall?>? read)
            : this(AbiSignature.Known(signature), read)
        {
        }
    }
}
