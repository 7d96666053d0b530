using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Notifications;

/// <summary>What of the delivery log is wanted, newest first.</summary>
/// <param name="Before">Older than this number; 0: from the newest.</param>
/// <param name="Event">One event; empty: any.</param>
/// <param name="Concerns">A subject, or an id that the event concerns; empty: any.</param>
/// <param name="Status">An HTTP status; −1: any; 0: those without one.</param>
[GenerateSerializer, Immutable, Alias("tpw.delivery-query")]
public sealed record DeliveryQuery(Name Endpoint, long Before, string Event, string Concerns, int Status);

/// <summary>One attempt of the log.</summary>
/// <param name="Number">Its place in the log.</param>
/// <param name="Fate">"delivered", "failed", "dead" (given up with this attempt) or "gone".</param>
/// <param name="NextAt">When it is tried again; null: it is not.</param>
[GenerateSerializer, Immutable, Alias("tpw.delivery")]
public sealed record Delivery(long Number, Instant At, string Fate, WebhookAttempt Attempt, Instant? NextAt);

/// <summary>A page of the delivery log.</summary>
/// <param name="Next">Ask on before this number; 0: that was all. A page can be empty and not the last: it ends after so many rows were looked at.</param>
[GenerateSerializer, Immutable, Alias("tpw.delivery-page")]
public sealed record DeliveryPage(ImmutableArray<Delivery> Deliveries, long Next);
