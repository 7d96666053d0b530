using System.Text.Json;
using System.Text.Json.Serialization;
using TPWallet.Domain.Risk.Scoring;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Profiles;

/// <summary>What was seen of an account, or of a party. Append only: names and fields are stored for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(Assessed), "risk.assessed")]
[JsonDerivedType(typeof(PaymentLearned), "risk.payment-learned")]
[JsonDerivedType(typeof(InflowCredited), "risk.inflow-credited")]
[JsonDerivedType(typeof(InflowLearned), "risk.inflow-learned")]
[JsonDerivedType(typeof(PaymentPassed), "risk.payment-passed")]
[JsonDerivedType(typeof(PartySeen), "risk.party-seen")]
public abstract record RiskProfileEvent
{
    private RiskProfileEvent()
    {
    }

    /// <summary>A payment was scored: with the events before it, this holds all that the score followed from.</summary>
    /// <param name="Moved">What it adds to the windows; nothing when it was looked at before.</param>
    /// <param name="Dust">Who sent dust.</param>
    public sealed record Assessed(RiskPayment Payment, RiskContext Context, Instant At, RiskScore Score, Flow Moved, ImmutableArray<PartyMark> Dust)
        : RiskProfileEvent;

    /// <summary>It happened, and nothing held it back.</summary>
    public sealed record PaymentLearned(Guid Payment, Lesson Lesson, Instant At) : RiskProfileEvent;

    /// <summary>What came in is credited.</summary>
    /// <param name="Hops">To the nearest listed party; null if none is known.</param>
    public sealed record InflowCredited(Guid Payment, uint Worth, int? Hops, Instant At) : RiskProfileEvent;

    /// <summary>What came in is credited, and nothing held it back.</summary>
    /// <param name="Worth">In thousandths of reference amounts.</param>
    /// <param name="Hops">To the nearest listed party; null if none is known.</param>
    public sealed record InflowLearned(Guid Payment, uint Worth, int? Hops, LessonAmount Amount, PartyMark Source, Instant At) : RiskProfileEvent;

    /// <summary>It is over and nothing is learned from it.</summary>
    public sealed record PaymentPassed(Guid Payment) : RiskProfileEvent;

    /// <summary>An account is about to pay this party.</summary>
    public sealed record PartySeen(AccountId Sender, Flow Moved, Instant At) : RiskProfileEvent;
}

/// <summary>What a settled payment teaches.</summary>
/// <param name="Parties">Who was paid.</param>
public sealed record Lesson(ImmutableArray<LessonAmount> Amounts, uint Worth, ImmutableArray<LessonParty> Parties, PartyMark? Device, PartyMark? Network);

/// <param name="Size">Binary logarithm of the payment's sum of the asset, in 256ths.</param>
public sealed record LessonAmount(AssetId Asset, ushort Size);

/// <param name="Size">Binary logarithm of the greatest amount that it was paid, in 256ths.</param>
public sealed record LessonParty(PartyMark Mark, ushort Size);

/// <summary>The stored form of a risk profile's events and snapshots.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true,
    AllowDuplicateProperties = false,
    IgnoreReadOnlyProperties = true,
    MaxDepth = 32)]
[JsonSerializable(typeof(RiskProfileEvent))]
[JsonSerializable(typeof(RiskProfileState))]
public sealed partial class RiskProfileJson : JsonSerializerContext;
