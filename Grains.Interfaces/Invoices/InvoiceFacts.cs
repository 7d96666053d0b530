using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Invoices;

/// <summary>Where an invoice is paid: channels of one key, one contract and one token.</summary>
/// <param name="Key">The payee's channel key.</param>
/// <param name="Manager">The contract of the channels.</param>
[GenerateSerializer, Immutable, Alias("tpw.invoice-place")]
public sealed record InvoicePlace(Name Key, ChainId Chain, Address Manager, Address Token);

/// <summary>What an invoice asks for.</summary>
/// <param name="Amount">Base units of the token; null: the payer chooses.</param>
/// <param name="ExpiresAt">No payment of it begins later.</param>
/// <param name="Description">For the payer, in the payee's words; sealed from the shell on.</param>
[GenerateSerializer, Immutable, Alias("tpw.invoice-content")]
public sealed record InvoiceContent(InvoicePlace Place, UInt256? Amount, Instant ExpiresAt, string Description)
{
    /// <summary>The longest life of an invoice.</summary>
    public static Span MostLife => Span.Hours(24 * 366);
}

/// <summary>What a payer needs beside the content: BOLT-11's p, s and n fields.</summary>
/// <param name="Hash">SHA-256 of what proves the payment.</param>
/// <param name="PaymentSecret">Shown to the payee by who has the invoice, so that nobody on the way can probe for it.</param>
/// <param name="OnionKey">The payee's, a compressed point of 33 bytes.</param>
[GenerateSerializer, Immutable, Alias("tpw.invoice-terms")]
public sealed record InvoiceTerms(Bytes32 Hash, Bytes32 PaymentSecret, HexBytes OnionKey)
{
    /// <summary>Most channels that it names.</summary>
    public const int MostWaysIn = 4;

    /// <summary>The payee's channel key; null: it had no open channel when this was made.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Address? Node { get; init; }

    /// <summary>How long a last lock must last at least, in seconds (BOLT-11's c field); 0: it had no open channel.</summary>
    [Id(1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public uint LeastSeconds { get; init; }

    /// <summary>Channels by which the payee is paid, of which payers at other operators may not know; default: none.</summary>
    [Id(2)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<WayIn> WaysIn { get; init; }

    /// <summary>What binds its maker to all of it; null: made before invoices were signed, or not the maker's word.</summary>
    [Id(3)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public InvoiceSeal? Seal { get; init; }

    /// <summary>By content.</summary>
    public bool Equals(InvoiceTerms? other) =>
        other is not null && (Hash, PaymentSecret, OnionKey, Node, LeastSeconds, Seal) == (other.Hash, other.PaymentSecret, other.OnionKey, other.Node, other.LeastSeconds, other.Seal)
        && (WaysIn.IsDefault ? [] : WaysIn.AsSpan()).SequenceEqual(other.WaysIn.IsDefault ? [] : other.WaysIn.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Hash, OnionKey);
}

/// <summary>A lock of a peer's that pays an invoice, or a part of it.</summary>
/// <param name="Origin">Which one.</param>
/// <param name="Amount">That is locked; base units.</param>
/// <param name="Total">Of all parts, as the payer says it.</param>
[GenerateSerializer, Immutable, Alias("tpw.invoice-part")]
public sealed record InvoicePart(LockOrigin Origin, InvoicePlace Place, UInt256 Amount, UInt256 Total, LockKind Kind, Bytes32 Target);

/// <summary>Where an invoice stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<InvoiceStage>))]
public enum InvoiceStage
{
    Absent = 0,

    /// <summary>Its hash is being made.</summary>
    Making,

    /// <summary>It can be paid.</summary>
    Open,

    /// <summary>All parts are there; their locks are being taken.</summary>
    Settling,

    /// <summary>Every part is taken: its channel pays it, or the chain does.</summary>
    Paid,

    Expired,
    Cancelled,
}

/// <summary>An invoice as the payee sees it.</summary>
/// <param name="Terms">Null until they are made.</param>
/// <param name="Held">Locked for it, and not taken: a payment that is not whole yet.</param>
/// <param name="Received">Base units; 0 until all of it is there.</param>
[GenerateSerializer, Immutable, Alias("tpw.invoice-view")]
public sealed record InvoiceView(
    InvoiceRef Ref, long Version, InvoiceStage Stage, InvoiceContent Content, InvoiceTerms? Terms, UInt256 Held, UInt256 Received)
{
    /// <summary>What a payer is given: all of it in one signed text; null: it is not made yet, or its description was erased.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Text { get; init; }
}
