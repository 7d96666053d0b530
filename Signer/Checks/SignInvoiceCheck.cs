using TPWallet.Domain.Invoices;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Store;

namespace TPWallet.Signer.Checks;

/// <summary>
/// May this invoice be signed? In this order: a channel of its key is taken by this account (NotFound); it is of that account, key, contract and token (PayloadMismatch); its form is right
/// (<see cref="InvoiceRules"/>); it is not made in the future (NotYetOpen).
/// </summary>
internal static class SignInvoiceCheck
{
    public static (Bytes32 Digest, Rejection? Refusal) Decide(SignInvoiceRequest request, Fact.ChannelTaken taken, SignerTime now)
    {
        var (content, place, facts) = (request.Content, request.Content.Place, taken.Facts);
        var (expected, actual) = (
            (taken.Account, taken.Key, facts.Chain, facts.Manager, facts.Token, (Address?)facts.PartyOf(taken.Us)),
            (content.Ref.Account, place.Key, place.Chain, place.Manager, place.Token, content.Terms.Node));
        if (expected != actual) return (default, new(RejectionCode.PayloadMismatch, $"an invoice of {expected}", $"{actual}"));
        if (InvoiceRules.JudgeForm(content) is { } malformed) return (default, malformed);
        var latest = now.Stamp.Latest + SignerClock.Doubt;
        return content.Terms.Seal!.MadeAt <= latest ? (InvoiceDigest.Of(content), null) : (default, new(RejectionCode.NotYetOpen, $"made by {latest}", $"{content.Terms.Seal.MadeAt}"));
    }
}
