using Orleans;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Payments;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Effects;

/// <summary>Takes the claim to an invoice for a payment, also from another of the account that can pay it no more.</summary>
internal sealed class InvoiceClaims(IGrainFactory grains)
{
    /// <summary>What the claim says at last; repeated, it says the same as long as the payment is not over.</summary>
    internal async Task<CommandReply> TakeAsync(PaymentRef payment, Bytes32 hash)
    {
        var claim = grains.GetGrain<IInvoiceClaimGrain>(IInvoiceClaimGrain.KeyOf(payment.Account, hash));
        var reply = await claim.Submit(Take(payment, hash, null));
        if (reply is not CommandReply.Refused { Rejection.Code: RejectionCode.ClaimTaken }) return reply;
        return await claim.Read() is { } holder && await IsOverAsync(new(payment.Account, holder)) ? await claim.Submit(Take(payment, hash, holder)) : reply;
    }

    private static InvoiceClaimCommand.Take Take(PaymentRef payment, Bytes32 hash, Name? over) =>
        new(EffectId.Of(PaymentDecider.Kind, payment.Key, $"claim/{hash}/{over}"), payment.Id, over);

    /// <summary>It paid nothing and never will: not over channels, and, where it is of a packet, in no other way either. None of that changes any more.</summary>
    private async Task<bool> IsOverAsync(PaymentRef payment)
    {
        if (await grains.GetGrain<IPaymentGrain>(payment.Key).Read() is not { Stage: PaymentStage.Failed, MayBePaid: false } view) return false;
        if (view.Leg is not { } leg) return true;
        if (await grains.GetGrain<ITokenPacketGrain>(leg.Packet.Key).Read() is not { } packet) return false;
        var instead = LegPlan.MadeInstead(packet.Content, leg.Leg)?.Id;
        return packet.Legs.Where(known => known.Leg == leg.Leg || known.Leg == instead).All(static known => known.Stage == LegView.Released);
    }
}
