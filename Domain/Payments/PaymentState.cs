using System.Text.Json.Serialization;
using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Payments;

/// <summary>What is known of a payment.</summary>
/// <param name="Plan">What is delivered and under way; null until payer and payee are known.</param>
/// <param name="Parts">Parts under way, by number.</param>
/// <param name="Lacks">Channels that had too little for a part, in the order in which that was learnt.</param>
/// <param name="Secret">It proves the payment.</param>
/// <param name="Failure">Why no further part is tried.</param>
/// <param name="Recovery">The last restore of the journal that it was told of, 0: none.</param>
public sealed record PaymentState(
    PaymentRef Ref,
    PaymentStage Stage,
    Guid Intent,
    PaymentContent? Content,
    PaymentPlan? Plan,
    ImmutableSortedDictionary<int, SentPart> Parts,
    ImmutableArray<Observation.Lacked> Lacks,
    Bytes32? Secret,
    PaymentFailure? Failure,
    long Recovery)
{
    /// <summary>Most parts that are tried.</summary>
    public const int MostAttempts = 100;

    /// <summary>The leg of a packet that it pays, and that is told how it ends.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LegRef? Leg { get; init; }

    /// <summary>The last word that the packet has heard.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public PaymentWord Told { get; init; }

    /// <summary>What the packet is to be told.</summary>
    [JsonIgnore]
    public PaymentWord Word => Stage switch
    {
        _ when Leg is null => PaymentWord.None,
        PaymentStage.Paid => PaymentWord.Paid,
        PaymentStage.Failed => PaymentWord.Failed,
        _ when Failure is not null && !Parts.IsEmpty => PaymentWord.Delayed,
        _ => PaymentWord.None,
    };

    /// <summary>Locked on the way, with its fees.</summary>
    [JsonIgnore]
    public UInt256 InFlight => Parts.Values.Aggregate(UInt256.Zero, static (sum, part) => sum + part.Way.Route.Sent);

    /// <summary>A further part is to be found.</summary>
    [JsonIgnore]
    public bool WantsPart => Stage == PaymentStage.Going && Failure is null && Secret is null && Plan is { Remaining.IsZero: false };
}

/// <summary>A part that is under way.</summary>
public sealed record SentPart(PaymentWay Way)
{
    /// <summary>Its first channel has it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsSent { get; init; }

    /// <summary>It has come back, and why is to be read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HexBytes? Reason { get; init; }
}
