using TPWallet.Domain.Channels;
using TPWallet.Domain.Invoices;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Authority;

/// <summary>Whether a leg over channels, and what is made instead of it, are well formed: the invoice is signed by its payee and is what is paid, and both pay the same.</summary>
internal static class ChannelForm
{
    internal static Rejection? Check(PacketContent packet, Leg.ChannelPayment leg)
    {
        var (invoice, place) = (leg.Invoice, leg.Invoice.Place);
        if (!place.Chain.IsEvm) return new(RejectionCode.WrongChain, $"an invoice of {leg.Id} on an EVM chain", $"{place.Chain}");
        if (leg.Amount.Asset != AssetId.Erc20(place.Chain, place.Token))
            return new(RejectionCode.AssetMismatch, $"{AssetId.Erc20(place.Chain, place.Token)}, which the invoice of {leg.Id} asks for", $"{leg.Amount.Asset}");
        if (invoice.Amount is { } asked && asked != leg.Amount.Value) return new(RejectionCode.LegMismatch, $"{asked}, which the invoice of {leg.Id} asks for", $"{leg.Amount.Value}");
        if (leg.Amount.Value > BookRules.MostDeposited || leg.MostFee > BookRules.MostDeposited)
            return new(RejectionCode.TooLarge, $"at most {BookRules.MostDeposited} by {leg.Id}", $"{UInt256.Max(leg.Amount.Value, leg.MostFee)}");
        if (invoice.Ref.Account == packet.Ref.Owner) return Bad($"a payee of {leg.Id} other than the owner", $"{invoice.Ref.Account}");
        if (leg.MostParts is < 1 or > PaymentContent.PartCeiling) return Bad($"1 to {PaymentContent.PartCeiling} parts of {leg.Id}", $"{leg.MostParts}");
        if (leg.Until > invoice.ExpiresAt) return new(RejectionCode.Expired, $"{leg.Id} to be tried until {invoice.ExpiresAt} at most, when its invoice expires", $"{leg.Until}");
        if (leg.Until > packet.SettleBefore) return Bad($"{leg.Id} to be tried until {packet.SettleBefore} at most", $"{leg.Until}");
        if (leg is not { Group: null, Compensates: null, Replaces: null }) return Bad($"no group of {leg.Id}, and nothing that it undoes or replaces", "some");
        return packet.Legs.Count(other => LegPlan.InsteadOf(other) == leg.Id) > 1 ? Bad($"one leg instead of {leg.Id}", "two") : InvoiceRules.Judge(invoice);
    }

    /// <summary>
    /// The same amount in the same token, to be signed as long as the packet's first signature may be made: before that the payment must have had its time.
    /// </summary>
    internal static Rejection? CheckInstead(PacketContent packet, Leg leg)
    {
        if (LegPlan.InsteadOf(leg) is not { } name || leg is not Leg.ChainTransfer transfer) return null;
        if (packet.Legs.OfType<Leg.ChannelPayment>().FirstOrDefault(other => other.Id == name) is not { } first)
            return new(RejectionCode.DependencyUnknown, $"a leg over channels that {leg.Id} is made instead of", $"{name}");
        if (transfer.Amount.Asset.Chain != first.Amount.Asset.Chain) return new(RejectionCode.WrongChain, $"{first.Amount.Asset.Chain}, as {name}", $"{transfer.Amount.Asset.Chain}");
        if (transfer.Amount.Asset != first.Amount.Asset) return new(RejectionCode.AssetMismatch, $"{first.Amount.Asset}, as {name}", $"{transfer.Amount.Asset}");
        if (transfer.Amount != first.Amount) return new(RejectionCode.LegMismatch, $"{first.Amount.Value}, as {name}", $"{transfer.Amount.Value}");
        if (first.Until >= packet.OpenBefore) return Bad($"{name} to be tried until before {packet.OpenBefore}, when {leg.Id} is first signed at the latest", $"{first.Until}");
        if (!leg.After.IsEmpty || leg is not { Group: null, Compensates: null, Replaces: null } || transfer.Returns is not null)
            return Bad($"no order and no group of {leg.Id}, and nothing that it undoes, replaces or returns", "some");
        return packet.Allocations.Any(allocation => allocation.Shares.Any(share => share.Leg == leg.Id)) ? Bad($"no share of {leg.Id}: it is {name} that has one", "one") : null;
    }

    private static Rejection Bad(string expected, string actual) => new(RejectionCode.Malformed, expected, actual);
}
