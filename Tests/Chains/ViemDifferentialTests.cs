using System.Globalization;
using System.Text.Json.Nodes;
using TPWallet.Chains;
using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains;

/// <summary>10,000 random transactions, ABI values and typed data each, compared with viem's bytes. The seed is printed; TPW_SEED repeats a run.</summary>
public sealed class ViemDifferentialTests
{
    private const int Cases = 10_000;

    private static readonly int Seed = Environment.GetEnvironmentVariable("TPW_SEED") is { Length: > 0 } seed
        ? int.Parse(seed, NumberStyles.None, CultureInfo.InvariantCulture)
        : Random.Shared.Next();

    [Fact]
    public async Task Transactions_OfEveryKind_HaveViemsBytesAndHash()
    {
        Console.WriteLine($"seed {Seed}");
        var random = new RandomTransactions(Seed);
        var signed = new SignedTransaction[Cases];
        for (var i = 0; i < Cases; i++)
        {
            using var key = random.Key();
            signed[i] = random.Next().Sign(key);
            signed[i].Sender().Value.Should().Be(EthereumAddress.FromPrivateKey(key), $"seed {Seed}, case {i}");
        }

        signed.CountBy(static one => one.Transaction.Type).Should().HaveCount(5).And.OnlyContain(static type => type.Value > Cases / 10);
        signed.Count(static one => one.Transaction.To is null).Should().BeGreaterThan(Cases / 20, "contracts are created too");
        signed.Count(static one => one.Transaction.Value.IsZero || one.Transaction.Nonce == 0).Should().BeGreaterThan(Cases / 20);

        await using var viem = NodePeer.Start("viem.mjs", "viem");
        var answers = await viem.AskAsync([.. signed.Select(Request)]);
        for (var i = 0; i < Cases; i++)
        {
            var because = $"seed {Seed}, case {i}: {signed[i]}";
            Hex.Encode(signed[i].Transaction.UnsignedPayload()).Should().Be(answers[i].GetProperty("unsigned").GetString(), because);
            Hex.Encode(signed[i].Encode()).Should().Be(answers[i].GetProperty("signed").GetString(), because);
            signed[i].Hash().ToString().Should().Be(answers[i].GetProperty("hash").GetString(), because);
            SignedTransaction.Decode(signed[i].Encode()).Value.Should().Be(signed[i], because);
            EthereumTransaction.DecodeUnsigned(signed[i].Transaction.UnsignedPayload()).Value.Should().Be(signed[i].Transaction, because);
        }
    }

    [Fact]
    public async Task AbiValues_OfEveryType_HaveViemsBytesAndReading()
    {
        Console.WriteLine($"seed {Seed}");
        var random = new RandomAbi(Seed);
        var cases = Enumerable.Range(0, Cases).Select(_ => random.Next()).ToArray();
        cases.Count(static one => one.Parameters.Any(static parameter => Depth(parameter.Type) >= 3)).Should().BeGreaterThan(Cases / 20, "nesting is met");
        cases.Count(static one => one.Parameters.Any(static parameter => parameter.Type.IsDynamic)).Should().BeGreaterThan(Cases / 4);
        await using var viem = NodePeer.Start("viem.mjs", "viem");
        var answers = await viem.AskAsync([.. cases.Select(static one => new JsonObject
        {
            ["kind"] = "abi",
            ["types"] = new JsonArray([.. one.Parameters.Select(static parameter => TypeJson(parameter.Type, ""))]),
            ["values"] = new JsonArray([.. one.Values.Select(RandomAbi.Json)]),
        })]);
        for (var i = 0; i < Cases; i++)
        {
            var (parameters, values) = cases[i];
            var because = $"seed {Seed}, case {i}: ({string.Join(',', parameters.Select(static parameter => parameter.Type))})";
            var encoded = Abi.Encode(parameters, values);
            Hex.Encode(encoded).Should().Be(answers[i].GetProperty("encoded").GetString(), because);
            Abi.Decode(parameters, encoded).Value.Should().Equal(values, because);
            var mine = new JsonArray([.. values.Select(RandomAbi.Json)]).ToJsonString();
            JsonNode.DeepEquals(JsonNode.Parse(mine), JsonNode.Parse(answers[i].GetProperty("decoded").GetRawText())).Should().BeTrue(because);
        }
    }

    [Fact]
    public async Task TypedData_OfEveryShape_HasViemsDigest()
    {
        Console.WriteLine($"seed {Seed}");
        var random = new RandomTypedData(Seed);
        var cases = Enumerable.Range(0, Cases).Select(_ => random.Next()).ToArray();
        var types = cases.Select(static one => one.Json["types"]!.ToJsonString()).ToArray();
        types.Count(static json => json.Contains("[]\"", StringComparison.Ordinal)).Should().BeGreaterThan(Cases / 4, "arrays are met");
        types.Count(static json => System.Text.RegularExpressions.Regex.IsMatch(json, @"""type"":""S\d\[")).Should().BeGreaterThan(Cases / 20, "arrays of structs too");
        types.Count(static json => json.Contains("][", StringComparison.Ordinal)).Should().BeGreaterThan(Cases / 20, "and arrays of arrays");
        await using var viem = NodePeer.Start("viem.mjs", "viem");
        var answers = await viem.AskAsync([.. cases.Select(static one => new JsonObject { ["kind"] = "typed", ["data"] = one.Json })]);
        for (var i = 0; i < Cases; i++)
        {
            var digest = Hex.Encode(TPWallet.Crypto.Eip712.Digest(cases[i].Data));
            digest.Should().Be(answers[i].GetProperty("digest").GetString(), $"seed {Seed}, case {i}");
        }
    }

    private static int Depth(AbiType type) => type switch
    {
        AbiType.Array array => 1 + Depth(array.Element),
        AbiType.FixedArray array => 1 + Depth(array.Element),
        AbiType.Tuple tuple => 1 + tuple.Components.Max(static component => Depth(component.Type)),
        _ => 0,
    };

    /// <summary>viem writes an array of tuples as type "tuple[]" with the components beside it.</summary>
    private static JsonObject TypeJson(AbiType type, string brackets) => type switch
    {
        AbiType.Array array => TypeJson(array.Element, "[]" + brackets),
        AbiType.FixedArray array => TypeJson(array.Element, $"[{array.Length}]{brackets}"),
        AbiType.Tuple tuple => new JsonObject
        {
            ["type"] = "tuple" + brackets,
            ["components"] = new JsonArray([.. tuple.Components.Select(static component => TypeJson(component.Type, ""))]),
        },
        _ => new JsonObject { ["type"] = type + brackets },
    };

    private static JsonNode Request(SignedTransaction signed)
    {
        var tx = signed.Transaction;
        var json = new JsonObject
        {
            ["type"] = tx.Type switch { 0 => "legacy", 1 => "eip2930", 2 => "eip1559", 3 => "eip4844", _ => "eip7702" },
            ["nonce"] = tx.Nonce.ToString(CultureInfo.InvariantCulture),
            ["gas"] = tx.GasLimit.ToString(CultureInfo.InvariantCulture),
            ["value"] = tx.Value.ToString(),
            ["data"] = Hex.Encode(tx.Data),
        };
        if (tx.To is { } to) json["to"] = EthereumAddress.Checksum(to);
        if (tx.Chain is { } chain) json["chainId"] = (long)chain;
        AddKind(json, tx);
        var v = (tx is EthereumTransaction.Legacy { ChainId: { } id } ? ((UInt256)id * 2UL) + 35UL : 27UL) + signed.Signature.YParity;
        var signature = new JsonObject
        {
            ["r"] = new Bytes32(signed.Signature.R).ToString(),
            ["s"] = new Bytes32(signed.Signature.S).ToString(),
            ["yParity"] = signed.Signature.YParity,
        };
        if (tx.Type == 0) signature["v"] = v.ToString();
        return new JsonObject { ["kind"] = "transaction", ["transaction"] = json, ["signature"] = signature };
    }

    private static void AddKind(JsonObject json, EthereumTransaction transaction)
    {
        switch (transaction)
        {
            case EthereumTransaction.Legacy tx:
                json["gasPrice"] = tx.GasPrice.ToString();
                break;
            case EthereumTransaction.AccessList tx:
                json["gasPrice"] = tx.GasPrice.ToString();
                AddAccess(json, tx.Access);
                break;
            case EthereumTransaction.DynamicFee tx:
                AddFees(json, tx.MaxPriorityFeePerGas, tx.MaxFeePerGas, tx.Access);
                break;
            case EthereumTransaction.Blob tx:
                AddFees(json, tx.MaxPriorityFeePerGas, tx.MaxFeePerGas, tx.Access);
                json["maxFeePerBlobGas"] = tx.MaxFeePerBlobGas.ToString();
                json["blobVersionedHashes"] = new JsonArray([.. tx.BlobVersionedHashes.Select(static hash => JsonValue.Create(hash.ToString()))]);
                break;
            case EthereumTransaction.SetCode tx:
                AddFees(json, tx.MaxPriorityFeePerGas, tx.MaxFeePerGas, tx.Access);
                json["authorizationList"] = new JsonArray([.. tx.Authorizations.Select(static one => new JsonObject
                {
                    ["chainId"] = (long)(ulong)one.ChainId,
                    ["address"] = EthereumAddress.Checksum(one.Delegate),
                    ["nonce"] = (long)one.Nonce,
                    ["r"] = new Bytes32(one.Signature.R).ToString(),
                    ["s"] = new Bytes32(one.Signature.S).ToString(),
                    ["yParity"] = one.Signature.YParity,
                })]);
                break;
        }
    }

    private static void AddFees(JsonObject json, UInt256 tip, UInt256 cap, Items<AccessEntry> access)
    {
        (json["maxPriorityFeePerGas"], json["maxFeePerGas"]) = (tip.ToString(), cap.ToString());
        AddAccess(json, access);
    }

    private static void AddAccess(JsonObject json, Items<AccessEntry> access) =>
        json["accessList"] = new JsonArray([.. access.Select(static entry => new JsonObject
        {
            ["address"] = EthereumAddress.Checksum(entry.Address),
            ["storageKeys"] = new JsonArray([.. entry.StorageKeys.Select(static key => JsonValue.Create(key.ToString()))]),
        })]);
}
