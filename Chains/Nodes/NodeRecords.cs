using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Nodes;

/// <summary>
/// A transaction as a node gives it. <paramref name="Signed"/> is null for a type that is not known here ("unknown fork"); otherwise its
/// hash and its recovered sender were compared with what the node says.
/// </summary>
/// <param name="Block">The block that holds it; null while it is pending.</param>
public sealed record NodeTransaction(Bytes32 Hash, byte Type, Address From, SignedTransaction? Signed, BlockRef? Block, int? Index);

/// <summary>A block as a node gives it; the header was hashed and compared.</summary>
/// <param name="HasUnknownFields">True if the node's block has header fields that are not known here and the hash did not come out.</param>
/// <param name="TransactionHashes">In order.</param>
/// <param name="Transactions">Present if they were asked for.</param>
public sealed record NodeBlock(
    BlockRef Ref, BlockHeader Header, bool HasUnknownFields, Items<Bytes32> TransactionHashes, Items<NodeTransaction>? Transactions)
{
    /// <summary>All transactions with their signatures; null if they were not asked for or one is of an unknown type.</summary>
    public IReadOnlyList<SignedTransaction>? Signed() =>
        Transactions is { } all && all.All(static transaction => transaction.Signed is not null)
            ? [.. all.Select(static transaction => transaction.Signed!)]
            : null;
}

/// <summary>eth_feeHistory. Wei per gas; one more base fee than blocks, for the block to come.</summary>
public sealed record FeeHistory(ulong OldestBlock, Items<UInt256> BaseFees, Items<UInt256> BlobBaseFees, Items<Items<UInt256>> Tips);

/// <summary>A log as a node gives it, with where it is.</summary>
public sealed record NodeLog(LogEntry Log, BlockRef Block, Bytes32 TransactionHash, int LogIndex);

/// <summary>eth_getProof of an account, already checked against the state root that was given.</summary>
public sealed record AccountProof(AccountState State, Items<HexBytes> Nodes);

/// <summary>A call to be simulated. Amounts in wei.</summary>
public sealed record CallRequest(Address From, Address? To, UInt256 Value, HexBytes Data, ulong? GasLimit = null);

/// <summary>What one simulated call would do (eth_simulateV1 with traceTransfers: native transfers come as logs of 0xeeee…).</summary>
public sealed record SimulatedCall(bool Succeeded, HexBytes ReturnData, ulong GasUsed, Items<LogEntry> Logs, RevertReason? Reverted);

/// <summary>What became of a broadcast. "Unknown" is a state: look the transaction up by its hash, never sign anew.</summary>
public abstract record SendResult
{
    private SendResult()
    {
    }

    /// <summary>The node took it; the hash is ours.</summary>
    public sealed record Accepted(Bytes32 Hash) : SendResult;

    public sealed record AlreadyKnown(Bytes32 Hash) : SendResult;

    /// <summary>Its nonce is used: perhaps by itself, so look for its receipt.</summary>
    public sealed record MaybeMined(string Message) : SendResult;

    public sealed record NonceTooHigh(string Message) : SendResult;

    public sealed record Underpriced(string Message, bool Replacement) : SendResult;

    public sealed record InsufficientFunds(string Message) : SendResult;

    public sealed record Refused(NodeError Error) : SendResult;

    /// <summary>No answer, a refusal to serve, or garbage: the transaction may or may not be on its way.</summary>
    public sealed record Unknown(NodeError Error) : SendResult;
}

/// <summary>Which block a question is about.</summary>
public abstract record BlockSelector
{
    private BlockSelector()
    {
    }

    public static BlockSelector Latest { get; } = new Tag("latest");

    public static BlockSelector Safe { get; } = new Tag("safe");

    public static BlockSelector Finalized { get; } = new Tag("finalized");

    public sealed record ByHash(Bytes32 Hash) : BlockSelector;

    public sealed record ByNumber(ulong Number) : BlockSelector;

    public sealed record Tag(string Name) : BlockSelector;
}
