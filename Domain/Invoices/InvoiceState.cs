using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Invoices;

/// <summary>What is known of an invoice.</summary>
/// <param name="Parts">Locks that it holds, or that their channels are still to be told of; by number.</param>
/// <param name="Counter">Parts that were ever held.</param>
/// <param name="Since">When the first of the parts that are held came; null: none is.</param>
/// <param name="Received">Of all parts of the payment that settled it.</param>
public sealed record InvoiceState(
    InvoiceRef Ref,
    InvoiceStage Stage,
    Guid Intent,
    InvoiceContent? Content,
    InvoiceTerms? Terms,
    ImmutableSortedDictionary<int, HeldPart> Parts,
    int Counter,
    Instant? Since,
    UInt256 Received)
{
    /// <summary>Most parts of one payment.</summary>
    public const int MostParts = 64;

    /// <summary>How long the first part waits for the last one: BOLT-4's mpp_timeout.</summary>
    public static Span Patience => Span.Seconds(60);

    /// <summary>What is locked for it now.</summary>
    [JsonIgnore]
    public UInt256 Held => Parts.Values.Where(static part => part.Fate == PartFate.Held).Aggregate(UInt256.Zero, static (sum, part) => sum + part.Amount);
}

/// <summary>What is to become of a part.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PartFate>))]
public enum PartFate
{
    /// <summary>It waits for the others.</summary>
    Held = 1,

    /// <summary>Its channel is told the secret.</summary>
    Taken,

    /// <summary>Its channel is told to give it back.</summary>
    Back,
}

/// <summary>A part of a payment.</summary>
/// <param name="Total">Of all parts, as the payer said it with this one.</param>
public sealed record HeldPart(LockOrigin Origin, UInt256 Amount, UInt256 Total, PartFate Fate);
