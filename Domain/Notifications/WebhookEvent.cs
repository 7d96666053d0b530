using System.Text.Json;
using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Notifications;

/// <summary>What became of an account's webhooks; those with an attempt are the delivery log. Append only: names and fields are stored for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(Added), "webhook.added")]
[JsonDerivedType(typeof(Updated), "webhook.updated")]
[JsonDerivedType(typeof(Removed), "webhook.removed")]
[JsonDerivedType(typeof(Rotated), "webhook.rotated")]
[JsonDerivedType(typeof(Tried), "webhook.tried")]
[JsonDerivedType(typeof(ResendWanted), "webhook.resend-wanted")]
[JsonDerivedType(typeof(Found), "webhook.found")]
[JsonDerivedType(typeof(Heard), "webhook.heard")]
[JsonDerivedType(typeof(Delivered), "webhook.delivered")]
[JsonDerivedType(typeof(Failed), "webhook.failed")]
[JsonDerivedType(typeof(GivenUp), "webhook.given-up")]
[JsonDerivedType(typeof(Gone), "webhook.gone")]
[JsonDerivedType(typeof(Passed), "webhook.passed")]
[JsonDerivedType(typeof(Filled), "webhook.filled")]
[JsonDerivedType(typeof(CameDue), "webhook.came-due")]
public abstract record WebhookEvent
{
    private WebhookEvent()
    {
    }

    /// <param name="Secret">A <see cref="SealedText"/>.</param>
    public sealed record Added(Name Endpoint, string Url, ImmutableArray<string> Types, bool Ordered, string Secret) : WebhookEvent;

    public sealed record Updated(Name Endpoint, string Url, ImmutableArray<string> Types, bool Ordered, bool Enabled) : WebhookEvent;

    public sealed record Removed(Name Endpoint) : WebhookEvent;

    /// <param name="Secret">A <see cref="SealedText"/>.</param>
    /// <param name="Until">So long the older ones sign too.</param>
    public sealed record Rotated(Name Endpoint, string Secret, Instant Until) : WebhookEvent;

    /// <summary>A test event is to be sent.</summary>
    public sealed record Tried(Name Endpoint, string Subject) : WebhookEvent;

    public sealed record ResendWanted(Name Endpoint, long Number, string What, Instant Since) : WebhookEvent;

    /// <summary>Events that are to be sent again.</summary>
    /// <param name="Number">Of the resend; 0: they were dead letters.</param>
    /// <param name="After">The delivery log was looked through up to this version.</param>
    /// <param name="IsWhole">Whether the resend is looked up whole.</param>
    public sealed record Found(Name Endpoint, long Number, ImmutableArray<WebhookNews> News, long After, bool IsWhole) : WebhookEvent;

    public sealed record Heard(Name Endpoint, ImmutableArray<JournalStep> Steps, ImmutableArray<WebhookNews> News) : WebhookEvent;

    public sealed record Delivered(Name Endpoint, bool InLine, WebhookAttempt Attempt, long Next) : WebhookEvent;

    /// <param name="Leaves">Whether the event leaves its subject's line, which goes on.</param>
    public sealed record Failed(Name Endpoint, bool InLine, bool Leaves, WebhookAttempt Attempt, long Next, Instant NextAt) : WebhookEvent;

    /// <summary>The last attempt failed: a dead letter.</summary>
    public sealed record GivenUp(Name Endpoint, bool InLine, WebhookAttempt Attempt, long Next) : WebhookEvent;

    /// <summary>The receiver answered 410: the endpoint stops, and nothing that waits is lost.</summary>
    public sealed record Gone(Name Endpoint, WebhookAttempt Attempt) : WebhookEvent;

    /// <summary>None of these rows has to be told.</summary>
    public sealed record Passed(Name Endpoint, bool InLine, string Subject, long From, long Next) : WebhookEvent;

    /// <summary>No room for another dead letter: the endpoint stops.</summary>
    public sealed record Filled(Name Endpoint, WebhookAttempt Attempt) : WebhookEvent;

    public sealed record CameDue(Instant At) : WebhookEvent;
}

/// <summary>The stored form of webhooks' events and snapshots.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true,
    AllowDuplicateProperties = false,
    IgnoreReadOnlyProperties = true,
    MaxDepth = 32)]
[JsonSerializable(typeof(WebhookEvent))]
[JsonSerializable(typeof(WebhookState))]
public sealed partial class WebhookJson : JsonSerializerContext;
