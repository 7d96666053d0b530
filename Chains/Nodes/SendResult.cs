using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Nodes;

/// <summary>What became of a broadcast. "Unknown" is a state: look the transaction up by its hash, never sign anew.</summary>
public abstract record SendResult
{
    private SendResult()
    {
    }

    /// <summary>The node took it; the hash (of a Bitcoin transaction: the id, in the byte order that tools show) is ours.</summary>
    public sealed record Accepted(Bytes32 Hash) : SendResult;

    public sealed record AlreadyKnown(Bytes32 Hash) : SendResult;

    /// <summary>Its nonce, or one of its outpoints, is used: perhaps by itself, so look for it in blocks.</summary>
    public sealed record MaybeMined(string Message) : SendResult;

    public sealed record NonceTooHigh(string Message) : SendResult;

    public sealed record Underpriced(string Message, bool Replacement) : SendResult;

    /// <summary>Another transaction in the node's pool spends one of its outpoints and is not replaced by it.</summary>
    public sealed record Conflict(string Message) : SendResult;

    public sealed record InsufficientFunds(string Message) : SendResult;

    public sealed record Refused(NodeError Error) : SendResult;

    /// <summary>No answer, a refusal to serve, or garbage: the transaction may or may not be on its way.</summary>
    public sealed record Unknown(NodeError Error) : SendResult;
}
