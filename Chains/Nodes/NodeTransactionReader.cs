using System.Text.Json;
using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Nodes;

/// <summary>Reads transactions, rebuilds their bytes, and compares hash and sender with what the node says.</summary>
internal static class NodeTransactionReader
{
    private const byte LastKnownType = 4;

    public static NodeTransaction Read(JsonFields fields)
    {
        var type = fields.OptionalUInt64("type") ?? 0;
        if (type > 0x7f) fields.Fail("json.quantity", "a type of at most 0x7f (EIP-2718)", $"{type}");
        var hash = fields.Hash("hash");
        var from = fields.Address("from");
        BlockRef? block = fields.Has("blockHash") ? new(fields.UInt64("blockNumber"), fields.Hash("blockHash")) : null;
        int? index = block is not null ? fields.Int32("transactionIndex") : null;
        if (fields.Fault is null && type == DepositTransaction.TypeByte) return new(hash, DepositTransaction.TypeByte, from, ReadDeposit(fields, hash, from), block, index);
        if (fields.Fault is not null || type > LastKnownType) return new(hash, (byte)(type & 0x7f), from, null, block, index);
        var signed = ReadSigned(fields, (byte)type);
        if (fields.Fault is null) Check(fields, signed, hash, from);
        return new(hash, (byte)type, from, signed, block, index);
    }

    private static void Check(JsonFields fields, SignedTransaction signed, Bytes32 hash, Address from)
    {
        if (signed.Transaction.To is null && signed.Transaction.Type >= 3)
        {
            fields.Fail("json.missing", "to", "nothing");
            return;
        }

        var computed = signed.Hash();
        if (computed != hash) fields.Fail("node.hash", hash.ToString(), computed.ToString());
        else if (!signed.Sender().TryGet(out var sender, out var refusal)) fields.Fail("node.signature", refusal.Expected, refusal.Actual);
        else if (sender != from) fields.Fail("node.sender", sender.ToString(), from.ToString());
    }

    private static DepositTransaction ReadDeposit(JsonFields fields, Bytes32 hash, Address from)
    {
        var deposit = new DepositTransaction(
            fields.Hash("sourceHash"), from, fields.OptionalAddress("to"), fields.OptionalUInt256("mint") ?? UInt256.Zero, fields.UInt256("value"), fields.UInt64("gas"),
            fields.OptionalBool("isSystemTx") ?? false, fields.Data("input"));
        if (fields.Fault is not null) return deposit;
        var computed = deposit.Hash();
        if (computed != hash) fields.Fail("node.hash", hash.ToString(), computed.ToString());
        return deposit;
    }

    private static SignedTransaction ReadSigned(JsonFields fields, byte type)
    {
        var (nonce, gas, to) = (fields.UInt64("nonce"), fields.UInt64("gas"), fields.OptionalAddress("to"));
        var (value, data) = (fields.UInt256("value"), fields.Data("input"));
        if (type == 0) return ReadLegacy(fields, nonce, gas, to, value, data);
        var chainId = fields.UInt64("chainId");
        var access = fields.List("accessList", static (outer, item) => outer.Nested(item, static entry => new AccessEntry(
            entry.Address("address"), entry.List("storageKeys", static (keys, key) => keys.HashOf(key, "storageKeys")))));
        var signature = ReadSignature(fields);
        if (type == 1)
            return new(new EthereumTransaction.AccessList(chainId, nonce, fields.UInt256("gasPrice"), gas, to, value, data, access), signature);
        var (tip, cap) = (fields.UInt256("maxPriorityFeePerGas"), fields.UInt256("maxFeePerGas"));
        EthereumTransaction transaction = type switch
        {
            2 => new EthereumTransaction.DynamicFee(chainId, nonce, tip, cap, gas, to, value, data, access),
            3 => new EthereumTransaction.Blob(
                chainId, nonce, tip, cap, gas, to, value, data, access, fields.UInt256("maxFeePerBlobGas"),
                fields.List("blobVersionedHashes", static (outer, item) => outer.HashOf(item, "blobVersionedHashes"))),
            _ => new EthereumTransaction.SetCode(chainId, nonce, tip, cap, gas, to, value, data, access, fields.List(
                "authorizationList", static (outer, item) => outer.Nested(item, static entry => new SetCodeAuthorization(
                    entry.UInt256("chainId"), entry.Address("address"), entry.UInt64("nonce"), ReadSignature(entry))))),
        };
        return new(transaction, signature);
    }

    private static SignedTransaction ReadLegacy(JsonFields fields, ulong nonce, ulong gas, Address? to, UInt256 value, HexBytes data)
    {
        var v = fields.UInt256("v");
        ulong? chainId = null;
        var parity = 0;
        if (v == TransactionWriter.LegacyOffset || v == TransactionWriter.LegacyOffset + 1)
        {
            parity = (int)(ulong)v - TransactionWriter.LegacyOffset;
        }
        else if (v >= TransactionWriter.ReplayOffset && (v - TransactionWriter.ReplayOffset) / 2 <= ulong.MaxValue)
        {
            var offset = v - TransactionWriter.ReplayOffset;
            (chainId, parity) = ((ulong)(offset / 2), (int)(ulong)(offset % 2));
        }
        else
        {
            fields.Fail("tx.v", "27, 28 or from 35 on", v.ToString());
        }

        var signature = new EthereumSignature((byte)parity, fields.UInt256("r"), fields.UInt256("s"));
        return new(new EthereumTransaction.Legacy(chainId, nonce, fields.UInt256("gasPrice"), gas, to, value, data), signature);
    }

    /// <summary>Typed transactions state yParity; older nodes state it as v only.</summary>
    private static EthereumSignature ReadSignature(JsonFields fields)
    {
        var parity = fields.OptionalUInt64("yParity") ?? fields.UInt64("v");
        if (parity > 1) fields.Fail("tx.parity", "0 or 1", $"{parity}");
        return new((byte)(parity & 1), fields.UInt256("r"), fields.UInt256("s"));
    }
}
