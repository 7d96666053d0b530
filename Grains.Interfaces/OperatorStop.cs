using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces;

/// <summary>
/// That an operator holds new spending of an account or a chain back: nothing is reserved, signed for the first time or sent for the first time. What is
/// signed and was sent goes on, and so do fee bumps and no-ops, look-ups, deposits and freezes. An operator has no authority over funds: it can only wait.
/// </summary>
/// <param name="Operator">The API key that asked for it.</param>
/// <param name="Reason">1 to <see cref="MaxReason"/> characters; of an account a <see cref="SealedText"/>, which its view shows in the open.</param>
[GenerateSerializer, Immutable, Alias("tpw.operator-stop")]
public sealed record OperatorStop(Name Operator, string Reason, Instant At)
{
    /// <summary>Longest reason in characters.</summary>
    public const int MaxReason = 256;

    /// <summary>Null if this may stand as a reason.</summary>
    public static Rejection? CheckReason(string reason) => reason is { Length: > 0 and <= MaxReason } || SealedText.IsSealed(reason)
        ? null
        : new(RejectionCode.Malformed, $"a reason of 1 to {MaxReason} characters", $"{reason.Length} characters");

    /// <summary>The refusal of what the stop holds back.</summary>
    public Rejection Refuse(string subject) => new(
        RejectionCode.OperatorStopped,
        $"{subject} in operation",
        SealedText.IsSealed(Reason) ? $"stopped by {Operator} at {At}; its view says why" : $"stopped by {Operator} at {At}: {Reason}");
}
