using System.Text.Json.Nodes;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Nodes;

namespace TPWallet.Tests.Chains.Bitcoin;

/// <summary>Answers of a Bitcoin node that are wrong in form or contradict what was asked: each is refused by its code.</summary>
public sealed class LyingBitcoinNodeTests
{
    private static readonly BitcoinHash _asked = BitcoinChain.Regtest.GenesisHash;

    private static readonly BitcoinTransaction _coinbase = new(
        1, new([new BitcoinInput(OutPoint.Null) with { ScriptSig = Script.From([1, 1]) }]), new([new BitcoinOutput(5, OutputScript.NullData([1]))]), 0);

    private static readonly BitcoinTransaction _spend = new(
        2, new([new BitcoinInput(new(_asked, 3), BitcoinInput.ReplaceableSequence)]), new([new BitcoinOutput(1, OutputScript.NullData([2]))]), 0);

    private static CancellationToken None => CancellationToken.None;

    [Theory]
    [InlineData("17", "json.data")]
    [InlineData("null", "json.data")]
    [InlineData("\"\"", "json.data")]
    [InlineData("\"0x0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206\"", "json.data")]
    [InlineData("\"0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e220\"", "json.data")]
    [InlineData("\"zf9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206\"", "json.data")]
    public async Task Hash_OfAnotherForm_IsGarbage(string result, string code) =>
        (await AskAsync(result, static node => node.BestBlockHashAsync(None))).Should().Be(code);

    [Theory]
    [InlineData("{}", "json.shape")]
    [InlineData("\"0\"", "json.data")]
    [InlineData("\"\"", "btc.truncated")]
    [InlineData("\"00\"", "btc.truncated")]
    public async Task Header_OfAnotherForm_IsGarbage(string result, string code) =>
        (await AskAsync(result, static node => node.HeaderAsync(_asked, None))).Should().Be(code);

    [Fact]
    public async Task Header_OfAnotherHash_IsGarbage()
    {
        var other = BitcoinChain.Regtest.Genesis with { Nonce = 3 };
        (await AskAsync(Hex(other.Encode()), static node => node.HeaderAsync(_asked, None))).Should().Be("node.hash");
        (await AskAsync(Hex([.. BitcoinChain.Regtest.Genesis.Encode(), 0]), static node => node.HeaderAsync(_asked, None))).Should().Be("btc.trailing");
    }

    [Fact]
    public async Task Block_WhoseTransactionsAreNotItsHeaders_IsGarbage()
    {
        var honest = BlockOf(_coinbase, _spend, _spend with { LockTime = 1 });
        (await AskAsync(Hex(honest.Encode()), node => node.BlockAsync(honest.Header.Hash(), None))).Should().BeNull();
        foreach (var (lie, code) in new (BitcoinTransaction[], string)[]
        {
            ([_coinbase, _spend], "merkle.root"),
            ([_coinbase, _spend, _spend with { LockTime = 2 }], "merkle.root"),
            ([_coinbase, _spend with { LockTime = 1 }, _spend], "merkle.root"),
            ([.. honest.Transactions, _spend with { LockTime = 1 }], "merkle.duplicate"),
            ([], "merkle.empty"),
        })
            (await AskAsync(Hex((honest with { Transactions = new([.. lie]) }).Encode()), node => node.BlockAsync(honest.Header.Hash(), None))).Should().Be(code);
        var swapped = BlockOf(_spend, _coinbase);
        (await AskAsync(Hex(swapped.Encode()), node => node.BlockAsync(swapped.Header.Hash(), None))).Should().Be("block.coinbase");
        var other = BlockOf(_coinbase);
        (await AskAsync(Hex(other.Encode()), node => node.BlockAsync(honest.Header.Hash(), None))).Should().Be("node.hash");
    }

    [Fact]
    public async Task Transaction_OfAnotherId_IsGarbage()
    {
        (await AskAsync(Hex(_spend.Encode()), static node => node.TransactionAsync(_spend.Txid(), None))).Should().BeNull();
        (await AskAsync(Hex((_spend with { LockTime = 9 }).Encode()), static node => node.TransactionAsync(_spend.Txid(), None))).Should().Be("node.hash");
    }

    [Theory]
    [InlineData("0.00000001", 1L)]
    [InlineData("20999999.97690000", 20_999_999_9769_0000L)]
    [InlineData("7", 7_0000_0000L)]
    [InlineData("0.1", 1000_0000L)]
    [InlineData("1e-8", null)]
    [InlineData("-0.1", null)]
    [InlineData("0.000000001", null)]
    [InlineData("21000000.00000001", null)]
    [InlineData("123456789", null)]
    [InlineData("\"0.1\"", null)]
    public async Task Amount_OfAnUnspentOutput_IsExactOrRefused(string value, long? satoshis)
    {
        var result = $$$"""{"value":{{{value}}},"confirmations":1,"coinbase":false,"bestblock":"{{{_asked}}}","scriptPubKey":{"hex":"51"}}""";
        await using var liar = await LyingNode.ResultAsync(_ => JsonNode.Parse(result));
        var answer = await liar.Bitcoin().OutputAsync(new(_asked, 0), withPool: true, None);
        if (satoshis is { } expected) answer.Value!.Output.ValueSat.Should().Be(expected);
        else answer.Error.Should().BeOfType<NodeError.Garbage>().Which.Refusal.Code.Should().Be("json.quantity");
    }

    [Theory]
    [InlineData("""{"confirmations":1}""", "json.missing")]
    [InlineData("""{"value":1,"confirmations":-1,"coinbase":false,"bestblock":"x","scriptPubKey":{"hex":"51"}}""", "json.quantity")]
    [InlineData("""{"value":1,"confirmations":1,"coinbase":0,"bestblock":"x","scriptPubKey":{"hex":"51"}}""", "json.shape")]
    [InlineData("""{"value":1,"confirmations":1,"coinbase":false,"bestblock":"x","scriptPubKey":{"hex":"51"}}""", "json.data")]
    [InlineData("""{"value":1,"confirmations":1,"coinbase":false,"bestblock":"x","scriptPubKey":"51"}""", "json.shape")]
    [InlineData("[]", "json.shape")]
    public async Task Output_OfAnotherForm_IsGarbage(string result, string code) =>
        (await AskAsync(result, static node => node.OutputAsync(new(_asked, 0), withPool: true, None))).Should().Be(code);

    [Theory]
    [InlineData("[]", "node.contradiction")]
    [InlineData("""[{"txid":"ID","vout":1}]""", "node.contradiction")]
    [InlineData("""[{"txid":"ID","vout":0},{"txid":"ID","vout":1}]""", "node.contradiction")]
    [InlineData("""[{"txid":"ID","vout":0,"spendingtxid":7}]""", "json.data")]
    public async Task Spenders_OfOtherOutpoints_AreGarbage(string result, string code) =>
        (await AskAsync(result.Replace("ID", $"{_asked}", StringComparison.Ordinal), static node => node.SpendersAsync([new(_asked, 0)], None))).Should().Be(code);

    [Theory]
    [InlineData("[]", "node.contradiction")]
    [InlineData("""[{"txid":"ID","allowed":true,"fees":{"base":0.1}}]""", "node.contradiction")]
    [InlineData("""[{"txid":"OURS","allowed":true}]""", "json.missing")]
    [InlineData("""[{"txid":"OURS","allowed":false}]""", "json.missing")]
    [InlineData("""[{"txid":"OURS","allowed":"yes"}]""", "json.shape")]
    public async Task Verdict_OfAnotherTransactionOrForm_IsGarbage(string result, string code)
    {
        var named = result.Replace("ID", $"{_asked}", StringComparison.Ordinal).Replace("OURS", $"{_spend.Txid()}", StringComparison.Ordinal);
        (await AskAsync(named, static node => node.TestAcceptAsync(_spend, None))).Should().Be(code);
    }

    [Fact]
    public async Task Send_AnsweredWithAnotherId_IsUnknown()
    {
        await using var liar = await LyingNode.ResultAsync(_ => $"{_asked}");
        (await liar.Bitcoin().SendAsync(_spend, None)).Should().BeOfType<SendResult.Unknown>().Which.Error.Should().BeOfType<NodeError.Garbage>();
    }

    [Theory]
    [InlineData(-27, "Transaction outputs already in utxo set", typeof(SendResult.MaybeMined))]
    [InlineData(-27, "words of another release", typeof(SendResult.MaybeMined))]
    [InlineData(-28, "Loading block index…", typeof(SendResult.Unknown))]
    [InlineData(-25, "bad-txns-inputs-missingorspent", typeof(SendResult.MaybeMined))]
    [InlineData(-26, "txn-already-in-mempool", typeof(SendResult.AlreadyKnown))]
    [InlineData(-26, "txn-same-nonwitness-data-in-mempool", typeof(SendResult.AlreadyKnown))]
    [InlineData(-26, "insufficient fee, rejecting replacement 00; new feerate 1 <= old feerate 2", typeof(SendResult.Underpriced))]
    [InlineData(-26, "mempool min fee not met, 1 < 2", typeof(SendResult.Underpriced))]
    [InlineData(-26, "txn-mempool-conflict", typeof(SendResult.Conflict))]
    [InlineData(-26, "too many potential replacements, rejecting replacement 00", typeof(SendResult.Conflict))]
    [InlineData(-26, "mandatory-script-verify-flag-failed (insufficient fee)", typeof(SendResult.Refused))]
    [InlineData(-25, "Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)", typeof(SendResult.Refused))]
    [InlineData(-22, "TX decode failed", typeof(SendResult.Refused))]
    public async Task Send_EachWording_HasItsResult(int code, string words, Type result)
    {
        await using var node = await LyingNode.SayingAsync(new JsonObject
        {
            ["jsonrpc"] = "2.0",
            ["id"] = 1,
            ["error"] = new JsonObject { ["code"] = code, ["message"] = words },
        }.ToJsonString());
        (await node.Bitcoin().SendAsync(_spend, None)).Should().BeOfType(result);
    }

    [Fact]
    public async Task Pool_NodeOfAnotherChain_IsNeverAsked()
    {
        await using var foreign = await LyingNode.ResultAsync(static _ => $"{BitcoinChain.Mainnet.GenesisHash}");
        await using var right = await LyingNode.ResultAsync(static method => method == "getblockhash" ? $"{_asked}" : $"{_spend.Txid()}");
        var pool = new BitcoinPool(BitcoinChain.Regtest, [foreign.Bitcoin("foreign", "a"), right.Bitcoin("right", "b")], TimeProvider.System);
        (await pool.ReadAsync(static (node, ct) => node.BestBlockHashAsync(ct), None)).Value.Should().Be(_spend.Txid());
        pool.Nodes[0].Health.Quarantined.Should().BeOfType<NodeError.WrongChain>();
        var sent = await pool.BroadcastAsync(_spend, Route.Public, None);
        sent.ByNode.Should().ContainSingle().Which.Should().Be(((TPWallet.Grains.Interfaces.Values.Name)"right", new SendResult.Accepted(_spend.Txid().Shown)));
    }

    /// <summary>The code of the garbage that a question made of a node's result; null where it was taken.</summary>
    private static async Task<string?> AskAsync<T>(string result, Func<BitcoinNode, Task<NodeAnswer<T>>> ask)
    {
        await using var liar = await LyingNode.ResultAsync(_ => JsonNode.Parse(result));
        var answer = await ask(liar.Bitcoin());
        return answer.IsOk ? null : answer.Error.Should().BeOfType<NodeError.Garbage>().Which.Refusal.Code;
    }

    private static string Hex(byte[] bytes) => $"\"{Convert.ToHexStringLower(bytes)}\"";

    private static BitcoinBlock BlockOf(params BitcoinTransaction[] transactions)
    {
        var root = TransactionMerkle.Root([.. transactions.Select(static one => one.Txid())]).Value;
        return new(BitcoinChain.Regtest.Genesis with { MerkleRoot = root }, new([.. transactions]));
    }
}
