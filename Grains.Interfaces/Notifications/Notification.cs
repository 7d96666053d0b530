using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Notifications;

/// <summary>What a receiver is told: the body of a request. Types and fields are only ever added.</summary>
/// <param name="Type">Such as "leg.mined": a group, a full stop, what happened.</param>
/// <param name="Timestamp">When it happened, by ISO 8601 in UTC.</param>
public sealed record Notification(string Type, string Timestamp, NotificationData Data);

/// <summary>
/// Which thing, and how it stands. Ids, hashes and amounts; nothing personal, and nothing that must not be read by whoever has the receiver's log.
/// What does not apply is absent.
/// </summary>
/// <param name="Account">The account that is told of.</param>
/// <param name="Subject">Whose events are in order: "account", "packet/rent", "case/rent/1", "test/…".</param>
/// <param name="Version">Of the subject: rises with each event. Of two events of one fact the one with the higher version holds.</param>
/// <param name="Fact">
/// What is said of what. A reorg tells the same fact again with a higher version: first mined, then unmined, then mined in another block.
/// </param>
/// <param name="State">How the fact stands now, in one word.</param>
public sealed record NotificationData(string Account, string Subject, long Version, string Fact, string State)
{
    public string? Packet { get; init; }

    public string? Leg { get; init; }

    public string? Chain { get; init; }

    public string? Transaction { get; init; }

    /// <summary>The transaction that takes the place of <see cref="Transaction"/>, or that used an own key elsewhere.</summary>
    public string? By { get; init; }

    /// <summary>Hash of the block; of the one that was lost where the state says so.</summary>
    public string? Block { get; init; }

    public string? BlockNumber { get; init; }

    public string? Asset { get; init; }

    /// <summary>In base units, as digits.</summary>
    public string? Amount { get; init; }

    /// <summary>In base units of the chain's coin, as digits.</summary>
    public string? Fee { get; init; }

    public string? Address { get; init; }

    /// <summary>A payment channel's id.</summary>
    public string? Channel { get; init; }

    /// <summary>The other account of a transfer.</summary>
    public string? Counterparty { get; init; }

    /// <summary>A change of the account's members or policy, by name.</summary>
    public string? Change { get; init; }

    /// <summary>Number of a held payment's case.</summary>
    public string? Case { get; init; }

    /// <summary>A stable code.</summary>
    public string? Reason { get; init; }
}

/// <summary>The JSON form of notifications. A receiver skips fields that it does not know.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 8)]
[JsonSerializable(typeof(Notification))]
public sealed partial class NotificationJson : JsonSerializerContext;

/// <summary>The id of an event: it follows from where the event is in the journal, so that every silo, attempt and restart gives the same.</summary>
public static class NotificationId
{
    private const string Prefix = "evt_";
    private const string TestPrefix = "test_";
    private const int StreamDigits = 32;

    /// <summary>The id of the row of a stream, by the stream's 16 bytes.</summary>
    public static string Of(Guid stream, long version) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Prefix}{stream:n}_{version}");

    /// <summary>The id of a test event.</summary>
    public static string OfTest(string subject) => TestPrefix + subject[(subject.LastIndexOf('/') + 1)..];

    /// <summary>Where the event is; null if the text is no id of a row.</summary>
    public static (Guid Stream, long Version)? TryParse(string text) =>
        text.StartsWith(Prefix, StringComparison.Ordinal) && text.Length > Prefix.Length + StreamDigits + 1 && text[Prefix.Length + StreamDigits] == '_'
            && Guid.TryParseExact(text.AsSpan(Prefix.Length, StreamDigits), "n", out var stream)
            && long.TryParse(
                text.AsSpan(Prefix.Length + StreamDigits + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var version)
            ? (stream, version)
            : null;
}
