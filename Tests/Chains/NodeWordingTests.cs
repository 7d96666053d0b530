using System.Text.Json;
using TPWallet.Chains;
using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;

namespace TPWallet.Tests.Chains;

/// <summary>One row per wording, as the clients write it; field note 7 is the row "nonce too low".</summary>
public sealed class NodeWordingTests
{
    public static TheoryData<string, int, string, string> Wordings => new()
    {
        { "geth", -32000, "already known", "node.already-known" },
        { "geth", -32000, "nonce too low: next nonce 5, tx nonce 3", "node.nonce-too-low" },
        { "geth", -32000, "nonce too high: address 0xab, tx: 9 state: 3", "node.nonce-too-high" },
        { "geth", -32000, "replacement transaction underpriced", "node.underpriced" },
        { "geth", -32000, "future transaction tries to replace pending", "node.underpriced" },
        { "geth", -32000, "transaction underpriced: gas tip cap 1, minimum needed 1000", "node.underpriced" },
        { "geth", -32000, "max fee per gas less than block base fee: address 0xab, maxFeePerGas: 1", "node.underpriced" },
        { "geth", -32000, "max fee per blob gas less than block blob gas fee: address 0xab", "node.underpriced" },
        { "geth", -32000, "insufficient funds for gas * price + value: balance 0, tx cost 21000", "node.insufficient-funds" },
        { "geth", -32000, "insufficient funds for transfer", "node.insufficient-funds" },
        { "geth", -32000, "err: insufficient funds for gas * price + value: address 0xab (supplied gas 15000000)", "node.insufficient-funds" },
        { "geth", -32000, "invalid chain id for signer: have 1 want 5", "node.wrong-chain" },
        { "geth", -32000, "txpool is full", "node.refused" },
        { "geth", -32000, "intrinsic gas too low: gas 0, minimum needed 21000", "node.refused" },
        { "geth", -32000, "authority nonce too low", "node.refused" },
        { "geth", 3, "execution reverted: nonce too low", "node.reverted" },
        { "Nethermind", -32010, "AlreadyKnown", "node.already-known" },
        { "Nethermind", -32010, "OldNonce, Current nonce: 5, nonce of rejected tx: 3", "node.nonce-too-low" },
        { "Nethermind", -32010, "NonceGap, Future nonce. Expected nonce: 5", "node.nonce-too-high" },
        { "Nethermind", -32010, "NonceTooFarInFuture", "node.nonce-too-high" },
        { "Nethermind", -32010, "FeeTooLow, MaxFeePerGas too low", "node.underpriced" },
        { "Nethermind", -32010, "ReplacementNotAllowed", "node.underpriced" },
        { "Nethermind", -32010, "InsufficientFunds, Account balance: 0, cumulative cost: 21000", "node.insufficient-funds" },
        { "Nethermind", -32010, "already known", "node.already-known" },
        { "Nethermind", -32015, "VM execution error.", "node.reverted" },
        { "Besu", -32000, "Known transaction", "node.already-known" },
        { "Besu", -32001, "Nonce too low", "node.nonce-too-low" },
        { "Besu", -32006, "Nonce too high", "node.nonce-too-high" },
        { "Besu", -32000, "Transaction nonce is too distant from current sender nonce", "node.nonce-too-high" },
        { "Besu", -32000, "Replacement transaction underpriced", "node.underpriced" },
        { "Besu", -32009, "Gas price below configured minimum gas price", "node.underpriced" },
        { "Besu", -32009, "Gas price below current base fee", "node.underpriced" },
        { "Besu", -32009, "blob gas price below current blob base fee", "node.underpriced" },
        { "Besu", -32004, "Upfront cost exceeds account balance", "node.insufficient-funds" },
        { "Besu", -32000, "Wrong chainId", "node.wrong-chain" },
        { "Besu", -32005, "Transaction gas limit exceeds block gas limit", "node.refused" },
        { "Besu", -32005, "Requested range exceeds maximum RPC range limit", "node.refused" },
        { "Erigon", -32000, "INTERNAL_ERROR: existing tx with same hash", "node.already-known" },
        { "Erigon", -32000, "mined", "node.nonce-too-low" },
        { "Erigon", -32000, "could not replace existing tx", "node.underpriced" },
        { "Erigon", -32000, "replaced by transaction with higher tip", "node.underpriced" },
        { "Erigon", -32000, "INTERNAL_ERROR: nonce too low", "node.nonce-too-low" },
        { "Erigon", -32000, "underpriced", "node.underpriced" },
        { "Erigon", -32000, "fee too low", "node.underpriced" },
        { "Erigon", -32000, "insufficient funds", "node.insufficient-funds" },
        { "Erigon", -32000, "pending sub-pool is full", "node.refused" },
        { "reth", -32000, "nonce too low: next nonce 5, tx nonce 3", "node.nonce-too-low" },
        { "reth", -32000, "insufficient funds for gas * price + value: have 0 want 21000", "node.insufficient-funds" },
        { "reth", -32003, "txpool is full", "node.refused" },
        { "reth", -32000, "max fee per gas less than block base fee", "node.underpriced" },
        { "anvil", -32003, "transaction already imported", "node.already-known" },
        { "anvil", -32003, "nonce too low", "node.nonce-too-low" },
        { "anvil", -32003, "Nonce too high", "node.nonce-too-high" },
        { "anvil", -32003, "replacement transaction underpriced", "node.underpriced" },
        { "anvil", -32003, "Insufficient funds for gas * price + value", "node.insufficient-funds" },
        { "anvil", -32003, "Incompatible EIP-155 transaction, signed for another chain", "node.wrong-chain" },
        { "gateway", -32005, "limit exceeded", "node.rate-limited" },
        { "gateway", -32000, "Too many requests, please retry", "node.rate-limited" },
        { "gateway", -32005, "project ID request rate exceeded", "node.rate-limited" },
        { "gateway", -32005, "daily request count exceeded, request rate limited", "node.rate-limited" },
        { "gateway", 429, "Your app has exceeded its compute units per second capacity.", "node.rate-limited" },
        { "gateway", -32601, "the method eth_simulateV1 does not exist/is not available", "node.refused" },
    };

    [Theory]
    [MemberData(nameof(Wordings))]
    public void Classify_WordingOfAClient_IsItsError(string client, int code, string message, string expected) =>
        NodeWordings.Classify(code, message, null).Code.Should().Be(expected, client);

    [Fact]
    public void Classify_EveryRowOfTheTable_IsReachedByItsOwnWording()
    {
        foreach (var row in NodeWordings.Rows)
            NodeWordings.Classify(-32000, row.Begins, null).Code.Should().Be(row.Make(row.Begins).Code, $"{row.Client}: {row.Begins}");
    }

    [Theory]
    [InlineData("replacement transaction underpriced", true)]
    [InlineData("transaction underpriced", false)]
    public void Classify_Underpriced_SaysWhetherAReplacement(string message, bool replacement) =>
        NodeWordings.Classify(-32000, message, null).Should().Be(new NodeError.Underpriced(message, replacement));

    [Theory]
    [InlineData("""{"d":"ERROR"}""", "nope")]
    [InlineData("""{"d":{"data":"PANIC11"}}""", "panic 17: arithmetic overflow or underflow")]
    [InlineData("""{"d":"Reverted PANIC01"}""", "panic 1: assertion failed")]
    [InlineData("""{"d":"0x"}""", "reverted without a reason")]
    [InlineData("""{"d":"0x01020304"}""", "reverted with 0x01020304")]
    [InlineData("""{"d":17}""", "because")]
    public void Classify_RevertData_IsDecoded(string json, string reason)
    {
        var error = NodeWordings.Classify(3, "execution reverted: because", JsonElement.Parse(Filled(json)).GetProperty("d"));
        error.Should().BeOfType<NodeError.Reverted>().Which.Reason.ToString().Should().Be(reason);
    }

    private static string Filled(string json) => json
        .Replace("ERROR", Hex.Encode(AbiSignature.Parse("error Error(string text)").Value.Encode("nope")), StringComparison.Ordinal)
        .Replace("PANIC", "0x4e487b71" + new string('0', 62), StringComparison.Ordinal);

    [Fact]
    public void Decode_CustomErrorThatIsKnown_GivesItsArguments()
    {
        var denied = AbiSignature.Parse("error Denied(uint256 rule, string why)").Value;
        var reason = RevertReason.Decode(denied.Encode((TPWallet.Grains.Interfaces.Values.UInt256)7, "cap"), denied);
        var custom = reason.Should().BeOfType<RevertReason.Custom>().Subject;
        custom.Arguments[1].AsText().Should().Be("cap");
    }
}
