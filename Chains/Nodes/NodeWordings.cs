using System.Text.Json;
using TPWallet.Chains.Ethereum;

namespace TPWallet.Chains.Nodes;

/// <summary>One wording of one client: how its message begins, and what that means.</summary>
/// <param name="Client">Whose wording it is.</param>
/// <param name="Begins">The beginning of the message, any case.</param>
/// <param name="Make">The error that it stands for.</param>
public sealed record NodeWording(string Client, string Begins, Func<string, NodeError> Make);

/// <summary>
/// Tells errors of nodes apart by their words, since most share the code −32000. The beginning of a message decides: further text may
/// come from a contract ("execution reverted: nonce too low") and must not.
/// </summary>
public static class NodeWordings
{
    /// <summary>EIP-1474 limit exceeded; some nodes use it for other things, so its message is looked at too.</summary>
    private const int LimitExceeded = -32005;

    /// <summary>Geth's code for a call that reverted, taken up by all.</summary>
    private const int ExecutionReverted = 3;

    private const string RevertPrefix = "execution reverted";

    private static readonly Func<string, NodeError> Known = static m => new NodeError.AlreadyKnown(m);
    private static readonly Func<string, NodeError> TooLow = static m => new NodeError.NonceTooLow(m);
    private static readonly Func<string, NodeError> TooHigh = static m => new NodeError.NonceTooHigh(m);
    private static readonly Func<string, NodeError> Fee = static m => new NodeError.Underpriced(m, Replacement: false);
    private static readonly Func<string, NodeError> Replacement = static m => new NodeError.Underpriced(m, Replacement: true);
    private static readonly Func<string, NodeError> Funds = static m => new NodeError.InsufficientFunds(m);
    private static readonly Func<string, NodeError> Chain = static m => new NodeError.WrongChain(m);
    private static readonly Func<string, NodeError> Rate = static m => new NodeError.RateLimited(m);

    /// <summary>Prefixes that clients put before the cause.</summary>
    private static readonly string[] Wrappers = ["err: ", "INTERNAL_ERROR: ", "invalid transaction: ", "rpc error: "];

    /// <summary>All rows; the first that matches wins.</summary>
    public static ImmutableArray<NodeWording> Rows { get; } =
    [
        // go-ethereum: core/txpool/errors.go, core/error.go, core/types/transaction_signing.go.
        new("geth", "already known", Known),
        new("geth", "nonce too low", TooLow),
        new("geth", "nonce too high", TooHigh),
        new("geth", "replacement transaction underpriced", Replacement),
        new("geth", "future transaction tries to replace pending", Replacement),
        new("geth", "transaction underpriced", Fee),
        new("geth", "max fee per gas less than block base fee", Fee),
        new("geth", "max fee per blob gas less than block blob gas fee", Fee),
        new("geth", "insufficient funds", Funds),
        new("geth", "invalid chain id", Chain),
        // Nethermind: TxPool/AcceptTxResult.cs; older releases answer the name of the result, newer ones geth's words.
        new("Nethermind", "AlreadyKnown", Known),
        new("Nethermind", "OldNonce", TooLow),
        new("Nethermind", "NonceGap", TooHigh),
        new("Nethermind", "NonceTooFarInFuture", TooHigh),
        new("Nethermind", "FeeTooLow", Fee),
        new("Nethermind", "ReplacementNotAllowed", Replacement),
        new("Nethermind", "InsufficientFunds", Funds),
        // Besu: ethereum/api/.../RpcErrorType.java.
        new("Besu", "Known transaction", Known),
        new("Besu", "Nonce too low", TooLow),
        new("Besu", "Nonce too high", TooHigh),
        new("Besu", "Transaction nonce is too distant from current sender nonce", TooHigh),
        new("Besu", "Replacement transaction underpriced", Replacement),
        new("Besu", "Gas price below configured minimum gas price", Fee),
        new("Besu", "Gas price below current base fee", Fee),
        new("Besu", "blob gas price below current blob base fee", Fee),
        new("Besu", "Upfront cost exceeds account balance", Funds),
        new("Besu", "Wrong chainId", Chain),
        // Erigon: txnprovider/txpool/txpoolcfg/txpoolcfg.go.
        new("Erigon", "existing tx with same hash", Known),
        new("Erigon", "mined", TooLow),
        new("Erigon", "could not replace existing tx", Replacement),
        new("Erigon", "replaced by transaction with higher tip", Replacement),
        new("Erigon", "underpriced", Fee),
        new("Erigon", "fee too low", Fee),
        // reth: rpc-eth-types/src/error/mod.rs; geth's words, some with figures behind them.
        new("reth", "nonce too low: next nonce", TooLow),
        new("reth", "max fee per gas less than block base fee", Fee),
        new("reth", "insufficient funds for gas * price + value", Funds),
        // anvil: crates/anvil/src/eth/error.rs.
        new("anvil", "transaction already imported", Known),
        new("anvil", "Nonce too high", TooHigh),
        new("anvil", "Insufficient funds for gas * price + value", Funds),
        new("anvil", "Incompatible EIP-155 transaction, signed for another chain", Chain),
        // Gateways before nodes.
        new("gateway", "rate limit", Rate),
        new("gateway", "too many requests", Rate),
        new("gateway", "project ID request rate exceeded", Rate),
        new("gateway", "daily request count exceeded", Rate),
        new("gateway", "Your app has exceeded its compute units per second capacity", Rate),
    ];

    /// <summary>Classifies a JSON-RPC error object's members.</summary>
    public static NodeError Classify(int code, string message, JsonElement? data)
    {
        if (code == ExecutionReverted || Begins(message, RevertPrefix) || Begins(message, "VM execution error"))
            return new NodeError.Reverted(ReasonOf(message, data), message);
        var words = message.AsSpan();
        foreach (var wrapper in Wrappers)
            if (Begins(words, wrapper)) words = words[wrapper.Length..];
        foreach (var row in Rows)
            if (Begins(words, row.Begins)) return row.Make(message);
        return code == LimitExceeded && Begins(words, "limit exceeded") ? Rate(message) : new NodeError.Refused(code, message);
    }

    private static bool Begins(ReadOnlySpan<char> text, string beginning) => text.StartsWith(beginning, StringComparison.OrdinalIgnoreCase);

    /// <summary>The return data is a string, or an object with a member "data" (some gateways), or "Reverted 0x…" (Nethermind).</summary>
    private static RevertReason ReasonOf(string message, JsonElement? data)
    {
        const string named = "Reverted ";
        var element = data is { ValueKind: JsonValueKind.Object } wrapped && wrapped.TryGetProperty("data", out var inner) ? inner : data;
        var text = element is { ValueKind: JsonValueKind.String } words ? JsonRpcAnswer.Text(words) ?? "" : "";
        if (text.StartsWith(named, StringComparison.Ordinal)) text = text[named.Length..];
        if (Hex.Decode(text).TryGet(out var bytes, out _)) return RevertReason.Decode(bytes);
        const string prefix = RevertPrefix + ": ";
        return Begins(message, prefix) ? new RevertReason.Message(message[prefix.Length..]) : new RevertReason.Silent();
    }
}
