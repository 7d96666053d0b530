using TPWallet.Chains.Ethereum;

namespace TPWallet.Chains.Nodes;

/// <summary>Why a node did not give what was asked for. A closed set; each case has a stable code.</summary>
public abstract record NodeError
{
    private NodeError(string code) => Code = code;

    public string Code { get; }

    /// <summary>The node said no, for a reason that is none of the others; its own code and words.</summary>
    public sealed record Refused(int NodeCode, string Message) : NodeError("node.refused");

    /// <summary>This very transaction is in its pool.</summary>
    public sealed record AlreadyKnown(string Message) : NodeError("node.already-known");

    /// <summary>The nonce is used: maybe by this very transaction (field note 7), so its receipt has to be looked for.</summary>
    public sealed record NonceTooLow(string Message) : NodeError("node.nonce-too-low");

    public sealed record NonceTooHigh(string Message) : NodeError("node.nonce-too-high");

    /// <summary>The fee is below what the node takes, or below what replaces the transaction that has this nonce.</summary>
    public sealed record Underpriced(string Message, bool Replacement) : NodeError("node.underpriced");

    public sealed record InsufficientFunds(string Message) : NodeError("node.insufficient-funds");

    public sealed record Reverted(RevertReason Reason, string Message) : NodeError("node.reverted");

    /// <summary>No answer came: no connection, time-out, a broken or failing gateway. What was asked may have happened.</summary>
    public sealed record NoAnswer(string Why) : NodeError("node.no-answer");

    /// <summary>An answer that is no JSON-RPC, of wrong types, too large, or contradicts itself or what is known.</summary>
    public sealed record Garbage(DecodeRefusal Refusal) : NodeError("node.garbage");

    /// <summary>The node (or the transaction) is of another chain.</summary>
    public sealed record WrongChain(string Message) : NodeError("node.wrong-chain");

    public sealed record RateLimited(string Message) : NodeError("node.rate-limited");
}

/// <summary>What a node answered: a checked value, or why not.</summary>
public readonly struct NodeAnswer<T>
{
    private readonly T? _value;
    private readonly bool _present;
    private readonly NodeError? _error;

    private NodeAnswer(T? value, bool present, NodeError? error) => (_value, _present, _error) = (value, present, error);

    public bool IsOk => _present;

    /// <exception cref="InvalidOperationException">There is none; look at <see cref="Error"/> first.</exception>
    public T Value => _present ? _value! : throw new InvalidOperationException($"The node answered: {Error}");

    public NodeError? Error => _present ? null : _error ?? new NodeError.NoAnswer("nothing was asked");

    public static implicit operator NodeAnswer<T>(T value) => new(value, present: true, error: null);

    public static implicit operator NodeAnswer<T>(NodeError error) => new(default, present: false, error);

    public bool TryGet(
        [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T value,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out NodeError? error)
    {
        value = _value;
        error = Error;
        return _present;
    }

    /// <summary>The value read further; a refusal of the reader is the node's garbage.</summary>
    public NodeAnswer<TNext> Read<TNext>(Func<T, Decoded<TNext>> reader)
    {
        if (!_present) return Error!;
        return reader(_value!).TryGet(out var value, out var refusal) ? value : new NodeError.Garbage(refusal);
    }

    public override string ToString() => _present ? $"{_value}" : $"{Error}";
}
