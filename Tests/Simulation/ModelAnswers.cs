using System.Buffers;
using System.Text.Json;
using TPWallet.Chains;
using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Simulation;

/// <summary>The model chain's facts in the words of JSON-RPC (execution-apis).</summary>
internal static class ModelAnswers
{
    /// <summary>eth_simulateV1 reports native transfers as Transfer logs of this address.</summary>
    private static readonly Address _nativeLogs = Address.Parse("0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");

    private static readonly byte[] _balanceOf = [.. TokenCalls.BalanceOf.Encode(_nativeLogs).AsSpan(0, 4)];

    public static JsonElement Null { get; } = JsonElement.Parse("null");

    public static JsonElement Quantity(UInt256 value) => JsonElement.Parse($"\"{Hex(value)}\"");

    public static JsonElement Data(HexBytes bytes) => JsonElement.Parse($"\"{bytes}\"");

    public static LogEntry NativeLog(Address from, Address to, UInt256 value) => ModelMachine.Log(_nativeLogs, from, to, value);

    /// <summary>Whose balance a call asks for, or null for another call.</summary>
    public static Address? BalanceOf(HexBytes data) =>
        data.Length == 36 && data.Span.StartsWith(_balanceOf) ? Address.From(data.Span[16..]) : null;

    public static (Address From, Address To, UInt256 Value, HexBytes Data) Call(JsonElement call) => (
        Address.Parse(call.GetProperty("from").GetString()!),
        Address.Parse(call.GetProperty("to").GetString()!),
        UInt256.FromBigEndian(Convert.FromHexString(call.GetProperty("value").GetString()![2..].PadLeft(64, '0'))),
        HexBytes.Parse(call.GetProperty("input").GetString()!));

    public static JsonElement Block(ModelBlock block, bool withTransactions)
    {
        var key = withTransactions ? "full" : "bare";
        if (block.Answers.TryGetValue(key, out var known)) return known;
        return block.Answers[key] = Write(writer =>
        {
            writer.WriteStartObject();
            Header(writer, block);
            writer.WriteStartArray("transactions");
            for (var i = 0; i < block.Transactions.Length; i++)
            {
                if (withTransactions) Transaction(writer, block.Transactions[i], (block, i));
                else writer.WriteStringValue(block.Transactions[i].Hash.ToString());
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    /// <param name="altered">Turns every outcome round, as a liar would.</param>
    public static JsonElement Receipts(ModelBlock block, bool altered)
    {
        var key = altered ? "receipts altered" : "receipts";
        if (block.Answers.TryGetValue(key, out var known)) return known;
        return block.Answers[key] = Write(writer =>
        {
            writer.WriteStartArray();
            foreach (var receipt in block.Receipts) WriteReceipt(writer, altered ? receipt with { Succeeded = !receipt.Succeeded } : receipt);
            writer.WriteEndArray();
        });
    }

    /// <inheritdoc cref="Receipts"/>
    public static JsonElement Receipt(ModelBlock block, int index, bool altered) => Receipts(block, altered)[index];

    public static JsonElement Fees(ModelBlock head, UInt256 next) => Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("oldestBlock", Hex(head.Number));
        writer.WriteStartArray("baseFeePerGas");
        writer.WriteStringValue(Hex(head.BaseFee));
        writer.WriteStringValue(Hex(next));
        writer.WriteEndArray();
        writer.WriteStartArray("reward");
        writer.WriteStartArray();
        writer.WriteStringValue(Hex(1_000_000_000));
        writer.WriteEndArray();
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    public static JsonElement Simulation(IReadOnlyList<(bool Succeeded, byte[] Data, LogEntry[] Logs)> results) => Write(writer =>
    {
        writer.WriteStartArray();
        writer.WriteStartObject();
        writer.WriteStartArray("calls");
        foreach (var (succeeded, data, logs) in results)
        {
            writer.WriteStartObject();
            writer.WriteString("status", succeeded ? "0x1" : "0x0");
            writer.WriteString("returnData", HexBytes.From(data).ToString());
            writer.WriteString("gasUsed", Hex(ModelMachine.TransferGas));
            writer.WriteStartArray("logs");
            foreach (var log in logs) WriteLog(writer, log, null, 0);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
    });

    private static void Header(Utf8JsonWriter writer, ModelBlock block)
    {
        var header = block.Header;
        writer.WriteString("hash", block.Ref.Hash.ToString());
        writer.WriteString("parentHash", header.ParentHash.ToString());
        writer.WriteString("sha3Uncles", header.OmmersHash.ToString());
        writer.WriteString("miner", header.Beneficiary.Value);
        writer.WriteString("stateRoot", header.StateRoot.ToString());
        writer.WriteString("transactionsRoot", header.TransactionsRoot.ToString());
        writer.WriteString("receiptsRoot", header.ReceiptsRoot.ToString());
        writer.WriteString("logsBloom", header.LogsBloom.ToString());
        writer.WriteString("difficulty", Hex(header.Difficulty));
        writer.WriteString("number", Hex(header.Number));
        writer.WriteString("gasLimit", Hex(header.GasLimit));
        writer.WriteString("gasUsed", Hex(header.GasUsed));
        writer.WriteString("timestamp", Hex(header.Timestamp));
        writer.WriteString("extraData", header.ExtraData.ToString());
        writer.WriteString("mixHash", header.MixHash.ToString());
        writer.WriteString("nonce", header.Nonce.ToString());
        writer.WriteString("baseFeePerGas", Hex(block.BaseFee));
    }

    /// <param name="found">The block that it is in, and where; null while it waits.</param>
    public static JsonElement Transaction(ModelTransaction transaction, (ModelBlock Block, int Index)? found) => Write(writer => Transaction(writer, transaction, found));

    private static void Transaction(Utf8JsonWriter writer, ModelTransaction transaction, (ModelBlock Block, int Index)? found)
    {
        var (body, signature) = (transaction.Body, transaction.Signed.Signature);
        writer.WriteStartObject();
        writer.WriteString("type", "0x2");
        writer.WriteString("hash", transaction.Hash.ToString());
        writer.WriteString("from", transaction.From.Value);
        if (found is var (block, index))
        {
            writer.WriteString("blockHash", block.Ref.Hash.ToString());
            writer.WriteString("blockNumber", Hex(block.Number));
            writer.WriteString("transactionIndex", Hex((ulong)index));
        }

        writer.WriteString("chainId", Hex(body.ChainId));
        writer.WriteString("nonce", Hex(body.Nonce));
        writer.WriteString("gas", Hex(body.GasLimit));
        writer.WriteString("to", body.To!.Value.Value);
        writer.WriteString("value", Hex(body.Value));
        writer.WriteString("input", body.Data.ToString());
        writer.WriteString("maxPriorityFeePerGas", Hex(body.MaxPriorityFeePerGas));
        writer.WriteString("maxFeePerGas", Hex(body.MaxFeePerGas));
        writer.WriteStartArray("accessList");
        writer.WriteEndArray();
        writer.WriteString("yParity", Hex((ulong)signature.YParity));
        writer.WriteString("v", Hex((ulong)signature.YParity));
        writer.WriteString("r", Hex(signature.R));
        writer.WriteString("s", Hex(signature.S));
        writer.WriteEndObject();
    }

    private static void WriteReceipt(Utf8JsonWriter writer, Receipt receipt)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "0x2");
        writer.WriteString("status", receipt.Succeeded ? "0x1" : "0x0");
        writer.WriteString("cumulativeGasUsed", Hex(receipt.CumulativeGasUsed));
        writer.WriteString("logsBloom", receipt.LogsBloom.ToString());
        writer.WriteString("transactionHash", receipt.TransactionHash.ToString());
        writer.WriteString("transactionIndex", Hex((ulong)receipt.TransactionIndex));
        writer.WriteString("blockHash", receipt.Block.Hash.ToString());
        writer.WriteString("blockNumber", Hex(receipt.Block.Number));
        writer.WriteString("gasUsed", Hex(receipt.GasUsed));
        writer.WriteString("effectiveGasPrice", Hex(receipt.EffectiveGasPrice!.Value));
        writer.WriteStartArray("logs");
        for (var i = 0; i < receipt.Logs.Count; i++) WriteLog(writer, receipt.Logs[i], receipt, receipt.FirstLogIndex + i);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteLog(Utf8JsonWriter writer, LogEntry log, Receipt? receipt, int index)
    {
        writer.WriteStartObject();
        writer.WriteString("address", log.Address.Value);
        writer.WriteStartArray("topics");
        foreach (var topic in log.Topics) writer.WriteStringValue(topic.ToString());
        writer.WriteEndArray();
        writer.WriteString("data", log.Data.ToString());
        writer.WriteString("logIndex", Hex((ulong)index));
        if (receipt is not null)
        {
            writer.WriteString("transactionHash", receipt.TransactionHash.ToString());
            writer.WriteString("transactionIndex", Hex((ulong)receipt.TransactionIndex));
            writer.WriteString("blockHash", receipt.Block.Hash.ToString());
            writer.WriteString("blockNumber", Hex(receipt.Block.Number));
        }

        writer.WriteEndObject();
    }

    private static string Hex(UInt256 value) => "0x" + Convert.ToHexStringLower(new Bytes32(value).ToArray()).TrimStart('0').PadLeft(1, '0');

    private static JsonElement Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer)) write(writer);
        return JsonElement.Parse(buffer.WrittenSpan);
    }
}
