using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Peers;

/// <summary>What an operator at the other side of a channel did that says something of it. Stored by name: append only.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DealingReason>))]
public enum DealingReason
{
    None = 0,

    // Good.

    /// <summary>A lock that it was given came back with its secret, in time.</summary>
    ForwardFulfilled,

    /// <summary>It signed what it was asked to sign, in time.</summary>
    UpdateSigned,

    /// <summary>It signed a last state, so that nobody had to close alone.</summary>
    ClosedTogether,

    // Bad.

    /// <summary>A lock that it was given was held for too long, or past its expiry.</summary>
    LockHeld,

    /// <summary>What it said had a signature that is not its own, or not of that.</summary>
    BadSignature,

    /// <summary>What it said broke the protocol.</summary>
    MessageRefused,

    /// <summary>It has not answered for long.</summary>
    Silent,

    /// <summary>It does not know what both had signed.</summary>
    StateLost,

    /// <summary>It closed alone, where nothing was open between both.</summary>
    ClosedAlone,

    /// <summary>It closed by a state that it had given up.</summary>
    StaleClose,

    /// <summary>It gave a part of a payment back and said nothing of why: whoever can read an onion that was made for it does.</summary>
    ForwardFailed,
}

/// <summary>Dealings of one kind with a peer, by one side of a channel.</summary>
/// <param name="Reason">What it did.</param>
/// <param name="Count">How often.</param>
/// <param name="At">When it did so last.</param>
/// <param name="Number">What that was about: the number of a lock for <see cref="DealingReason.ForwardFulfilled"/> and <see cref="DealingReason.LockHeld"/>, of a message where one was refused, else of a state.</param>
[GenerateSerializer, Immutable, Alias("tpw.peer-dealing")]
public sealed record Dealing(DealingReason Reason, long Count, Instant At, ulong Number);
