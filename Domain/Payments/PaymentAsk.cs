using TPWallet.Domain.Invoices;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Payments;

/// <summary>
/// What is paid for an invoice's text. In this order: it is one, and signed (<see cref="InvoiceText.Read"/>); it is of the chain (WrongChain), contract (PayloadMismatch) and token
/// (AssetMismatch) that the payer means; it asks for the amount that the payer means (LegMismatch); it has not expired (Expired).
/// </summary>
internal static class PaymentAsk
{
    public static (PaymentContent? Content, Rejection? Refusal) Read(PaymentCommand.Begin begin, Stamp stamp)
    {
        var (written, refusal) = InvoiceText.Read(begin.Invoice);
        if (written is null) return (null, refusal);
        var (invoice, asked, meant) = (written.Invoice, written.Invoice.Place, begin.Place);
        if (asked.Chain != meant.Chain) return (null, new(RejectionCode.WrongChain, $"an invoice on {meant.Chain}", $"{asked.Chain}"));
        if (asked.Manager != meant.Manager) return (null, new(RejectionCode.PayloadMismatch, $"an invoice of contract {meant.Manager}", $"{asked.Manager}"));
        if (asked.Token != meant.Token) return (null, new(RejectionCode.AssetMismatch, $"an invoice in {meant.Token}", $"{asked.Token}"));
        if (invoice.Amount is { } amount && amount != begin.Amount) return (null, new(RejectionCode.LegMismatch, $"{amount}, which the invoice asks for", $"{begin.Amount}"));
        if (stamp.Latest >= invoice.ExpiresAt) return (null, new(RejectionCode.Expired, $"an invoice that can be paid after {stamp.Latest}", $"one that expired at {invoice.ExpiresAt}"));
        var until = begin.Until < invoice.ExpiresAt ? begin.Until : invoice.ExpiresAt;
        var terms = invoice.Terms with { Hash = begin.Probe ?? invoice.Terms.Hash, Seal = null };
        return (new(meant, invoice.Ref.Id, terms, begin.Amount, begin.MostFee, begin.MostParts, until) { Ring = begin.Ring }, null);
    }
}
