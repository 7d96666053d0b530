using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Notifications;

/// <summary>The endpoints of one account. What they have to be told is not here: it is in the journal, and each endpoint keeps how far it is.</summary>
/// <param name="Owner">The account id.</param>
public sealed record WebhookState(string Owner, ImmutableSortedDictionary<Name, WebhookEndpoint> Endpoints)
{
    /// <summary>Gives turns to what waits: who waited longest is next.</summary>
    public long Turns { get; init; }

    /// <summary>Until when what falls due has been looked at.</summary>
    public Instant Now { get; init; }
}

/// <summary>One endpoint.</summary>
/// <param name="Heard">The last batch of each of the journal's committers that was looked at; a committer that came later begins at 0. Null: it does not listen yet.</param>
/// <param name="Lines">Subjects with rows that may have to be told.</param>
/// <param name="Retrying">Events that are tried again beside their line, by subject and version.</param>
/// <param name="Dead">Events that were given up, by event id.</param>
/// <param name="Resends">Resends that are still being looked up, by number.</param>
public sealed record WebhookEndpoint(
    Name Name,
    string Url,
    ImmutableArray<string> Types,
    bool Ordered,
    ImmutableArray<WebhookKey> Keys,
    Instant CreatedAt,
    WebhookStop Stop,
    ImmutableSortedDictionary<int, long>? Heard,
    ImmutableSortedDictionary<StateKey, WebhookLine> Lines,
    ImmutableSortedDictionary<StateKey, WebhookRetry> Retrying,
    ImmutableSortedDictionary<StateKey, DeadLetter> Dead,
    ImmutableSortedDictionary<long, WebhookResend> Resends)
{
    /// <summary>Resends so far: numbers them.</summary>
    public long Resent { get; init; }

    /// <summary>Failed attempts since the last success.</summary>
    public long Failures { get; init; }

    /// <summary>Status of the last attempt.</summary>
    public int LastStatus { get; init; }

    public Instant? LastSuccessAt { get; init; }

    /// <summary>Whether it listens no further until something is done: what happens meanwhile stays in the journal.</summary>
    public bool IsFull => Lines.Count + WebhookLimits.MaxNews > WebhookLimits.MaxLines;

    /// <summary>Whether it is to be told of what comes.</summary>
    public bool Listens => Stop == WebhookStop.None && !IsFull;
}

/// <summary>A secret that signs.</summary>
/// <param name="Secret">A <see cref="SealedText"/>.</param>
/// <param name="Until">Null: until it is replaced.</param>
public sealed record WebhookKey(string Secret, Instant? Until);

/// <summary>How far a subject is told.</summary>
/// <param name="Next">The next version that may have to be told.</param>
/// <param name="Through">The last one.</param>
/// <param name="Attempts">Failed attempts at <paramref name="Next"/>.</param>
/// <param name="NotBefore">When it may be tried.</param>
/// <param name="Turn">The lower, the sooner.</param>
public sealed record WebhookLine(long Next, long Through, int Attempts, Instant NotBefore, long Turn);

/// <summary>One event that is tried by itself.</summary>
/// <param name="Version">Of the subject's row; 0 of a test.</param>
public sealed record WebhookRetry(string Subject, long Version, int Attempts, Instant NotBefore, long Turn)
{
    /// <summary>Its key: a subject holds no '#'.</summary>
    public static StateKey KeyOf(string subject, long version) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{subject}#{version}");
}

/// <summary>A resend that is still being looked up.</summary>
/// <param name="After">The delivery log was looked through up to this version.</param>
public sealed record WebhookResend(string What, Instant Since, long After);

/// <summary>What is to be sent: the first row of a subject, from a version on, that has to be told.</summary>
/// <param name="Owner">The account id.</param>
/// <param name="Keys">Sealed; those that are no longer in force when it is sent do not sign.</param>
/// <param name="From">The first version to look at.</param>
/// <param name="Through">The last one.</param>
/// <param name="Attempts">Failed attempts before.</param>
/// <param name="InLine">Else one event alone, whatever its type.</param>
public sealed record WebhookPost(
    string Owner, Name Endpoint, string Url, ImmutableArray<string> Types, ImmutableArray<WebhookKey> Keys, string Subject, long From, long Through, int Attempts, bool InLine);

/// <summary>Which events are to be sent again.</summary>
/// <param name="Owner">The account id.</param>
public sealed record WebhookSearch(string Owner, Name Endpoint, long Number, WebhookResend Resend);
