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
}

/// <summary>A node's standing. Score and breaker are measured, not journalled (Chains/Nodes).</summary>
public sealed record SupernodeState(ChainId? Chain, Name Node, Name Organisation, string? CordonReason, string? QuarantineFact)
{
    public static SupernodeState Empty { get; } = new(null, default, default, null, null);

    public bool IsCordoned => CordonReason is not null;

    public string Standing => QuarantineFact is not null ? "quarantined" : CordonReason is not null ? "cordoned" : "in-service";
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
///                             │  └────Cordon────────▲
///                             └──Quarantine──▶ quarantined (for good: a liar comes back under a new name only)
/// </code>
/// </summary>
public sealed class SupernodeDecider : IMachine<SupernodeState, SupernodeCommand, SupernodeEvent>
{
    public static string Kind => "supernode";

    public static int CodeVersion => 1;

    public static SupernodeState Empty(string key) => SupernodeState.Empty;

    public static Decision<SupernodeEvent> Decide(SupernodeState state, SupernodeCommand command, Stamp stamp) => command switch
    {
        SupernodeCommand.Register c => Register(state, c),
        _ when state.Chain is null => new Rejection(RejectionCode.NotFound, "a registered node", "none"),
        SupernodeCommand.Quarantine c => state.QuarantineFact is null ? new SupernodeEvent.Quarantined(c.Fact, c.Evidence) : Nothing,
        SupernodeCommand.Cordon c => state.CordonReason is null ? new SupernodeEvent.Cordoned(c.Operator, c.Reason) : Nothing,
        SupernodeCommand.Uncordon c => state.CordonReason is null ? Nothing : new SupernodeEvent.Uncordoned(c.Operator),
        _ => new Rejection(RejectionCode.WrongState, "a command of a supernode", command.GetType().Name),
    };

    public static SupernodeState Evolve(SupernodeState state, SupernodeEvent @event, Instant at) => @event switch
    {
        SupernodeEvent.Registered e => state with { Chain = e.Chain, Node = e.Node, Organisation = e.Organisation },
        SupernodeEvent.Cordoned e => state with { CordonReason = e.Reason },
        SupernodeEvent.Uncordoned => state with { CordonReason = null },
        SupernodeEvent.Quarantined e => state with { QuarantineFact = e.Fact },
        _ => throw new UnreachableException($"No such event: {@event.GetType().Name}."),
    };

    public static ImmutableSortedDictionary<string, Effect> Owed(SupernodeState state) => ImmutableSortedDictionary<string, Effect>.Empty;

    public static SupernodeCommand? Resume(SupernodeState state, string intent, EffectResult result) => null;

    public static Instant? NextWake(SupernodeState state) => null;

    public static SupernodeCommand Tick(Guid commandId) => throw new UnreachableException("A node owes nothing and has no deadline.");

    private static Decision<SupernodeEvent> Nothing => ImmutableArray<SupernodeEvent>.Empty;

    private static Decision<SupernodeEvent> Register(SupernodeState state, SupernodeCommand.Register c)
    {
        if (state.Chain is null) return new SupernodeEvent.Registered(c.Chain, c.Node, c.Organisation);
        return state.Chain == c.Chain && state.Organisation == c.Organisation
            ? Nothing
            : new Rejection(RejectionCode.AlreadyExists, $"{state.Node} of {state.Organisation} on {state.Chain}", $"{c.Organisation} on {c.Chain}");
    }
}
