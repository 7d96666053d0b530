using TPWallet.Grains.Interfaces;

namespace TPWallet.Domain.Machines;

/// <summary>Tells an answer that decides from one after which the same effect has to be tried again.</summary>
public static class Answers
{
    /// <summary>
    /// False where nothing was decided, or it is not known what was: the effect stays owed. Room, in a queue or a lane, comes by itself; a deadline of the
    /// sender ends the wait.
    /// </summary>
    public static bool IsDefinite(Rejection rejection) => rejection.Code is not (
        RejectionCode.Overloaded or RejectionCode.Retry or RejectionCode.OutcomeUnknown or RejectionCode.StreamUnreadable
        or RejectionCode.ClockDoubtful or RejectionCode.UpgradeUnderway or RejectionCode.SignerUnavailable or RejectionCode.NodeUnavailable or RejectionCode.LaneFull);

    /// <summary>True for what the signer refuses for good. A time lock that its own clock still sees running, as that is behind the account's, ends by itself.</summary>
    public static bool IsDefiniteOfSigner(Rejection rejection) => IsDefinite(rejection) && rejection.Code is not RejectionCode.TimelockRunning;

    /// <summary>
    /// True where the same state would have taken the command a moment earlier: another activation may have done so, and be writing it. Every other refusal
    /// follows from the state, and whoever still writes on an older one is stopped by the fence.
    /// </summary>
    public static bool IsTooLate(Rejection rejection) => rejection.Code is RejectionCode.DeadlinePassed or RejectionCode.VoteExpired;

    /// <summary>The reply that ends an intent: what the other grain said, or the effect's own definite refusal. Null: try again.</summary>
    public static CommandReply? Definite(EffectResult result) => result switch
    {
        EffectResult.Done => new CommandReply.Accepted(0, []),
        EffectResult.Replied { Reply: CommandReply.Accepted accepted } => accepted,
        EffectResult.Replied { Reply: CommandReply.Refused refused } => IsDefinite(refused.Rejection) ? refused : null,
        EffectResult.Failed failed => IsDefinite(failed.Rejection) ? new CommandReply.Refused(failed.Rejection) : null,
        _ => null,
    };
}
