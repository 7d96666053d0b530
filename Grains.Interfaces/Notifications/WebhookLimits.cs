using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Notifications;

/// <summary>The named maxima of notifications.</summary>
public static class WebhookLimits
{
    /// <summary>Endpoints of one account.</summary>
    public const int MaxEndpoints = 8;

    /// <summary>Characters of an endpoint's address.</summary>
    public const int MaxUrl = 1024;

    /// <summary>Types that one endpoint may name.</summary>
    public const int MaxTypes = 32;

    /// <summary>Characters of the name of a type.</summary>
    public const int MaxType = 64;

    /// <summary>Secrets that sign at once while they are rotated; as many signatures a request has.</summary>
    public const int MaxSecrets = 3;

    /// <summary>
    /// Subjects of one endpoint with something to tell. Beyond it the endpoint listens no further until some are done: what happens meanwhile waits in
    /// the journal, and nothing is dropped.
    /// </summary>
    public const int MaxLines = 4096;

    /// <summary>Events of one endpoint that are tried again beside their subject's line. Beyond it a failing event holds its line still.</summary>
    public const int MaxRetrying = 512;

    /// <summary>Events of one endpoint that were given up. One more stops the endpoint.</summary>
    public const int MaxDead = 1000;

    /// <summary>Resends of one endpoint that are still being looked up.</summary>
    public const int MaxResends = 8;

    /// <summary>Requests to one endpoint at once.</summary>
    public const int MaxInFlight = 8;

    /// <summary>Subjects after which a hearing goes no further; those of the batch that it has begun come on top.</summary>
    public const int MaxNews = 256;

    /// <summary>Subjects that one hearing adds at most.</summary>
    public const int MaxHeard = 1024;

    /// <summary>Bytes of a request's body.</summary>
    public const int MaxPayloadBytes = 64 * 1024;

    /// <summary>Bytes of an answer that are read; what it says does not matter.</summary>
    public const int MaxAnswerBytes = 16 * 1024;

    /// <summary>Records of one page of the delivery log, or of dead letters.</summary>
    public const int MaxPage = 100;

    /// <summary>Attempts of one event: see <see cref="PauseAfter"/>.</summary>
    public const int MaxAttempts = 10;

    /// <summary>How long a request may take, answer included.</summary>
    public static Span Timeout { get; } = Span.Seconds(15);

    /// <summary>Longest time for which a secret that was replaced still signs.</summary>
    public static Span MaxOverlap { get; } = Span.Hours(7 * 24);

    /// <summary>How far a receiver lets a request's timestamp be from its own clock (Standard Webhooks: replay attacks).</summary>
    public static Span ReplayWindow { get; } = Span.Seconds(300);

    /// <summary>The pause after so many failed attempts, as the Standard Webhooks specification proposes it; a jitter of up to a tenth comes on top. Null: it is given up.</summary>
    public static Span? PauseAfter(int failed) => failed switch
    {
        <= 0 => Span.Zero,
        1 => Span.Seconds(5),
        2 => Span.Seconds(5 * 60),
        3 => Span.Seconds(30 * 60),
        4 => Span.Hours(2),
        5 => Span.Hours(5),
        6 => Span.Hours(10),
        7 => Span.Hours(14),
        8 => Span.Hours(20),
        9 => Span.Hours(24),
        _ => null,
    };
}
