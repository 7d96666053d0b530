using System.Text.Json.Serialization;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Domain.Packets;

/// <summary>One bundle of legs: what is voted on, by whom, and how far each leg is.</summary>
/// <param name="Bounds">What the votes bind; null before the first simulation.</param>
/// <param name="Judged">How many votes the newest judgement has seen.</param>
/// <param name="QuorumAt">When the quorum was there; a time lock runs from then.</param>
/// <param name="Attempts">Reservations that were refused for a reason that a new judgement may heal.</param>
/// <param name="Counter">Numbers every task, so that no name is ever used twice.</param>
/// <param name="Tasks">What is owed, oldest first; of one leg only the oldest is out.</param>
/// <param name="Rejection">Why it ended, or what was refused last.</param>
public sealed record PacketState(
    PacketRef Ref,
    PacketPhase Phase,
    PacketContent? Content,
    EffectBounds? Bounds,
    Assessment? Assessment,
    ImmutableArray<Vote> Votes,
    int Judged,
    Instant? QuorumAt,
    int Attempts,
    ImmutableSortedDictionary<Name, PacketLeg> Legs,
    long Counter,
    ImmutableSortedDictionary<long, PacketTask> Tasks,
    Rejection? Rejection)
{
    /// <summary>The newest restore of the journal that this packet has heard of, if it was there then; 0 for none.</summary>
    public long Epoch { get; init; }

    /// <summary>From where it was proposed; null: not said, or not proposed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PacketOrigin? Origin { get; init; }

    /// <summary>The newest score of this content and these bounds; null before it was taken, and for a packet from before scores.</summary>
    public PacketScore? Score { get; init; }

    /// <summary>The case that holds it, or did; null: none.</summary>
    public PacketCase? Case { get; init; }

    /// <summary>What the newest judgement knew of the case.</summary>
    public long JudgedCase { get; init; }

    /// <summary>Judgements that are asked for again after a refused reservation, before the packet gives up.</summary>
    public const int MaxAttempts = 8;

    /// <summary>How long a frozen packet waits before it asks again.</summary>
    public static Span FrozenFor => Span.Seconds(60);

    /// <summary>How long it waits when the account's clock is not yet past the time lock.</summary>
    public static Span LockMargin => Span.Seconds(5);

    /// <summary>Votes that would count: one per member, of eligible members.</summary>
    [JsonIgnore]
    public int Approvals => Votes.Count(v => v.Content.Decision == VoteDecision.Approve && Assessment!.Eligible.Contains(v.Content.Member));

    [JsonIgnore]
    public bool HasSigned => Legs.Values.Any(leg => leg.Stage.IsIrrevocable);

    /// <summary>Whether the leg undoes another.</summary>
    internal bool Compensates(PacketLeg leg) => Leg(leg.Id).Compensates is not null;

    /// <summary>Whether the leg is made instead of one over channels.</summary>
    internal bool IsInstead(PacketLeg leg) => LegPlan.InsteadOf(Leg(leg.Id)) is not null;

    public Leg Leg(Name id) => Content!.Legs.First(leg => leg.Id == id);

    internal PacketState With(PacketLeg leg) => this with { Legs = Legs.SetItem(leg.Id, leg) };

    internal PacketState Owe(PacketTask task) => this with { Counter = Counter + 1, Tasks = Tasks.Add(Counter + 1, task) };
}

/// <summary>A packet's case, as far as it was heard.</summary>
/// <param name="Action">What was demanded when it was opened.</param>
/// <param name="Sequence">Of the newest word of the case; 0: none yet.</param>
public sealed record PacketCase(long Number, RiskAction Action, long Sequence, CaseRelease? Release)
{
    /// <summary>It was opened for a missing verdict alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool VerdictSuffices { get; init; }

    /// <summary>The packet was over: the case was told so once.</summary>
    public bool IsClosed { get; init; }
}

/// <summary>How a packet ends.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PacketEnd>))]
public enum PacketEnd
{
    Settled = 1,
    PartiallySettled,
    Rejected,
    Expired,
    Invalidated,
    Cancelled,
    Compensated,
}

/// <summary>That the packet is to end as <paramref name="End"/>, if no leg settles meanwhile.</summary>
public sealed record PacketClosing(PacketEnd End, string Reason);

/// <summary>Where the packet stands. Append only: snapshots hold it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "phase")]
[JsonDerivedType(typeof(Absent), "absent")]
[JsonDerivedType(typeof(Draft), "draft")]
[JsonDerivedType(typeof(Simulating), "simulating")]
[JsonDerivedType(typeof(Assessing), "assessing")]
[JsonDerivedType(typeof(Approving), "approving")]
[JsonDerivedType(typeof(Timelocked), "timelocked")]
[JsonDerivedType(typeof(Approved), "approved")]
[JsonDerivedType(typeof(Reserving), "reserving")]
[JsonDerivedType(typeof(Frozen), "frozen")]
[JsonDerivedType(typeof(Running), "running")]
[JsonDerivedType(typeof(Ended), "ended")]
public abstract record PacketPhase
{
    private PacketPhase()
    {
    }

    public sealed record Absent : PacketPhase;

    public sealed record Draft : PacketPhase;

    /// <summary>Content is frozen; the first simulation is owed.</summary>
    public sealed record Simulating : PacketPhase;

    /// <summary>The account's first judgement is owed.</summary>
    public sealed record Assessing : PacketPhase;

    public sealed record Approving : PacketPhase;

    public sealed record Timelocked(Instant UnlocksAt) : PacketPhase;

    /// <summary>Quorum and time lock are there; the second simulation is owed.</summary>
    public sealed record Approved : PacketPhase;

    /// <param name="Closing">Cancelled or expired meanwhile: what comes back reserved is released.</param>
    public sealed record Reserving(PacketClosing? Closing) : PacketPhase;

    /// <summary>The account is frozen, or an operator stopped it or a chain; asked again after a while.</summary>
    public sealed record Frozen(Instant RetryAt) : PacketPhase;

    /// <summary>Reserved and later; how far is in the legs.</summary>
    public sealed record Running(PacketClosing? Closing) : PacketPhase;

    /// <summary>Over, unless a deep reorg takes a leg back.</summary>
    public sealed record Ended(PacketEnd End, PacketClosing? Closing) : PacketPhase;
}
