using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Signer.Store;

namespace TPWallet.Signer.Checks;

/// <summary>
/// How an intent moves to a second nonce (design.md, One intent per nonce; the reasoning is in README.md beside this file): by a new packet, whose
/// votes name the leg that it replaces and the transaction that has its nonce. No header, receipt or proof lets a leg move without new votes, since after
/// the merge a chain of headers costs nothing to forge.
/// </summary>
internal static class SecondNonce
{
    /// <summary>What can be known here: the leg was signed here, it is not its own spend that is said to have the nonce, and it moves once.</summary>
    public static Rejection? Check(Replacement replaces, SignPlan plan, IFactStore store)
    {
        var signed = store.OfLeg(replaces.Leg);
        if (signed.IsEmpty) return new(RejectionCode.IntentConflict, $"{replaces.Leg} signed here before {plan.Leg} replaces it", "never signed");
        if (signed.Any(version => !version.NoOp && version.TxHash == replaces.ConsumedBy))
            return new(RejectionCode.IntentConflict, $"another transaction than {replaces.Leg} itself at its nonce", $"{replaces.ConsumedBy}");
        return store.ReplacedBy(replaces.Leg) is { } other && other != plan.Leg
            ? new(RejectionCode.IntentConflict, $"{replaces.Leg}, which moved to {other}", $"to {plan.Leg}")
            : null;
    }
}
