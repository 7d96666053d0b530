using System.Text;
using System.Text.Json.Nodes;
using TPWallet.Chains;
using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains;

/// <summary>Valid JSON-RPC answers: those of a real anvil (Answers.jsonl), transactions of every type as nodes give them, and every wording of an error.</summary>
internal static class NodeAnswerSamples
{
    private const int Transactions = 60;

    /// <summary>The state root that the sampled eth_getProof leads to: the hash of its first node.</summary>
    public static Bytes32 ProofRoot { get; } = Bytes32.From(Keccak256.Hash(
        HexBytes.Parse(Recorded().Select(static line => JsonNode.Parse(line)).OfType<JsonObject>()
            .Select(static answer => (answer["result"] as JsonObject)?["accountProof"]?[0]?.GetValue<string>()).First(static node => node is not null)!).Span));

    public static byte[][] All() =>
    [
        .. Recorded().Select(Encoding.UTF8.GetBytes),
        .. Enumerable.Range(0, Transactions).Select(static seed => Answer(Transaction(seed))),
        .. NodeWordings.Rows.Select(static row => Error(-32000, row.Begins + ": and more", null)),
        Error(-32005, "limit exceeded", null),
        Error(-32015, "VM execution error.", "Reverted 0x"),
        Error(3, "err: INTERNAL_ERROR: invalid transaction: rpc error: mined", new JsonObject { ["data"] = Revert(0x11) }),
        Error(3, "execution reverted: no gas", "no hex"),
        .. ((byte[])[0x00, 0x01, 0x12, 0x21, 0x22, 0x31, 0x32, 0x41, 0x51, 0x99]).Select(static panic => Error(3, "execution reverted", Revert(panic))),
        Answer(JsonNode.Parse("""[{"calls":[{"status":"0x0","returnData":"0x","gasUsed":"0x5208"}]}]""")),
        Answer(JsonNode.Parse("""[{"calls":[{"status":"0x1","returnData":"0x","gasUsed":"0x5208","logs":[]}]}]""")),
        Answer(JsonNode.Parse("""{"oldestBlock":"0x1","baseFeePerGas":["0x1","0x2"]}""")),
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"parse error\"}}"u8.ToArray(),
    ];

    private static IEnumerable<string> Recorded() => File.ReadLines(Path.Combine(Repository.Root, "Tests", "Chains", "Answers.jsonl"));

    /// <summary>A transaction as eth_getTransactionByHash gives it; every third one is not in a block.</summary>
    private static JsonObject Transaction(int seed)
    {
        var random = new RandomTransactions(seed);
        using var key = random.Key();
        var signed = random.Next().Sign(key);
        var tx = signed.Transaction;
        var json = new JsonObject
        {
            ["type"] = Quantity(tx.Type),
            ["hash"] = signed.Hash().ToString(),
            ["from"] = EthereumAddress.FromPrivateKey(key).ToString(),
            ["nonce"] = Quantity(tx.Nonce),
            ["gas"] = Quantity(tx.GasLimit),
            ["to"] = tx.To?.ToString(),
            ["value"] = Quantity(tx.Value),
            ["input"] = tx.Data.ToString(),
            ["gasPrice"] = Quantity(tx.MaxGasPrice),
        };
        Sign(json, signed.Signature, tx is EthereumTransaction.Legacy legacy ? V(legacy, signed.Signature) : null, seed % 2 == 0);
        AddKind(json, tx);
        if (seed % 3 == 0) return json;
        (json["blockHash"], json["blockNumber"], json["transactionIndex"]) = (signed.Hash().ToString(), "0x10", "0x0");
        return json;
    }

    private static void AddKind(JsonObject json, EthereumTransaction transaction)
    {
        switch (transaction)
        {
            case EthereumTransaction.AccessList tx:
                json["chainId"] = Quantity(tx.ChainId);
                json["accessList"] = Access(tx.Access);
                break;
            case EthereumTransaction.DynamicFee tx:
                AddFees(json, tx.ChainId, tx.MaxPriorityFeePerGas, tx.MaxFeePerGas, tx.Access);
                break;
            case EthereumTransaction.Blob tx:
                AddFees(json, tx.ChainId, tx.MaxPriorityFeePerGas, tx.MaxFeePerGas, tx.Access);
                json["maxFeePerBlobGas"] = Quantity(tx.MaxFeePerBlobGas);
                json["blobVersionedHashes"] = List(tx.BlobVersionedHashes, static hash => hash.ToString());
                break;
            case EthereumTransaction.SetCode tx:
                AddFees(json, tx.ChainId, tx.MaxPriorityFeePerGas, tx.MaxFeePerGas, tx.Access);
                json["authorizationList"] = List(tx.Authorizations, static one =>
                {
                    var entry = new JsonObject
                    {
                        ["chainId"] = Quantity(one.ChainId),
                        ["address"] = one.Delegate.ToString(),
                        ["nonce"] = Quantity(one.Nonce),
                    };
                    Sign(entry, one.Signature, null, withV: false);
                    return entry;
                });
                break;
        }
    }

    private static void AddFees(JsonObject json, ulong chainId, UInt256 tip, UInt256 cap, Items<AccessEntry> access)
    {
        json["chainId"] = Quantity(chainId);
        (json["maxPriorityFeePerGas"], json["maxFeePerGas"]) = (Quantity(tip), Quantity(cap));
        json["accessList"] = Access(access);
    }

    private static JsonArray Access(Items<AccessEntry> access) => List(access, static entry => new JsonObject
    {
        ["address"] = entry.Address.ToString(),
        ["storageKeys"] = List(entry.StorageKeys, static key => key.ToString()),
    });

    private static JsonArray List<T>(Items<T> items, Func<T, JsonNode> one) => [.. items.Select(one)];

    /// <summary>Older nodes state the parity of a typed transaction as v only.</summary>
    private static void Sign(JsonObject json, EthereumSignature signature, UInt256? v, bool withV)
    {
        (json["r"], json["s"]) = (Quantity(signature.R), Quantity(signature.S));
        if (v is { } legacy) json["v"] = Quantity(legacy);
        else json[withV ? "v" : "yParity"] = Quantity(signature.YParity);
    }

    private static UInt256 V(EthereumTransaction.Legacy legacy, EthereumSignature signature) =>
        legacy.ChainId is { } chain ? ((UInt256)chain * 2UL) + 35UL + signature.YParity : 27UL + signature.YParity;

    private static string Quantity(UInt256 value)
    {
        var digits = new Bytes32(value).ToString()[2..].TrimStart('0');
        return "0x" + (digits.Length == 0 ? "0" : digits);
    }

    private static string Revert(byte panic) => $"0x4e487b71{panic.ToString("x64", System.Globalization.CultureInfo.InvariantCulture)}";

    private static byte[] Answer(JsonNode? result) =>
        Encoding.UTF8.GetBytes(new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["result"] = result }.ToJsonString());

    private static byte[] Error(int code, string message, JsonNode? data)
    {
        var error = new JsonObject { ["code"] = code, ["message"] = message };
        if (data is not null) error["data"] = data;
        return Encoding.UTF8.GetBytes(new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["error"] = error }.ToJsonString());
    }
}
