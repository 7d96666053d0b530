using System.Collections.Frozen;
using TPWallet.Grains.Interfaces;

namespace TPWallet.Silo.Gateway;

/// <summary>The one table from refusal codes to HTTP statuses. Every code has a row; a test says so.</summary>
public static class RefusalStatus
{
    private static readonly (int Status, RejectionCode[] Codes)[] Rows =
    [
        (400, [
            RejectionCode.Malformed, RejectionCode.UnknownField, RejectionCode.BadChecksum, RejectionCode.UnsupportedScheme,
            RejectionCode.UnsupportedKind, RejectionCode.ZeroAmount, RejectionCode.Overflow, RejectionCode.AssetMismatch,
            RejectionCode.WrongChain, RejectionCode.WrongDeployment]),
        (401, [RejectionCode.NotAllowedCaller]),
        (403, [
            RejectionCode.MissingScope, RejectionCode.UnknownMember, RejectionCode.UnknownDevice, RejectionCode.RoleMissing,
            RejectionCode.DeviceTooNew, RejectionCode.VoteForged, RejectionCode.BadSignature, RejectionCode.ProposerVote,
            RejectionCode.SeparationOfDuties, RejectionCode.ExplicitDeny, RejectionCode.NoRule, RejectionCode.HardLimit,
            RejectionCode.LimitWindow, RejectionCode.RiskBlocked, RejectionCode.RiskUnscored, RejectionCode.DestinationNotAllowed,
            RejectionCode.AllowanceDenied,
            RejectionCode.OpaqueCall, RejectionCode.EffectOutOfBounds, RejectionCode.QuorumMissing, RejectionCode.SignerRefused,
            RejectionCode.QuotaReached]),
        (404, [
            RejectionCode.NotFound, RejectionCode.NotRegistered, RejectionCode.ReservationUnknown, RejectionCode.TransferUnknown,
            RejectionCode.KeyUnknown]),
        (409, [
            RejectionCode.AlreadyExists, RejectionCode.IdempotencyMismatch, RejectionCode.StaleVersion, RejectionCode.WrongState,
            RejectionCode.NotYetOpen, RejectionCode.Frozen, RejectionCode.ChainStopped, RejectionCode.LaneStopped, RejectionCode.Deficit,
            RejectionCode.OperatorStopped, RejectionCode.PoorStanding, RejectionCode.RiskHeld,
            RejectionCode.TimelockRunning, RejectionCode.Vetoed, RejectionCode.VoteDuplicate, RejectionCode.ClaimTaken,
            RejectionCode.InsufficientFunds, RejectionCode.ReservationEnded, RejectionCode.TransferTombstoned, RejectionCode.LaneFull,
            RejectionCode.NonceConflict, RejectionCode.IntentConflict, RejectionCode.KeyRetired, RejectionCode.NotFinal,
            RejectionCode.ReorgTooDeep, RejectionCode.Retry]),
        (410, [RejectionCode.Expired, RejectionCode.VoteExpired, RejectionCode.DeadlinePassed]),
        (413, [RejectionCode.TooLarge]),
        (422, [
            RejectionCode.GenesisMismatch, RejectionCode.ProofMissing, RejectionCode.UnsatisfiablePolicy, RejectionCode.DuplicateMember,
            RejectionCode.DuplicateDevice, RejectionCode.LineageBroken, RejectionCode.VoteVoid, RejectionCode.VoteWrongSubject,
            RejectionCode.AllocationMismatch, RejectionCode.CyclicLegs, RejectionCode.DependencyUnknown, RejectionCode.CompensationMissing,
            RejectionCode.CompensationInvalid, RejectionCode.FinalityTooWeak, RejectionCode.PaymentFailed, RejectionCode.SimulationFailed, RejectionCode.SimulationDisagrees,
            RejectionCode.FeeBudgetExceeded, RejectionCode.LegMismatch, RejectionCode.PayloadMismatch, RejectionCode.Underpriced]),
        (429, [RejectionCode.QuotaExceeded]),
        (500, [RejectionCode.None, RejectionCode.ConservationBroken, RejectionCode.StreamUnreadable, RejectionCode.ForeignNonceUse]),
        (502, [RejectionCode.NodeRefused, RejectionCode.NodeGarbage, RejectionCode.ProofInvalid]),
        (503, [
            RejectionCode.Overloaded, RejectionCode.OutcomeUnknown, RejectionCode.ClockDoubtful, RejectionCode.NodeUnavailable,
            RejectionCode.SignerUnavailable, RejectionCode.UpgradeUnderway]),
    ];

    private static readonly FrozenDictionary<RejectionCode, int> Table =
        Rows.SelectMany(row => row.Codes.Select(code => (code, row.Status))).ToFrozenDictionary(entry => entry.code, entry => entry.Status);

    /// <summary>All rows.</summary>
    public static IReadOnlyDictionary<RejectionCode, int> All => Table;

    /// <summary>The status that tells of this code.</summary>
    public static int Of(RejectionCode code) => Table[code];

    /// <summary>As <see cref="IsTransient"/>, and worth asking again within seconds; a quota that was reached stays so until the next day or longer.</summary>
    public static bool EndsSoon(RejectionCode code) => IsTransient(code) && code is not RejectionCode.QuotaReached;

    /// <summary>Nothing was decided, or it is not known: the same command with the same key should be sent again, and may then be accepted.</summary>
    public static bool IsTransient(RejectionCode code) => code is RejectionCode.Overloaded or RejectionCode.Retry or RejectionCode.OutcomeUnknown
        or RejectionCode.StreamUnreadable or RejectionCode.ClockDoubtful or RejectionCode.QuotaExceeded or RejectionCode.UpgradeUnderway
        or RejectionCode.QuotaReached;
}
