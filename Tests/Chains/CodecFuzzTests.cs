using System.Text;
using TPWallet.Chains;
using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Tests.Fuzzing;

namespace TPWallet.Tests.Chains;

/// <summary>100,000 inputs into each decoder: a value or a typed refusal, never an exception; what is accepted is canonical.</summary>
public sealed class CodecFuzzTests
{
    private static readonly string[] AbiShapes =
        ["(uint256,bytes)[]", "string", "bytes32[3]", "(address,(bool,int8[],string))", "uint8[][]", "function", "(bytes,bytes)[2]"];

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
        var codes = Fuzz.Run(Random.Shared.Next(), Transactions(), static input =>
        {
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
        byte[][] valid = [.. Enumerable.Range(0, 200).Select(static i => new RandomAbi(i).Next())
            .Select(static one => Abi.Encode(one.Parameters, one.Values))];
        var codes = Fuzz.Run(Random.Shared.Next(), valid, input =>
        {
            Items<AbiParameter> one = [parameters[random.Next(parameters.Count)]];
            _ = Abi.Decode(parameters, input, AbiStrictness.Lenient);
            _ = RevertReason.Decode(input);
            _ = KnownCall.Decode(input);
            var strict = Abi.Decode(one, input);
            if (strict.IsOk && !Abi.Encode(one, strict.Value.Span).AsSpan().SequenceEqual(input))
                throw new InvalidOperationException("Two encodings.");
            return strict.Refusal?.Code;
        });
        codes.Keys.Should().OnlyContain(static code => code.Length == 0 || code.StartsWith("abi.", StringComparison.Ordinal));
        codes.Should().ContainKeys("", "abi.truncated", "abi.offset", "abi.not-canonical");
    }

    [Fact]
    public void KnownCall_MutatedCalls_AreReadOrOpaque()
    {
        var (from, to) = (Anvil.AddressOf(0), Anvil.AddressOf(1));
        byte[][] valid =
        [
            .. ((TPWallet.Grains.Interfaces.Values.HexBytes[])
            [
                TokenCalls.Erc20Transfer(to, 5UL), TokenCalls.Erc20Approve(to, 5UL), TokenCalls.Erc721Transfer(from, to, 7UL),
                TokenCalls.Erc1155BatchTransfer(from, to, [(1UL, 2UL), (3UL, 4UL)], new byte[] { 1 }), TokenCalls.ApproveForAll(to, approved: true),
            ]).Select(static call => call.Span.ToArray()),
        ];
        var codes = Fuzz.Run(Random.Shared.Next(), valid, static input => KnownCall.Decode(input).GetType().Name);
        codes.Should().ContainKeys("Opaque", "Transfer", "Approve", "SafeTransferNft", "SafeTransferMulti", "SetApprovalForAll");
    }

    [Fact]
    public void JsonRpcAnswer_AnyInput_IsReadOrRefused()
    {
        var codes = Fuzz.Run(Random.Shared.Next(), Answers(), static input =>
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
                NodeReaders.Proof(result, default, Anvil.AddressOf(0)).Refusal?.Code,
            ];
            return refusals.Contains(null) ? null : refusals[0];
        });
        codes.Keys.Should().OnlyContain(static code => code.Length == 0 || code.Contains('.', StringComparison.Ordinal));
        codes.Should().ContainKeys("", "json.invalid", "node.garbage", "json.missing");
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

    /// <summary>Answers of a real anvil, kept beside this file: a block with transactions, receipts, a fee history, errors …</summary>
    private static byte[][] Answers() =>
        [.. File.ReadLines(Path.Combine(Repository.Root, "Tests", "Chains", "Answers.jsonl")).Select(Encoding.UTF8.GetBytes)];
}
