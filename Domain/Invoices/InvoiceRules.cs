using TPWallet.Crypto;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Invoices;

/// <summary>Which invoices are signed, written as a text, and paid. What they hold has one form.</summary>
public static class InvoiceRules
{
    /// <summary>The end of the year 9999: what comes later has no date.</summary>
    private const long LastUnixMs = 253_402_300_799_999;

    /// <summary>Why an invoice is none that anybody pays; null: its form is right, and it is signed by the channel key that it names.</summary>
    public static Rejection? Judge(ChannelInvoice invoice)
    {
        ArgumentNullException.ThrowIfNull(invoice);
        return JudgeForm(invoice) ?? (InvoiceDigest.IsSigned(invoice) ? null : new(RejectionCode.BadSignature, $"an invoice signed by {invoice.Terms.Node}", "another signature"));
    }

    /// <summary>The same but for the signature.</summary>
    public static Rejection? JudgeForm(ChannelInvoice invoice)
    {
        ArgumentNullException.ThrowIfNull(invoice);
        var (place, terms) = (invoice.Place, invoice.Terms);
        if (!place.Chain.IsEvm) return new(RejectionCode.WrongChain, "an invoice on an EVM chain", $"{place.Chain}");
        if (terms.Node is not { } payee) return Bad("an invoice that names its maker's channel key", "none");
        if (terms.Seal is not { } seal) return new(RejectionCode.BadSignature, $"an invoice signed by {payee}", "none");
        if (invoice.Amount is { } amount && (amount.IsZero || amount > BookRules.MostDeposited))
            return new(amount.IsZero ? RejectionCode.ZeroAmount : RejectionCode.TooLarge, $"1 to {BookRules.MostDeposited}, or none", $"{amount}");
        if (seal.MadeAt.UnixMs <= 0 || invoice.ExpiresAt <= seal.MadeAt || invoice.ExpiresAt.UnixMs > LastUnixMs)
            return Bad("an invoice that expires after it was made", $"{invoice.ExpiresAt.UnixMs}, made at {seal.MadeAt.UnixMs}");
        if (!Secp256k1.IsCompressedPoint(terms.OnionKey.Span)) return Bad("an onion key, a compressed point", $"{terms.OnionKey}");
        if (seal.More.Length > InvoiceSeal.MostMore) return new(RejectionCode.TooLarge, $"at most {InvoiceSeal.MostMore} bytes of fields that are not known", $"{seal.More.Length}");
        return JudgeWays(terms, payee) ?? InvoiceText.JudgeMore(seal.More.Span);
    }

    private static Rejection? JudgeWays(InvoiceTerms terms, Address payee)
    {
        var ways = terms.WaysIn.IsDefault ? [] : terms.WaysIn;
        if (ways.Length > InvoiceTerms.MostWaysIn) return new(RejectionCode.TooLarge, $"at most {InvoiceTerms.MostWaysIn} channels", $"{ways.Length}");
        if (ways.DistinctBy(static way => way.Channel).Count() != ways.Length) return Bad("each channel once", "one twice");
        return ways.FirstOrDefault(way => !IsWhole(way, payee)) is { } bad ? Bad($"a channel of {payee}", $"{bad.Channel} between {bad.A} and {bad.B}") : null;
    }

    private static bool IsWhole(WayIn way, Address payee) =>
        way.A.CompareTo(way.B) < 0 && (way.A == payee || way.B == payee) && way.Capacity <= BookRules.MostDeposited && way.Forwards.BaseFee <= BookRules.MostDeposited
        && way.Forwards.Most <= BookRules.MostDeposited && Secp256k1.IsCompressedPoint(way.OnionKey.Span);

    private static Rejection Bad(string expected, string actual) => new(RejectionCode.Malformed, expected, actual);
}
