using System.Text.Json;
using System.Text.Json.Serialization;

namespace TPWallet.Domain.Risk.Reviews;

/// <summary>What became of a tenant's queue of reviewers. Append only: names and fields are stored for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(Listed), "review-queue.listed")]
[JsonDerivedType(typeof(Unlisted), "review-queue.unlisted")]
public abstract record ReviewQueueEvent
{
    private ReviewQueueEvent()
    {
    }

    public sealed record Listed(string Case) : ReviewQueueEvent;

    public sealed record Unlisted(string Case) : ReviewQueueEvent;
}

/// <summary>The stored form of a queue's events and snapshots.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true,
    AllowDuplicateProperties = false,
    IgnoreReadOnlyProperties = true,
    MaxDepth = 32)]
[JsonSerializable(typeof(ReviewQueueEvent))]
[JsonSerializable(typeof(ReviewQueueState))]
public sealed partial class ReviewQueueJson : JsonSerializerContext;
