using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Packets;

/// <summary>An invoice as its payer was given it, but for its words, of which it has the hash: all of it is signed by the payee's channel key, and voted on.</summary>
/// <param name="Ref">The payee's account, and its name for the invoice.</param>
/// <param name="Place">The payee's key, contract and token.</param>
/// <param name="Amount">Base units; null: the payer chooses.</param>
/// <param name="ExpiresAt">No payment of it begins later.</param>
[GenerateSerializer, Immutable, Alias("tpw.channel-invoice")]
public sealed record ChannelInvoice(
    InvoiceRef Ref,
    InvoicePlace Place,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] UInt256? Amount,
    Instant ExpiresAt,
    InvoiceTerms Terms)
{
    /// <summary>Null before its hash was made.</summary>
    public static ChannelInvoice? Of(InvoiceView view) => view.Terms is { } terms
        ? new(view.Ref, view.Content.Place, view.Content.Amount, view.Content.ExpiresAt, terms)
        : null;
}
