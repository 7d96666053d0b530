using TPWallet.Chains;
using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Fuzzing;

namespace TPWallet.Tests.Chains;

/// <summary>100,000 inputs into each decoder: a value or a typed refusal, never an exception; what is accepted is canonical.</summary>
public sealed class CodecFuzzTests
{
    private static readonly string[] AbiShapes =
        [
            "(uint256,bytes)[]", "string", "bytes32[3]", "(address,(bool,int8[],string))", "uint8[][]", "function", "(bytes,bytes)[2]", "int64", "bool",
            "uint8", "bytes[]",
        ];

    /// <summary>Errors that a caller knows beside Solidity's own two.</summary>
    private static readonly AbiSignature[] Errors =
        [AbiSignature.Parse("error Paused()").Value, AbiSignature.Parse("error Short(uint256 need, uint256 have)").Value];

    [Fact]
    public void Rlp_AnyInput_IsReadCanonicallyOrRefused()
    {
        var codes = Fuzz.Run(Random.Shared.Next(), Transactions(), static input =>
        {
            if (!RlpItem.Decode(input).TryGet(out var item, out var refusal)) return refusal.Code;
            return item.Encode().AsSpan().SequenceEqual(input) ? null : throw new InvalidOperationException("Two encodings of one item.");
        });
        codes.Keys.Should().OnlyContain(static code => code.Length == 0 || code.StartsWith("rlp.", StringComparison.Ordinal));
        codes.Should().ContainKeys("", "rlp.non-minimal", "rlp.truncated", "rlp.trailing");
    }

    [Fact]
    public void Transaction_AnyInput_IsReadCanonicallyOrRefused()
    {
        var codes = Fuzz.Run(Random.Shared.Next(), [.. Transactions(), .. Sidecars()], static input =>
        {
            if (SignedTransaction.DecodeWithSidecar(input).TryGet(out var both, out _)
                && !both.Transaction.EncodeWithSidecar(both.Sidecar).AsSpan().SequenceEqual(input))
                throw new InvalidOperationException("Two network forms of one transaction.");
            if (EthereumTransaction.DecodeUnsigned(input).TryGet(out var unsigned, out _)
                && !unsigned.UnsignedPayload().AsSpan().SequenceEqual(input))
                throw new InvalidOperationException("Two payloads of one transaction.");
            if (!SignedTransaction.Decode(input).TryGet(out var signed, out var refusal)) return refusal.Code;
            if (!signed.Encode().AsSpan().SequenceEqual(input)) throw new InvalidOperationException("Two encodings of one transaction.");
            _ = TransactionRules.Check(signed.Transaction);
            return signed.Sender().Refusal?.Code;
        });
        codes.Keys.Should().OnlyContain(static code =>
            code.Length == 0 || code.StartsWith("rlp.", StringComparison.Ordinal) || code.StartsWith("tx.", StringComparison.Ordinal)
            || code.StartsWith("signature.", StringComparison.Ordinal));
        codes.Should().ContainKeys("", "tx.type", "tx.parity", "signature.high-s", "signature.invalid", "rlp.list-too-long");
    }

    [Fact]
    public void Abi_AnyInput_IsReadCanonicallyOrRefused()
    {
        var parameters = Abi.Types(AbiShapes);
        var random = new Random(5);
        byte[][] valid =
        [
            .. Enumerable.Range(0, 200).Select(static i => new RandomAbi(i).Next()).Select(static one => Abi.Encode(one.Parameters, one.Values)),
            .. AbiShapes.SelectMany(static (shape, i) => Enumerable.Range(0, 20).Select(seed => OfShape(shape, (100 * i) + seed))),
            .. Enumerable.Repeat(Reverts(), 4).SelectMany(static revert => revert),
        ];
        var codes = Fuzz.Run(Random.Shared.Next(), valid, input =>
        {
            Items<AbiParameter> one = [parameters[random.Next(parameters.Count)]];
            _ = Abi.Decode(parameters, input, AbiStrictness.Lenient);
            _ = RevertReason.Decode(input, Errors).ToString();
            var strict = Abi.Decode(one, input);
            if (strict.IsOk && !Abi.Encode(one, strict.Value.Span).AsSpan().SequenceEqual(input))
                throw new InvalidOperationException("Two encodings.");
            return strict.Refusal?.Code;
        });
        codes.Keys.Should().OnlyContain(static code => code.Length == 0 || code.StartsWith("abi.", StringComparison.Ordinal));
        codes.Should().ContainKeys("", "abi.truncated", "abi.offset", "abi.not-canonical", "abi.range", "abi.bool", "abi.padding", "abi.utf8", "abi.length");
    }

    [Fact]
    public void KnownCall_MutatedCalls_AreReadOrOpaque()
    {
        var (from, to) = (Anvil.AddressOf(0), Anvil.AddressOf(1));
        HexBytes[] calls =
        [
            TokenCalls.Erc20Transfer(to, 5UL), TokenCalls.Erc20Approve(to, 5UL), TokenCalls.Erc721Transfer(from, to, 7UL),
            TokenCalls.Erc1155BatchTransfer(from, to, [(1UL, 2UL), (3UL, 4UL)], new byte[] { 1 }), TokenCalls.ApproveForAll(to, approved: true),
        ];
        byte[][] valid = [.. calls.Select(static call => call.Span.ToArray()), .. CallsOfEveryRow()];
        var codes = Fuzz.Run(Random.Shared.Next(), valid, static input => KnownCall.Decode(input).GetType().Name);
        codes.Should().ContainKeys("Opaque", "Transfer", "Approve", "SafeTransferNft", "SafeTransferMulti", "SetApprovalForAll", "Batch", "Permit");
    }

    [Fact]
    public void JsonRpcAnswer_AnyInput_IsReadOrRefused()
    {
        var codes = Fuzz.Run(Random.Shared.Next(), NodeAnswerSamples.All(), static input =>
        {
            if (!JsonRpcAnswer.Parse(input, maxDepth: 32).TryGet(out var json, out var refusal)) return refusal.Code;
            _ = JsonRpcAnswer.ReadBatch(json, 1, 2);
            if (!JsonRpcAnswer.Read(json, 1).TryGet(out var result, out var error)) return error.Code;
            string?[] refusals =
            [
                NodeReaders.BlockOrNone(result, withTransactions: true).Refusal?.Code,
                NodeReaders.BlockOrNone(result, withTransactions: false).Refusal?.Code,
                NodeReaders.TransactionOrNone(result).Refusal?.Code, NodeReaders.ReceiptsOrNone(result).Refusal?.Code,
                NodeReaders.ReceiptOrNone(result).Refusal?.Code, NodeReaders.Fees(result).Refusal?.Code, NodeReaders.Logs(result).Refusal?.Code,
                NodeReaders.Simulation(result, 1).Refusal?.Code, NodeReaders.Quantity(result).Refusal?.Code, NodeReaders.Head(result).Refusal?.Code,
                NodeReaders.Number(result).Refusal?.Code, NodeReaders.Data(result).Refusal?.Code, NodeReaders.Hash(result).Refusal?.Code,
                NodeReaders.Proof(result, NodeAnswerSamples.ProofRoot, Anvil.AddressOf(1)).Refusal?.Code,
            ];
            return refusals.Contains(null) ? null : refusals[0];
        }, JsonMutation.Apply);
        codes.Keys.Should().OnlyContain(static code => code.Length == 0 || code.Contains('.', StringComparison.Ordinal));
        codes.Should().ContainKeys("", "json.invalid", "node.garbage", "json.missing", "json.shape", "json.quantity", "json.data", "json.length", "node.hash");
    }

    private static byte[][] Transactions()
    {
        var random = new RandomTransactions(11);
        return [.. Enumerable.Range(0, 200).Select(_ =>
        {
            using var key = random.Key();
            return random.Next().Sign(key).Encode();
        })];
    }

    /// <summary>Blob transactions in their network form, of both sidecar versions; their size keeps them few.</summary>
    private static IEnumerable<byte[]> Sidecars()
    {
        var random = new RandomTransactions(12);
        for (byte version = 0; version <= 1; version++)
        {
            using var key = random.Key();
            var one = Bytes32.Parse("0x01" + new string('7', 62));
            var blob = new EthereumTransaction.Blob(1, 2, 3UL, 4UL, 21_000, Anvil.AddressOf(1), 0UL, HexBytes.Empty, default, 5UL, [one]);
            var signed = blob.Sign(key);
            Items<HexBytes> proofs = [.. Enumerable.Repeat((HexBytes)new byte[BlobSidecar.CommitmentLength], BlobSidecar.ProofCount(version, 1))];
            yield return signed.EncodeWithSidecar(
                new(version, [new byte[BlobSidecar.BlobLength]], [new byte[BlobSidecar.CommitmentLength]], proofs));

            // Without the blobs: short, so that mutations hit what stands around them.
            yield return signed.EncodeWithSidecar(new(version, [], [new byte[BlobSidecar.CommitmentLength]], proofs));
        }
    }

    private static byte[] OfShape(string shape, int seed)
    {
        var parameters = Abi.Types([shape]);
        return Abi.Encode(parameters, new RandomAbi(seed).Values(parameters));
    }

    private static IEnumerable<byte[]> Reverts()
    {
        yield return [];
        yield return AbiSignature.Parse("error Error(string message)").Value.Encode(new AbiValue.Text("too little"));
        foreach (var code in (int[])[0x00, 0x01, 0x11, 0x12, 0x21, 0x22, 0x31, 0x32, 0x41, 0x51, 0x77, 0x1000])
            yield return AbiSignature.Parse("error Panic(uint256 code)").Value.Encode(new AbiValue.Number(code));
        yield return Errors[0].Encode();
        yield return Errors[1].Encode(new AbiValue.Number(2), new AbiValue.Number(1));
    }

    /// <summary>Random arguments behind each selector that is recognised.</summary>
    private static IEnumerable<byte[]> CallsOfEveryRow()
    {
        string[] signatures =
        [
            "transferFrom(address,address,uint256)", "increaseAllowance(address,uint256)", "decreaseAllowance(address,uint256)",
            "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)", "safeTransferFrom(address,address,uint256,bytes)",
            "safeTransferFrom(address,address,uint256,uint256,bytes)", "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)",
            "transferOwnership(address)", "multicall(bytes[])", "multiSend(bytes)", "execTransactionFromModule(address,uint256,bytes,uint8)",
        ];
        return signatures.Select(static (text, seed) =>
        {
            var signature = AbiSignature.Parse(text).Value;
            return signature.Encode(new RandomAbi(seed).Values(signature.Inputs));
        });
    }
}
