using System.Text.Json;
using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Chains.Watching;

/// <summary>What happened to a watched transaction. Append only: names and fields are stored for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(LaneWatches), "lane-watches")]
[JsonDerivedType(typeof(DepositsSeen), "deposits-seen")]
[JsonDerivedType(typeof(SeenInMempool), "seen-in-mempool")]
[JsonDerivedType(typeof(Included), "included")]
[JsonDerivedType(typeof(Removed), "removed")]
[JsonDerivedType(typeof(BecameFinal), "became-final")]
[JsonDerivedType(typeof(Conflict), "conflict")]
[JsonDerivedType(typeof(LaneTold), "lane-told")]
[JsonDerivedType(typeof(AccountTold), "account-told")]
[JsonDerivedType(typeof(WatchEnded), "watch-ended")]
[JsonDerivedType(typeof(TrackerTold), "tracker-told")]
[JsonDerivedType(typeof(LookupAsked), "lookup-asked")]
[JsonDerivedType(typeof(LookupTold), "lookup-told")]
public abstract record WatchedEvent
{
    private WatchedEvent()
    {
    }

    public sealed record LaneWatches(WatchSubject.LaneEntry Lane) : WatchedEvent;

    /// <param name="Sources">Who paid, as far as the chain says; absent where it was known before, and in rows of builds that did not look.</param>
    public sealed record DepositsSeen(
        ImmutableArray<Deposit> Deposits,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableArray<Address>? Sources = null) : WatchedEvent;

    public sealed record SeenInMempool : WatchedEvent;

    public sealed record Included(Inclusion Inclusion) : WatchedEvent;

    public sealed record Removed(BlockRef Block) : WatchedEvent;

    public sealed record BecameFinal : WatchedEvent;

    /// <param name="Lost">What it spends and can never be, where the claim was not its own; absent in rows of builds that did not look.</param>
    public sealed record Conflict(
        Inclusion By, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SpentOutput? Lost = null) : WatchedEvent;

    public sealed record LaneTold(int Number) : WatchedEvent;

    public sealed record AccountTold(long Number) : WatchedEvent;

    /// <summary>It was settled for long enough: the tracker need not look for it in every block.</summary>
    public sealed record WatchEnded : WatchedEvent;

    public sealed record TrackerTold : WatchedEvent;

    /// <summary>It has been neither here nor there for long: the tracker is to look for it.</summary>
    public sealed record LookupAsked(long Number) : WatchedEvent;

    /// <summary>The tracker has the question.</summary>
    public sealed record LookupTold : WatchedEvent;
}

/// <summary>The stored form of a watched transaction's events and snapshots.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true,
    AllowDuplicateProperties = false,
    IgnoreReadOnlyProperties = true,
    MaxDepth = 32)]
[JsonSerializable(typeof(WatchedEvent))]
[JsonSerializable(typeof(WatchedState))]
[JsonSerializable(typeof(WatchReport.Mined), TypeInfoPropertyName = "WatchReportMined")]
[JsonSerializable(typeof(WatchReport.Final), TypeInfoPropertyName = "WatchReportFinal")]
[JsonSerializable(typeof(WatchReport.Conflicted), TypeInfoPropertyName = "WatchReportConflicted")]
public sealed partial class WatchedJson : JsonSerializerContext;
