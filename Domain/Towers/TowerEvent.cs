using System.Text.Json;
using System.Text.Json.Serialization;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Towers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Towers;

/// <summary>What happened to a side that a tower guards. Append only: names and fields are stored for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(GuardBegun), "tower.guard-begun")]
[JsonDerivedType(typeof(TrapsKept), "tower.traps-kept")]
[JsonDerivedType(typeof(LookWanted), "tower.look-wanted")]
[JsonDerivedType(typeof(ChannelSeen), "tower.channel-seen")]
[JsonDerivedType(typeof(AnswerFound), "tower.answer-found")]
[JsonDerivedType(typeof(AnswerMissed), "tower.answer-missed")]
[JsonDerivedType(typeof(ActBegun), "tower.act-begun")]
[JsonDerivedType(typeof(ActProposed), "tower.act-proposed")]
[JsonDerivedType(typeof(ActEnded), "tower.act-ended")]
public abstract record TowerEvent
{
    private TowerEvent()
    {
    }

    /// <param name="Window">Δ of the contract as the customer says it, in seconds.</param>
    public sealed record GuardBegun(ChannelFacts Facts, ulong Window) : TowerEvent;

    /// <summary>The customer handed over.</summary>
    /// <param name="Nonce">Of the newest state.</param>
    /// <param name="Sealed">The newest state; null: a newer one is here.</param>
    public sealed record TrapsKept(ulong Nonce, HexBytes? Sealed, ImmutableArray<TowerTrap> Traps) : TowerEvent;

    public sealed record LookWanted : TowerEvent;

    public sealed record ChannelSeen(TowerSight Sight) : TowerEvent;

    /// <summary>What the channel is being closed by has opened the newest state, which is newer.</summary>
    public sealed record AnswerFound(SignedState State) : TowerEvent;

    /// <summary>There is a trap for what the channel is being closed by, and what it opens is of no use.</summary>
    public sealed record AnswerMissed(Rejection Reason) : TowerEvent;

    public sealed record ActBegun(ChannelAct Act) : TowerEvent;

    public sealed record ActProposed(int Number) : TowerEvent;

    /// <param name="Trouble">Why it failed; null: it was done, or is of no more use.</param>
    public sealed record ActEnded(int Number, Rejection? Trouble) : TowerEvent;
}

/// <summary>The stored form of a tower's events and snapshots.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true,
    AllowDuplicateProperties = false,
    IgnoreReadOnlyProperties = true,
    MaxDepth = 32)]
[JsonSerializable(typeof(TowerEvent))]
[JsonSerializable(typeof(TowerState))]
public sealed partial class TowerJson : JsonSerializerContext;
