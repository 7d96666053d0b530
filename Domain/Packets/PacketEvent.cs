using System.Text.Json;
using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Domain.Packets;

/// <summary>What happened to a packet. Append only: names and fields are stored for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(Drafted), "drafted")]
[JsonDerivedType(typeof(Proposed), "proposed")]
[JsonDerivedType(typeof(BoundsFixed), "bounds-fixed")]
[JsonDerivedType(typeof(Judged), "judged")]
[JsonDerivedType(typeof(VoteCast), "vote-cast")]
[JsonDerivedType(typeof(JudgementRequested), "judgement-requested")]
[JsonDerivedType(typeof(QuorumReached), "quorum-reached")]
[JsonDerivedType(typeof(Approved), "approved")]
[JsonDerivedType(typeof(BoundsConfirmed), "bounds-confirmed")]
[JsonDerivedType(typeof(VotesVoided), "votes-voided")]
[JsonDerivedType(typeof(Reserved), "reserved")]
[JsonDerivedType(typeof(ReservationRefused), "reservation-refused")]
[JsonDerivedType(typeof(FrozenOut), "frozen-out")]
[JsonDerivedType(typeof(CloseWanted), "close-wanted")]
[JsonDerivedType(typeof(LegStarted), "leg-started")]
[JsonDerivedType(typeof(LegOffered), "leg-offered")]
[JsonDerivedType(typeof(GroupStarted), "group-started")]
[JsonDerivedType(typeof(LegProgressed), "leg-progressed")]
[JsonDerivedType(typeof(LegAbandoned), "leg-abandoned")]
[JsonDerivedType(typeof(LegCloseRequested), "leg-close-requested")]
[JsonDerivedType(typeof(TaskDone), "task-done")]
[JsonDerivedType(typeof(Reopened), "reopened")]
[JsonDerivedType(typeof(Finished), "finished")]
[JsonDerivedType(typeof(RecoveryBegun), "recovery-begun")]
[JsonDerivedType(typeof(LegFound), "leg-found")]
[JsonDerivedType(typeof(Restored), "restored")]
[JsonDerivedType(typeof(Scored), "scored")]
[JsonDerivedType(typeof(ScoreRequested), "score-requested")]
[JsonDerivedType(typeof(CaseWanted), "case-wanted")]
[JsonDerivedType(typeof(CaseDecided), "case-decided")]
public abstract record PacketEvent
{
    private PacketEvent()
    {
    }

    public sealed record Drafted(PacketContent Content) : PacketEvent;

    public sealed record Proposed(bool NeedsSimulation) : PacketEvent
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public PacketOrigin? Origin { get; init; }
    }

    /// <summary>The bounds that votes bind from now on. Votes on others are void.</summary>
    public sealed record BoundsFixed(EffectBounds Bounds) : PacketEvent;

    public sealed record Judged(Assessment Assessment) : PacketEvent;

    public sealed record VoteCast(Vote Vote) : PacketEvent;

    public sealed record JudgementRequested : PacketEvent;

    /// <summary>The quorum is there; the time lock runs.</summary>
    public sealed record QuorumReached(Instant At, Instant UnlocksAt) : PacketEvent;

    public sealed record Approved(bool NeedsSimulation) : PacketEvent;

    /// <summary>The second simulation stayed within what was voted.</summary>
    public sealed record BoundsConfirmed : PacketEvent;

    public sealed record VotesVoided(Rejection Reason) : PacketEvent;

    public sealed record Reserved : PacketEvent;

    public sealed record ReservationRefused(Rejection Rejection) : PacketEvent;

    public sealed record FrozenOut(Rejection Rejection, Instant RetryAt) : PacketEvent;

    public sealed record CloseWanted(PacketEnd End, string Reason) : PacketEvent;

    public sealed record LegStarted(Name Leg) : PacketEvent;

    /// <summary>The payee of a leg of an atomic group is asked.</summary>
    public sealed record LegOffered(Name Leg) : PacketEvent;

    /// <summary>All payees of an atomic group agreed: its legs are sent in one append of the owner.</summary>
    public sealed record GroupStarted(Name Group) : PacketEvent;

    public sealed record LegProgressed(Name Leg, LegProgress Progress) : PacketEvent;

    /// <summary>Nothing of the leg was signed or sent, and nothing will be.</summary>
    public sealed record LegAbandoned(Name Leg, Rejection Rejection) : PacketEvent;

    public sealed record LegCloseRequested(Name Leg, string Reason) : PacketEvent;

    public sealed record TaskDone(long Number, Rejection? Refusal) : PacketEvent;

    /// <summary>A deep reorg took a leg of an ended packet back.</summary>
    public sealed record Reopened : PacketEvent;

    public sealed record Finished(PacketEnd End, Rejection? Rejection) : PacketEvent;

    /// <summary>The journal was restored: legs on chains that were not given to a lane yet are unknown until looked up.</summary>
    public sealed record RecoveryBegun(long Epoch) : PacketEvent;

    /// <summary>The signer signed a leg that was not known to be at its lane.</summary>
    /// <param name="Held">Whether the reservation still holds it.</param>
    public sealed record LegFound(Name Leg, bool Held) : PacketEvent;

    /// <summary>The signer signed a leg of a packet that the restored journal does not have, or not as far: the rest of it ends, this leg is followed.</summary>
    public sealed record Restored(PacketContent Content, EffectBounds Bounds, Name Leg) : PacketEvent;

    /// <summary>The account's risk profile has scored content and bounds; the account judges next.</summary>
    public sealed record Scored(PacketScore Score) : PacketEvent;

    /// <summary>The score is no longer fresh, or the account found none that it could judge by.</summary>
    /// <param name="Reason">What the account said; null: it is only no longer fresh.</param>
    public sealed record ScoreRequested(Rejection? Reason) : PacketEvent;

    /// <summary>The account's judgement holds it: reviewers have to look.</summary>
    public sealed record CaseWanted : PacketEvent;

    /// <summary>What the case says now. Neither released nor rejected: it is held again.</summary>
    public sealed record CaseDecided(long Sequence, CaseRelease? Release, bool Rejected) : PacketEvent;
}

/// <summary>The stored form of a packet's events and snapshots.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true,
    AllowDuplicateProperties = false,
    IgnoreReadOnlyProperties = true,
    MaxDepth = 32)]
[JsonSerializable(typeof(PacketEvent))]
[JsonSerializable(typeof(PacketState))]
[JsonSerializable(typeof(PacketPhase.Approved), TypeInfoPropertyName = "PhaseApproved")]
[JsonSerializable(typeof(LegProgress.Claimed), TypeInfoPropertyName = "ProgressClaimed")]
[JsonSerializable(typeof(LegProgress.Paid), TypeInfoPropertyName = "ProgressPaid")]
[JsonSerializable(typeof(LegProgress.Signed), TypeInfoPropertyName = "ProgressSigned")]
[JsonSerializable(typeof(LegProgress.Mined), TypeInfoPropertyName = "ProgressMined")]
public sealed partial class PacketJson : JsonSerializerContext;
