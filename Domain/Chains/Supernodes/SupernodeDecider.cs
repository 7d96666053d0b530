using System.Text.Json.Serialization;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Chains.Supernodes;

/// <summary>What was decided about a node. Stored: append only.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(Registered), "node.registered")]
[JsonDerivedType(typeof(Cordoned), "node.cordoned")]
[JsonDerivedType(typeof(Uncordoned), "node.uncordoned")]
[JsonDerivedType(typeof(Quarantined), "node.quarantined")]
[JsonDerivedType(typeof(StoodStill), "node.stood-still")]
[JsonDerivedType(typeof(CaughtUp), "node.caught-up")]
[JsonDerivedType(typeof(Reinstated), "node.reinstated")]
public abstract record SupernodeEvent
{
    private SupernodeEvent()
    {
    }

    public sealed record Registered(ChainId Chain, Name Node, Name Organisation) : SupernodeEvent;

    public sealed record Cordoned(string Operator, string Reason) : SupernodeEvent;

    public sealed record Uncordoned(string Operator) : SupernodeEvent;

    /// <summary>It contradicted a proven fact; the raw evidence is kept.</summary>
    public sealed record Quarantined(string Fact, HexBytes Evidence) : SupernodeEvent;

    /// <summary>It called itself healthy and stood still (<see cref="LagRule"/>): its own answers beside what others proved.</summary>
    public sealed record StoodStill(string Fact, HexBytes Evidence) : SupernodeEvent;

    /// <summary>It was seen level with the others again, and is in use again.</summary>
    public sealed record CaughtUp(string Fact) : SupernodeEvent;

    /// <summary>An operator put it back into use after it had stood still.</summary>
    public sealed record Reinstated(string Operator, string Reason) : SupernodeEvent;
}

/// <summary>Why a node is quarantined.</summary>
/// <param name="Fact">The fact that it contradicted.</param>
/// <param name="Evidence">What it said, as bytes: headers and receipts in their consensus encoding.</param>
/// <param name="Since">When that was written down.</param>
public sealed record QuarantineCause(string Fact, HexBytes Evidence, Instant Since);

/// <summary>A node's standing. Score and breaker are measured, not journalled (Chains/Nodes).</summary>
/// <param name="Contradiction">What keeps it out for good; null: nothing.</param>
/// <param name="Standstill">What keeps it out until it has caught up; null: nothing.</param>
/// <param name="Standstills">How often it stood still since it was registered, or since an operator put it back.</param>
public sealed record SupernodeState(
    ChainId? Chain, Name Node, Name Organisation, string? CordonReason, QuarantineCause? Contradiction, QuarantineCause? Standstill, int Standstills)
{
    /// <summary>A node that stood still more often comes back by an operator's word alone.</summary>
    public const int MaxReturns = 3;

    public static SupernodeState Empty { get; } = new(null, default, default, null, null, null, 0);

    public bool IsCordoned => CordonReason is not null;

    /// <summary>Why it is quarantined now; null: it is not.</summary>
    public QuarantineCause? Cause => Contradiction ?? Standstill;

    public string Standing => Cause is not null ? "quarantined" : CordonReason is not null ? "cordoned" : "in-service";
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true,
    AllowDuplicateProperties = false,
    MaxDepth = 32)]
[JsonSerializable(typeof(SupernodeEvent))]
[JsonSerializable(typeof(SupernodeCommand))]
public sealed partial class SupernodeJson : JsonSerializerContext;

/// <summary>
/// One node of a chain:
/// <code>
/// (nothing) ──Register──▶ in service ◀──Uncordon── cordoned
///                             │  ▲ └──Cordon────────▲
///                             │  └── RecordCaughtUp (three times), Reinstate ──┐
///                             ├──RecordStandstill──▶ quarantined: stood still ─┘
///                             └──Quarantine──▶ quarantined for good: it contradicted a proven fact (a liar comes back under a new name only)
/// </code>
/// A node that stood still may be an honest one that lost its peers: it is asked for its head all the same, and comes back by itself.
/// </summary>
public sealed class SupernodeDecider : IMachine<SupernodeState, SupernodeCommand, SupernodeEvent>
{
    public static string Kind => "supernode";

    public static int CodeVersion => 2;

    public static SupernodeState Empty(string key) => SupernodeState.Empty;

    public static Decision<SupernodeEvent> Decide(SupernodeState state, SupernodeCommand command, Stamp stamp) => command switch
    {
        SupernodeCommand.Register c => Register(state, c),
        _ when state.Chain is null => new Rejection(RejectionCode.NotFound, "a registered node", "none"),
        SupernodeCommand.Quarantine c => state.Contradiction is null ? new SupernodeEvent.Quarantined(c.Fact, c.Evidence) : Nothing,
        SupernodeCommand.RecordStandstill c => state.Cause is null ? new SupernodeEvent.StoodStill(c.Fact, c.Evidence) : Nothing,
        SupernodeCommand.RecordCaughtUp c => CatchUp(state, c),
        SupernodeCommand.Reinstate c => Reinstate(state, c),
        SupernodeCommand.Cordon c => state.CordonReason is null ? new SupernodeEvent.Cordoned(c.Operator, c.Reason) : Nothing,
        SupernodeCommand.Uncordon c => state.CordonReason is null ? Nothing : new SupernodeEvent.Uncordoned(c.Operator),
        _ => new Rejection(RejectionCode.WrongState, "a command of a supernode", command.GetType().Name),
    };

    public static SupernodeState Evolve(SupernodeState state, SupernodeEvent @event, Instant at) => @event switch
    {
        SupernodeEvent.Registered e => state with { Chain = e.Chain, Node = e.Node, Organisation = e.Organisation },
        SupernodeEvent.Cordoned e => state with { CordonReason = e.Reason },
        SupernodeEvent.Uncordoned => state with { CordonReason = null },
        SupernodeEvent.Quarantined e => state with { Contradiction = new(e.Fact, e.Evidence, at) },
        SupernodeEvent.StoodStill e => state with { Standstill = new(e.Fact, e.Evidence, at), Standstills = state.Standstills + 1 },
        SupernodeEvent.CaughtUp => state with { Standstill = null },
        SupernodeEvent.Reinstated => state with { Standstill = null, Standstills = 0 },
        _ => throw new UnreachableException($"No such event: {@event.GetType().Name}."),
    };

    public static ImmutableSortedDictionary<string, Effect> Owed(SupernodeState state) => ImmutableSortedDictionary<string, Effect>.Empty;

    public static SupernodeCommand? Resume(SupernodeState state, string intent, EffectResult result) => null;

    public static Instant? NextWake(SupernodeState state) => null;

    public static SupernodeCommand Tick(Guid commandId) => throw new UnreachableException("A node owes nothing and has no deadline.");

    private static Decision<SupernodeEvent> Nothing => ImmutableArray<SupernodeEvent>.Empty;

    private static Decision<SupernodeEvent> CatchUp(SupernodeState state, SupernodeCommand.RecordCaughtUp c)
    {
        if (state.Standstill is null) return Nothing;
        return state.Standstills <= SupernodeState.MaxReturns
            ? new SupernodeEvent.CaughtUp(c.Fact)
            : new Rejection(RejectionCode.WrongState, $"a node that stood still at most {SupernodeState.MaxReturns} times", $"{state.Standstills} times: an operator decides");
    }

    private static Decision<SupernodeEvent> Reinstate(SupernodeState state, SupernodeCommand.Reinstate c)
    {
        if (OperatorStop.CheckReason(c.Reason) is { } malformed) return malformed;
        if (state.Contradiction is { } contradiction)
            return new Rejection(RejectionCode.WrongState, "a node that contradicted no proven fact; a liar comes back under a new name only", contradiction.Fact);
        return state.Standstill is null ? Nothing : new SupernodeEvent.Reinstated(c.Operator, c.Reason);
    }

    private static Decision<SupernodeEvent> Register(SupernodeState state, SupernodeCommand.Register c)
    {
        if (state.Chain is null) return new SupernodeEvent.Registered(c.Chain, c.Node, c.Organisation);
        return state.Chain == c.Chain && state.Organisation == c.Organisation
            ? Nothing
            : new Rejection(RejectionCode.AlreadyExists, $"{state.Node} of {state.Organisation} on {state.Chain}", $"{c.Organisation} on {c.Chain}");
    }
}
