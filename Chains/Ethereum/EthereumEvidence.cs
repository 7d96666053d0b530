using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Evidence;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>
/// Proves a leg from its bytes: the transaction is the leg's call, its signature names the sender, the header commits to it and to its receipt, and
/// the headers on top follow by parent hash.
/// </summary>
public sealed class EthereumEvidence : IChainEvidence
{
    /// <summary>Unix seconds of the year 10000, where instants end.</summary>
    private const ulong EndOfTime = 253_402_300_800;

    public static EthereumEvidence Instance { get; } = new();

    public ProvedLeg? Prove(Leg leg, EvidenceLeg evidence, out Rejection? refusal)
    {
        refusal = null;
        if (!LegCall.Of(leg).TryGet(out var call, out var bad)) return Refuse(RejectionCode.LegMismatch, bad, out refusal);
        if (!SignedTransaction.Decode(evidence.Raw.Span).TryGet(out var signed, out bad))
            return Refuse(RejectionCode.PayloadMismatch, bad, out refusal);
        if (!signed.Sender().TryGet(out var sender, out bad)) return Refuse(RejectionCode.BadSignature, bad, out refusal);
        refusal = CheckCall(call, signed.Transaction, sender);
        if (refusal is not null) return null;
        if (ReadHeaders(evidence.Headers, out refusal) is not { } header) return null;
        var succeeded = false;
        byte[]? receipt = null;
        var logs = new List<LogEntry>();
        refusal = CheckHeld("transaction", header.TransactionsRoot, evidence.Index, evidence.TransactionProof, signed.Encode(), out _)
            ?? CheckHeld("receipt", header.ReceiptsRoot, evidence.Index, evidence.ReceiptProof, null, out receipt)
            ?? ReadReceipt(receipt, signed.Transaction.Type, out succeeded, out logs)
            ?? CheckPayments(leg, succeeded, logs);
        return refusal is null
            ? new(call.Chain, sender, signed.Hash(), new BlockRef(header.Number, header.Hash()), TimeOf(header), succeeded, evidence.Headers.Length)
            : null;
    }

    private static Instant TimeOf(BlockHeader header) => new(checked((long)header.Timestamp * 1000));

    private static Rejection? CheckCall(LegCall call, EthereumTransaction transaction, Address sender)
    {
        if (transaction is not EthereumTransaction.DynamicFee) return Mismatch("an EIP-1559 transaction", $"type {transaction.Type}");
        if (transaction.Chain != call.Chain.EvmNumber) return Mismatch($"chain {call.Chain.EvmNumber}", $"chain {transaction.Chain}");
        if (sender != call.From) return Mismatch($"from {call.From}", $"from {sender}");
        if (transaction.To != call.To) return Mismatch($"to {call.To}", $"to {transaction.To}");
        if (transaction.Value != call.Value) return Mismatch($"value {call.Value}", $"value {transaction.Value}");
        if (transaction.Data != call.Data) return Mismatch($"data {call.Data}", $"data {transaction.Data}");
        var worst = (System.Numerics.BigInteger)transaction.MaxGasPrice * transaction.GasLimit;
        return worst <= call.FeeBudget ? null : new(RejectionCode.FeeBudgetExceeded, $"at most {call.FeeBudget} wei of fees", $"{worst}");
    }

    private static BlockHeader? ReadHeaders(ImmutableArray<HexBytes> headers, out Rejection? refusal)
    {
        refusal = null;
        if (headers.Length is 0 or > EvidencePack.MaxHeaders) refusal = Invalid($"1 to {EvidencePack.MaxHeaders} headers", $"{headers.Length}");
        BlockHeader? first = null, last = null;
        foreach (var bytes in headers)
        {
            if (refusal is not null) return null;
            if (!BlockHeader.Decode(bytes.Span).TryGet(out var header, out var bad)) return Refuse<BlockHeader>(bad, out refusal);
            if (last is not null && BlockProof.CheckLink(last, header) is { } broken) return Refuse<BlockHeader>(broken, out refusal);
            if (header.Timestamp >= EndOfTime) refusal = Invalid("a block time before the year 10000", $"{header.Timestamp}");
            first ??= header;
            last = header;
        }

        return refusal is null ? first : null;
    }

    private static Rejection? CheckHeld(
        string what, Bytes32 root, int index, ImmutableArray<HexBytes> proof, byte[]? expected, out byte[]? held)
    {
        held = null;
        if (index < 0) return Invalid("an index from 0", $"{index}");
        var nodes = proof.Select(static node => node.Span.ToArray()).ToArray();
        if (!MerklePatricia.Verify(root, MerklePatricia.OrderedKey(index), nodes).TryGet(out held, out var bad))
            return Invalid($"{what}: {bad.Expected}", bad.Actual);
        if (held is null) return Invalid($"a {what} at {index}", "none");
        return expected is null || held.AsSpan().SequenceEqual(expected) ? null : Invalid($"this {what} at {index}", "another");
    }

    /// <summary>The receipt's bytes are proved; of them status and logs are asked: (type ‖) rlp([status, cumulative gas, bloom, logs]) (EIP-658, EIP-2718).</summary>
    private static Rejection? ReadReceipt(byte[]? receipt, byte type, out bool succeeded, out List<LogEntry> logs)
    {
        (succeeded, logs) = (false, []);
        if (receipt is not [var first, .. var rest] || first != type) return Invalid($"a receipt of type {type}", "another");
        var reader = new RlpReader(rest);
        reader.BeginList();
        var status = reader.ReadUInt64();
        reader.ReadUInt64();
        reader.ReadBytes();
        var outer = reader.BeginList();
        while (reader.More)
        {
            var entry = reader.BeginList();
            var address = reader.ReadAddress();
            var list = reader.BeginList();
            var topics = new List<Bytes32>();
            while (reader.More) topics.Add(reader.ReadBytes32());
            reader.EndList(list);
            logs.Add(new(address, [.. topics], HexBytes.From(reader.ReadBytes())));
            reader.EndList(entry);
        }

        reader.EndList(outer);
        if (reader.Fault is { } fault) return Invalid(fault.Expected, fault.Actual);
        succeeded = status == 1;
        return null;
    }

    /// <summary>Each payment of a batch has its event; a batch that reverted made none, and is told by its status.</summary>
    private static Rejection? CheckPayments(Leg leg, bool succeeded, List<LogEntry> logs) =>
        succeeded && leg is Leg.ContractCall call && BatchEvents.Check(call, logs) is { } missing
            ? new(RejectionCode.ProofInvalid, missing.Expected, missing.Actual, [missing.Code])
            : null;

    private static Rejection Mismatch(string expected, string actual) => new(RejectionCode.PayloadMismatch, expected, actual);

    private static Rejection Invalid(string expected, string actual) => new(RejectionCode.ProofInvalid, expected, actual);

    private static ProvedLeg? Refuse(RejectionCode code, DecodeRefusal refusal, out Rejection? rejection)
    {
        rejection = new(code, refusal.Expected, refusal.Actual, [refusal.Code]);
        return null;
    }

    private static T? Refuse<T>(DecodeRefusal refusal, out Rejection? rejection)
        where T : class
    {
        rejection = new(RejectionCode.ProofInvalid, refusal.Expected, refusal.Actual, [refusal.Code]);
        return null;
    }
}
