using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Payments;

/// <summary>What is to be paid, and what may be spent on it.</summary>
/// <param name="Place">The payer's channels: of one key, contract and token. Contract and token are the invoice's.</param>
/// <param name="Invoice">The payee's name for it.</param>
/// <param name="Terms">The invoice's.</param>
/// <param name="Amount">What is to arrive; base units.</param>
/// <param name="MostFee">Most that all parts together pay in fees; base units.</param>
/// <param name="MostParts">Most parts in flight at once.</param>
/// <param name="Until">No part begins later.</param>
[GenerateSerializer, Immutable, Alias("tpw.payment-content")]
public sealed record PaymentContent(InvoicePlace Place, Name Invoice, InvoiceTerms Terms, UInt256 Amount, UInt256 MostFee, int MostParts, Instant Until)
{
    /// <summary>The account pays itself, out by one of its channels and in by another; null: it pays whom the invoice names.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PaymentRing? Ring { get; init; }

    /// <summary>Locks that a channel holds each way: more parts may not fit the payer's only channel.</summary>
    public const int PartCeiling = 30;

    /// <summary>The longest life of a payment.</summary>
    public static Span MostLife => Span.Hours(24);
}

/// <summary>Two channels of the payer's, both of the place's key: balance goes from the one to the other.</summary>
/// <param name="Out">The payer's side of the only channel that is paid from.</param>
/// <param name="Into">The payer's side of the channel that it comes back by.</param>
[GenerateSerializer, Immutable, Alias("tpw.payment-ring")]
public sealed record PaymentRing(ChannelRef Out, ChannelRef Into);

/// <summary>Where a payment stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PaymentStage>))]
public enum PaymentStage
{
    Absent = 0,

    /// <summary>Payer and payee are looked for among the channels that are known.</summary>
    Preparing,

    /// <summary>Parts are on their way, or come back.</summary>
    Going,

    /// <summary>The payee has released the secret, and nothing is under way any more.</summary>
    Paid,

    /// <summary>Nothing was paid, and nothing is under way.</summary>
    Failed,
}

/// <summary>What a packet is told of the payment of a leg, each once; a later one says more.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PaymentWord>))]
public enum PaymentWord
{
    None = 0,

    /// <summary>No part more is tried, and some are under way.</summary>
    Delayed,

    Failed,

    /// <summary>Also after <see cref="Failed"/>, by a part that a restore of the journal forgot.</summary>
    Paid,
}

/// <summary>A payment as its payer sees it.</summary>
/// <param name="Delivered">What the payee took; base units.</param>
/// <param name="FeePaid">Fees of that.</param>
/// <param name="InFlight">Locked on the way, with its fees.</param>
/// <param name="Attempts">Parts tried.</param>
/// <param name="Secret">It proves the payment; null: the payee has not released it.</param>
/// <param name="Failure">Why no further part is tried; null: it is, or need not be.</param>
[GenerateSerializer, Immutable, Alias("tpw.payment-view")]
public sealed record PaymentView(
    PaymentRef Ref, long Version, PaymentStage Stage, PaymentContent Content, UInt256 Delivered, UInt256 FeePaid, UInt256 InFlight, int Attempts, Bytes32? Secret,
    PaymentFailure? Failure)
{
    /// <summary>The leg that it pays; null: it is of no packet.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LegRef? Leg { get; init; }

    /// <summary>The journal was put back while it was going, so a part that was forgotten may still pay.</summary>
    [Id(1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool MayBePaid { get; init; }
}
