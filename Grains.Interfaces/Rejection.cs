using System.Text.Json.Serialization;
using Orleans;

namespace TPWallet.Grains.Interfaces;

/// <summary>
/// Why something was refused. Names are stable codes for callers (REST: problem+json "code"); order is precedence: where several apply,
/// the first is told. Append within a group; never rename, since clients match on the name.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<RejectionCode>))]
public enum RejectionCode
{
    None = 0,

    // Form of the request.
    Malformed, TooLarge, UnknownField, BadChecksum, BadSignature, UnsupportedScheme, UnsupportedKind,
    ZeroAmount, Overflow, AssetMismatch, WrongChain, WrongDeployment,

    // Identity and idempotency.
    NotFound, AlreadyExists, IdempotencyMismatch, StaleVersion, NotAllowedCaller, MissingScope,

    // Subject state.
    NotRegistered, WrongState, Expired, NotYetOpen, Frozen, ChainStopped, LaneStopped, Deficit, OperatorStopped, PoorStanding,

    // Genesis, roster and policy validity.
    GenesisMismatch, ProofMissing, UnsatisfiablePolicy, DuplicateMember, DuplicateDevice, UnknownMember, UnknownDevice,
    RoleMissing, DeviceTooNew, LineageBroken, TimelockRunning, Vetoed,

    // Votes.
    VoteVoid, VoteExpired, VoteDuplicate, VoteForged, VoteWrongSubject, ProposerVote, QuorumMissing, SeparationOfDuties,

    // Policy outcome, in its written order of evaluation.
    ExplicitDeny, NoRule, HardLimit, LimitWindow, RiskBlocked, RiskUnscored, RiskHeld, DestinationNotAllowed, AllowanceDenied, OpaqueCall, EffectOutOfBounds,

    // Packet.
    AllocationMismatch, CyclicLegs, ClaimTaken, DeadlinePassed, SimulationFailed, SimulationDisagrees, FeeBudgetExceeded, LegMismatch,
    DependencyUnknown, CompensationMissing, CompensationInvalid, FinalityTooWeak, PaymentFailed,

    // Ledger.
    InsufficientFunds, ReservationUnknown, ReservationEnded, TransferUnknown, TransferTombstoned, ConservationBroken,

    // Lane, key and signer.
    LaneFull, NonceConflict, IntentConflict, KeyUnknown, KeyRetired, PayloadMismatch, ForeignNonceUse, SignerUnavailable, SignerRefused,

    // Chain.
    NodeRefused, NodeGarbage, NodeUnavailable, NotFinal, ProofInvalid, ReorgTooDeep, Underpriced,

    // The machine room: nothing was decided, or it is not known.
    Overloaded, Retry, OutcomeUnknown, StreamUnreadable, ClockDoubtful, QuotaExceeded, UpgradeUnderway, QuotaReached,
}

/// <summary>A refusal as a value: a stable code, what was expected, what came, and where rules decided, their ids.</summary>
[GenerateSerializer, Immutable, Alias("tpw.rejection")]
[method: JsonConstructor]
public sealed record Rejection(RejectionCode Code, string Expected, string Actual, ImmutableArray<string> Reasons)
{
    public Rejection(RejectionCode code, string expected, string actual)
        : this(code, expected, actual, [])
    {
    }

    public override string ToString() => $"{Code}: expected {Expected}, actual {Actual}";
}
