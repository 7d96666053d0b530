using System.Text.Json;
using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Payments;

/// <summary>What happened to a payment. Append only: names and fields are stored for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(Begun), "payment.begun")]
[JsonDerivedType(typeof(Prepared), "payment.prepared")]
[JsonDerivedType(typeof(PartPlanned), "payment.part-planned")]
[JsonDerivedType(typeof(PartSent), "payment.part-sent")]
[JsonDerivedType(typeof(PartPaid), "payment.part-paid")]
[JsonDerivedType(typeof(PartBack), "payment.part-back")]
[JsonDerivedType(typeof(PartFailed), "payment.part-failed")]
[JsonDerivedType(typeof(GivenUp), "payment.given-up")]
[JsonDerivedType(typeof(Recovered), "payment.recovered")]
[JsonDerivedType(typeof(Ended), "payment.ended")]
[JsonDerivedType(typeof(Told), "payment.told")]
public abstract record PaymentEvent
{
    private PaymentEvent()
    {
    }

    /// <param name="Intent">The command's id: its onions are of this intention alone, also where a restored journal forgot an earlier one of the same name.</param>
    public sealed record Begun(Guid Intent, PaymentContent Content) : PaymentEvent
    {
        /// <summary>The leg of a packet that it pays; null: it is of no packet.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public LegRef? Leg { get; init; }
    }

    /// <summary>Payer and payee are known.</summary>
    public sealed record Prepared(PaymentEnds Ends) : PaymentEvent;

    /// <summary>From now on the part counts as under way.</summary>
    public sealed record PartPlanned(int Part, PaymentWay Way) : PaymentEvent;

    /// <summary>Its first channel has it, and will say how it ended.</summary>
    public sealed record PartSent(int Part) : PaymentEvent;

    /// <summary>The payee took it.</summary>
    public sealed record PartPaid(int Part, Bytes32 Secret) : PaymentEvent;

    /// <summary>It will never pay.</summary>
    /// <param name="Reason">To be read; null: nobody said why.</param>
    public sealed record PartBack(int Part, HexBytes? Reason) : PaymentEvent;

    /// <summary>Why it came back.</summary>
    public sealed record PartFailed(int Part, PartCause Cause) : PaymentEvent;

    /// <summary>No further part is tried.</summary>
    public sealed record GivenUp(PaymentFailure Reason) : PaymentEvent;

    /// <summary>The journal was put back: what came after may be forgotten.</summary>
    public sealed record Recovered(long Epoch) : PaymentEvent;

    /// <summary>Nothing is under way any more.</summary>
    public sealed record Ended(PaymentStage Stage) : PaymentEvent;

    /// <summary>Its packet has heard it.</summary>
    public sealed record Told(PaymentWord Word) : PaymentEvent;
}

/// <summary>The stored form of a payment's events and snapshots.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true,
    AllowDuplicateProperties = false,
    IgnoreReadOnlyProperties = true,
    MaxDepth = 32)]
[JsonSerializable(typeof(PaymentEvent))]
[JsonSerializable(typeof(PaymentState))]
public sealed partial class PaymentJson : JsonSerializerContext;
