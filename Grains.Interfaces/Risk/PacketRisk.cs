using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Risk;

/// <summary>What becomes of a score's demand. Where the account's members and its deployment differ, the stricter holds.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RiskMode>))]
public enum RiskMode
{
    /// <summary>Scores are recorded and shown; nothing is demanded.</summary>
    Shadow = 1,

    /// <summary>What a score demands is demanded, at the account and in the signer.</summary>
    Enforced,
}

/// <summary>The score of a packet, bound to exactly what it was taken of. What it followed from beside this is the profile's row <paramref name="Row"/>.</summary>
/// <param name="Packet">Canonical hash of the content.</param>
/// <param name="EffectDigest">Of the bounds.</param>
/// <param name="Payment">What the rules saw.</param>
/// <param name="Mode">What the deployment asked for then.</param>
/// <param name="Terms">How a case of it is decided.</param>
/// <param name="Lists">The lists that were asked.</param>
/// <param name="FreshUntil">Whoever has to decide later than this asks for a new score: lists and history may have changed.</param>
/// <param name="Row">The version of the account's risk profile that recorded payment, facts and score.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.packet-score")]
public sealed record PacketScore(
    Bytes32 Packet,
    Bytes32 EffectDigest,
    RiskPayment Payment,
    RiskScore Value,
    RiskMode Mode,
    CaseTerms Terms,
    ImmutableArray<ListUse> Lists,
    Instant At,
    Instant FreshUntil,
    long Row)
{
    /// <summary>After so long a score lets nothing through, however it came to be late.</summary>
    public static Span Life => Span.Hours(24);

    /// <summary>How long a score is fresh, unless one of its lists expires sooner.</summary>
    public static Span Freshness => Span.Seconds(600);
}

/// <summary>That a held payment may go on.</summary>
/// <param name="By">Who said so; at least two, unless a verdict was all that was missing.</param>
/// <param name="Action">The gravest demand that they looked at: a graver one needs another release.</param>
/// <param name="Until">Then it is held again.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.release")]
public sealed record CaseRelease(ImmutableArray<Name> By, RiskAction Action, Instant Until)
{
    /// <summary>The clear verdict that was all it waited for; null where persons said so.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Screening? Verdict { get; init; }

    /// <summary>Fewer persons release nothing.</summary>
    public const int Persons = 2;
}

/// <summary>What is known of a packet's risk, as account and signer judge it.</summary>
/// <param name="Release">Null: its case is not decided, or there is none.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.packet")]
public sealed record PacketRisk(PacketScore Score, CaseRelease? Release);

/// <summary>A packet's risk as callers see it.</summary>
/// <param name="Case">Key of the case that holds it, or held it; null: none was opened.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.packet-view")]
public sealed record PacketRiskView(PacketScore Score, string? Case, CaseRelease? Release);

/// <summary>A packet as the risk rules see it, or why it cannot be seen so.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "reply")]
[JsonDerivedType(typeof(Found), "found")]
[JsonDerivedType(typeof(Refused), "refused")]
[GenerateSerializer, Immutable, Alias("tpw.risk.payment-reply")]
public abstract record RiskPaymentReply
{
    private RiskPaymentReply()
    {
    }

    [GenerateSerializer, Immutable, Alias("tpw.risk.payment-reply.found")]
    public sealed record Found(RiskPayment Payment) : RiskPaymentReply;

    /// <summary>It is malformed, or pays from what is not the account's: it will be denied.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.risk.payment-reply.refused")]
    public sealed record Refused(Rejection Rejection) : RiskPaymentReply;
}
