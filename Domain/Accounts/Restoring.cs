using TPWallet.Domain.Authority;
using TPWallet.Domain.Ledger;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Accounts;

/// <summary>
/// What the signer signed in the tail that a restored journal lost: it may be paid on its chain already, so it is held without asking policy, votes or
/// balance. Where the money is not there, that is a debt, and nothing else goes out until it is covered.
/// </summary>
internal static class Restoring
{
    internal static Decision<AccountEvent> Hold(AccountState.Open open, AccountCommand.HoldLeg command, Stamp stamp)
    {
        if (command.Leg.Packet.Owner != open.Id)
            return new Rejection(RejectionCode.NotAllowedCaller, $"a leg of {open.Id}", $"a leg of {command.Leg.Packet.Owner}");
        var packet = open.Packets.GetValueOrDefault(command.Leg.Packet.Id);
        if (packet is not null && packet.ContentHash != command.PacketHash)
            return new Rejection(RejectionCode.ClaimTaken, $"{packet.Packet} with content {packet.ContentHash}", $"{command.PacketHash}");
        if (packet is null && Forgetting.IsOver(open, command.Leg.Packet.Id))
            return new Rejection(RejectionCode.ClaimTaken, $"{command.Leg.Packet.Id}, which is over and had no leg on a chain", $"{command.PacketHash}");
        if (packet?.Legs.Find(command.Leg.Leg) is { Stage: not LegStage.Released { By: null } }) return AccountDecider.Nothing;
        if (OutflowOf(open, command.Content) is not { Fee: { } fee } outflow) return new Rejection(RejectionCode.UnsupportedKind, "a leg on a chain", "a ledger leg");
        var returns = command.Content is Leg.ChainTransfer { Returns: { } deposit } ? Screenings.Find(open, HeldDeposit.IdOf(open.Id, deposit)) : null;
        var from = returns is null ? Book.Available : Book.Held;
        var postings = Postings.Join([.. outflow.Amounts.Select(amount => Postings.Move(amount, from, Book.Reserved)), Postings.Move(fee, Book.Available, Book.Reserved)]);
        if (open.Ledger.Refuse(postings) is { } overflow) return overflow;
        var held = new AccountEvent.LegHeld(
            command.Leg.Packet.Id, command.PacketHash, new(outflow, LegStage.Held.Same) { Returns = returns }, stamp.Latest, command.OpenBefore, postings);
        return Deficits.With(open, held, $"{command.Leg} was signed before the journal was restored");
    }

    internal static AccountState.Open Apply(AccountState.Open open, AccountEvent.LegHeld held)
    {
        if (!open.Packets.ContainsKey(held.Packet))
        {
            open = Forgetting.Begin(open, new(held.Packet, held.ContentHash, LegReservations.Empty, [], FeeStage.Held, held.FirstWindowAt, held.OpenBefore));
        }

        var packet = open.Packets[held.Packet];
        return Returning.Again(open, held.Packet, held.Reservation) with
        {
            Packets = open.Packets.SetItem(held.Packet, packet with { Legs = packet.Legs.With(held.Reservation) }),
            Windows = open.Windows.Reserve(held.Reservation.Reserved, packet.FirstWindowAt),
        };
    }

    /// <summary>As OutflowReader reads it, without the allowances: those are bound to the simulated bounds, which nobody judges here.</summary>
    private static LegOutflow? OutflowOf(AccountState.Open open, Leg leg)
    {
        var (chain, from, to, fee) = leg switch
        {
            Leg.ChainTransfer transfer => (transfer.Amount.Asset.Chain, transfer.From, (Address?)transfer.To, transfer.Fee),
            Leg.ContractCall call => (call.Chain, call.From, null, call.Fee),
            Leg.CoinPayments payments => (payments.Chain, payments.From, null, payments.Fee),
            _ => default,
        };
        if (fee is null) return null;
        var tier = open.Own.FirstOrDefault(own => (own.Chain, own.Address) == (chain, from))?.Tier ?? Tier.Hot;
        var isOwnMove = open.Own.Any(own => own.Chain == chain && own.Address == to);
        return new(leg.Id, null, PacketForm.AmountsOf(leg), new Amount(AssetId.Native(chain), fee.Max), tier, isOwnMove, []);
    }
}
