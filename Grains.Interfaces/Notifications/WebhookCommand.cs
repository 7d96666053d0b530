using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Notifications;

/// <summary>What is asked of an account's webhooks. Key: account id.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Add), "add")]
[JsonDerivedType(typeof(Update), "update")]
[JsonDerivedType(typeof(Remove), "remove")]
[JsonDerivedType(typeof(Rotate), "rotate")]
[JsonDerivedType(typeof(Try), "try")]
[JsonDerivedType(typeof(Resend), "resend")]
[JsonDerivedType(typeof(Hear), "hear")]
[JsonDerivedType(typeof(RecordPost), "record-post")]
[JsonDerivedType(typeof(RecordFound), "record-found")]
[JsonDerivedType(typeof(Tick), "tick")]
[GenerateSerializer, Immutable, Alias("tpw.webhook-command")]
public abstract record WebhookCommand : ICommand
{
    private WebhookCommand(Guid commandId) => CommandId = commandId;

    /// <summary>Given by the sender, remembered as long as the subject lives.</summary>
    [Id(0)]
    public Guid CommandId { get; init; }

    /// <summary>Tells an endpoint from now on. It hears of nothing that was before.</summary>
    /// <param name="Url">https, without credentials; its query is kept readable, so it holds no secret either. Or the address of a <see cref="WebhookStream"/>.</param>
    /// <param name="Types">Which types it wants; none: all. "leg.*" is every type of that group.</param>
    /// <param name="Ordered">Whether an event that is not taken holds back those after it of the same subject.</param>
    /// <param name="Secret">As <see cref="WebhookSecret.New"/> makes it: made by the caller, sealed before anything is decided, never shown again.</param>
    [GenerateSerializer, Immutable, Alias("tpw.webhook-command.add")]
    public sealed record Add(Guid CommandId, Name Endpoint, string Url, ImmutableArray<string> Types, bool Ordered, string Secret)
        : WebhookCommand(CommandId), IPersonalCommand
    {
        string IPersonalCommand.Personal => Secret;

        Rejection? IPersonalCommand.CheckPersonal() => WebhookSecret.Check(Secret);

        ICommand IPersonalCommand.WithPersonal(string text) => this with { Secret = text };

        /// <summary>Says nothing of the secret, so that a log cannot.</summary>
        public override string ToString() => $"{nameof(Add)} {Endpoint}";
    }

    /// <summary>Changes an endpoint, and puts one that was stopped to work again where <paramref name="Enabled"/>: it goes on where it stopped.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.webhook-command.update")]
    public sealed record Update(Guid CommandId, Name Endpoint, string Url, ImmutableArray<string> Types, bool Ordered, bool Enabled) : WebhookCommand(CommandId);

    /// <summary>Ends an endpoint. What it was not told, it never will be.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.webhook-command.remove")]
    public sealed record Remove(Guid CommandId, Name Endpoint) : WebhookCommand(CommandId);

    /// <summary>Signs with another secret, and for a while with the older ones too.</summary>
    /// <param name="Overlap">For how long; at most <see cref="WebhookLimits.MaxOverlap"/>.</param>
    [GenerateSerializer, Immutable, Alias("tpw.webhook-command.rotate")]
    public sealed record Rotate(Guid CommandId, Name Endpoint, string Secret, Span Overlap) : WebhookCommand(CommandId), IPersonalCommand
    {
        string IPersonalCommand.Personal => Secret;

        Rejection? IPersonalCommand.CheckPersonal() => WebhookSecret.Check(Secret);

        ICommand IPersonalCommand.WithPersonal(string text) => this with { Secret = text };

        /// <summary>Says nothing of the secret, so that a log cannot.</summary>
        public override string ToString() => $"{nameof(Rotate)} {Endpoint}";
    }

    /// <summary>Sends an event of type "webhook.test".</summary>
    [GenerateSerializer, Immutable, Alias("tpw.webhook-command.try")]
    public sealed record Try(Guid CommandId, Name Endpoint) : WebhookCommand(CommandId);

    /// <summary>Sends events again, under their old ids, out of any order.</summary>
    /// <param name="What">
    /// An event id; a packet id, for everything that happened to the packet; or anything else that events which were told concern: a transaction hash, the account id,
    /// a leg, a deposit. Empty: all that was told or given up since <paramref name="Since"/>.
    /// </param>
    /// <param name="Since">Nothing that was first told before; 0: of any time.</param>
    /// <param name="OnlyFailed">Only what was given up.</param>
    [GenerateSerializer, Immutable, Alias("tpw.webhook-command.resend")]
    public sealed record Resend(Guid CommandId, Name Endpoint, string What, Instant Since, bool OnlyFailed) : WebhookCommand(CommandId);

    /// <summary>What the journal holds after the endpoint's position.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.webhook-command.hear")]
    public sealed record Hear(Guid CommandId, Name Endpoint, ImmutableArray<JournalStep> Steps, ImmutableArray<WebhookNews> News) : WebhookCommand(CommandId), IInnerCommand;

    /// <summary>What came of one look at a subject's rows.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.webhook-command.record-post")]
    public sealed record RecordPost(Guid CommandId, WebhookPosted Posted) : WebhookCommand(CommandId), IInnerCommand;

    /// <summary>What a resend concerns.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.webhook-command.record-found")]
    public sealed record RecordFound(Guid CommandId, WebhookFound Found) : WebhookCommand(CommandId), IInnerCommand;

    /// <summary>Time has come.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.webhook-command.tick")]
    public sealed record Tick(Guid CommandId) : WebhookCommand(CommandId), IInnerCommand;
}

/// <summary>How far one committer's batches were read.</summary>
/// <param name="From">The last batch known before.</param>
/// <param name="To">The last batch known now.</param>
[GenerateSerializer, Immutable, Alias("tpw.journal-step")]
public readonly record struct JournalStep(int Committer, long From, long To);

/// <summary>Rows of one subject that may have to be told.</summary>
/// <param name="Subject">"account", "packet/rent" or "case/rent/1".</param>
/// <param name="From">The first version.</param>
/// <param name="Through">The last one.</param>
[GenerateSerializer, Immutable, Alias("tpw.webhook-news")]
public sealed record WebhookNews(string Subject, long From, long Through);

/// <summary>One request, as the delivery log keeps it. No word of the receiver's answer is kept but its status.</summary>
/// <param name="Event">The event's id, the same in every attempt.</param>
/// <param name="Subject">See <see cref="WebhookNews"/>.</param>
/// <param name="Version">Of the subject's row; 0 for a test.</param>
/// <param name="Concerns">Ids by which the event can be found: account, packet, leg, transaction.</param>
/// <param name="Number">1 for the first attempt of a round.</param>
/// <param name="Status">HTTP status; 0 where there was none.</param>
/// <param name="Problem">Why there was none, or why a status is no success: a stable word; empty after a success.</param>
/// <param name="DurationMs">From the first look-up of the name to the answer's end.</param>
[GenerateSerializer, Immutable, Alias("tpw.webhook-attempt")]
public sealed record WebhookAttempt(
    string Event, string Subject, long Version, string Type, ImmutableArray<string> Concerns, int Number, int Status, string Problem, long DurationMs)
{
    /// <summary>The receiver has it.</summary>
    public bool Succeeded => Status is >= 200 and < 300;

    /// <summary>The receiver wants nothing more, ever (RFC 9110, 410 Gone).</summary>
    public bool IsGone => Status == 410;
}

/// <summary>What came of one look at a subject's rows.</summary>
/// <param name="From">The version that was looked at first.</param>
/// <param name="Attempts">How many attempts there were before, as the look began.</param>
/// <param name="Attempt">The request; null where none of the rows had to be told.</param>
/// <param name="InLine">Whether it was the subject's line that was looked at; else one event that is tried again by itself.</param>
/// <param name="Next">The next version that may have to be told, if this one is done.</param>
[GenerateSerializer, Immutable, Alias("tpw.webhook-posted")]
public sealed record WebhookPosted(Name Endpoint, string Subject, long From, int Attempts, bool InLine, WebhookAttempt? Attempt, long Next);

/// <summary>What a resend concerns, as far as it was looked for.</summary>
/// <param name="After">Where to look on: a version of the delivery log.</param>
/// <param name="IsWhole">Whether that is all.</param>
[GenerateSerializer, Immutable, Alias("tpw.webhook-found")]
public sealed record WebhookFound(Name Endpoint, long Number, ImmutableArray<WebhookNews> News, long After, bool IsWhole);
