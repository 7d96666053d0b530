using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Notifications;

/// <summary>Why an endpoint is not told anything.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WebhookStop>))]
public enum WebhookStop
{
    /// <summary>It is told.</summary>
    None = 0,

    /// <summary>Somebody said so.</summary>
    Disabled,

    /// <summary>It answered 410 Gone.</summary>
    Gone,

    /// <summary>There is no room for more events that it did not take.</summary>
    DeadLettersFull,
}

/// <summary>An account's endpoints, by name.</summary>
[GenerateSerializer, Immutable, Alias("tpw.webhooks-view")]
public sealed record WebhooksView(ImmutableArray<WebhookView> Endpoints);

/// <summary>What an endpoint shows. Its secrets are never among it.</summary>
/// <param name="Stop">Anything but None: it is told nothing, and what happens waits in the journal.</param>
/// <param name="IsFull">So many subjects wait that it listens no further until some are done (<see cref="WebhookLimits.MaxLines"/>).</param>
/// <param name="Secrets">How many sign now.</param>
/// <param name="Waiting">Subjects with something to tell.</param>
/// <param name="Retrying">Events that are tried again beside their subject's line.</param>
/// <param name="Dead">Events that were given up.</param>
/// <param name="Resends">Resends that are still being looked up.</param>
/// <param name="Failures">Failed attempts since the last success.</param>
/// <param name="LastStatus">Of the last attempt; 0: none, or it had none.</param>
[GenerateSerializer, Immutable, Alias("tpw.webhook-view")]
public sealed record WebhookView(
    Name Endpoint,
    string Url,
    ImmutableArray<string> Types,
    bool Ordered,
    WebhookStop Stop,
    bool IsFull,
    int Secrets,
    Instant CreatedAt,
    int Waiting,
    int Retrying,
    int Dead,
    int Resends,
    long Failures,
    int LastStatus,
    Instant? LastSuccessAt);
