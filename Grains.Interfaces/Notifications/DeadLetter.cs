using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Notifications;

/// <summary>An event that was given up.</summary>
[GenerateSerializer, Immutable, Alias("tpw.dead-letter")]
public sealed record DeadLetter(WebhookAttempt Last, Instant At);

/// <summary>A page of the dead letters, by event id.</summary>
/// <param name="Next">Ask on after this id; empty: that was all.</param>
[GenerateSerializer, Immutable, Alias("tpw.dead-letter-page")]
public sealed record DeadLetterPage(ImmutableArray<DeadLetter> Letters, string Next);
