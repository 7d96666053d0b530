using TPWallet.Domain.Ledger;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Accounts;

/// <summary>
/// Payments between accounts (engine-notes.md, Ledger):
/// <code>
/// payer  TransferSent      Reserved −x, Transit +x
/// payee  TransferReceived  Transit −x, Available +x      or TransferRefused: a tombstone, nothing moves
/// packet LegProgressed     it learns of it first
/// payer  TransferClosed    nothing moves                 or TransferReturned: Transit −x, Available +x
/// </code>
/// A time-out never returns money: only the payee's durable word does.
/// </summary>
internal static class Transfers
{
    internal static Decision<AccountEvent> Send(AccountState.Open open, AccountCommand.SendTransfer command)
    {
        if (Settlements.Find(open, command.Leg, out _, out var leg) is { } unknown) return unknown;
        if (leg.Outflow.Payee != command.To || leg.Outflow.Amounts is not [var amount] || amount != command.Amount)
            return new Rejection(RejectionCode.LegMismatch, $"{leg.Outflow.Amounts.FirstOrDefault()} to {leg.Outflow.Payee}", $"{command.Amount} to {command.To}");
        switch (leg.Stage)
        {
            case LegStage.InTransit or LegStage.Delivered:
                return AccountDecider.Nothing;
            case LegStage.Released released:
                return new Rejection(RejectionCode.ReservationEnded, "a reservation that holds", $"released: {released.Reason}");
        }

        if (open.Freeze.IsFrozen) return new Rejection(RejectionCode.Frozen, "an account that is not frozen", $"freeze {open.Freeze.Number}");
        if (open.InDeficit() is { } asset) return new Rejection(RejectionCode.Deficit, "no debt", $"{open.Ledger.Of(Book.Available, asset).Deficit} {asset}");
        if (Stopping.Refuse(open) is { } stopped) return stopped;
        var postings = Postings.Move(amount, Book.Reserved, Book.Transit);
        if (open.Ledger.Refuse(postings) is { } overflow) return overflow;
        return new AccountEvent.TransferSent(command.Leg, command.To, amount, postings);
    }

    /// <summary>Each transfer is decided on what the ones before it leave; one refusal refuses all.</summary>
    internal static Decision<AccountEvent> Send(AccountState.Open open, AccountCommand.SendGroup command, Stamp stamp)
    {
        var events = ImmutableArray.CreateBuilder<AccountEvent>();
        AccountState state = open;
        foreach (var transfer in command.Transfers)
        {
            var decision = Send((AccountState.Open)state, new AccountCommand.SendTransfer(command.CommandId, transfer.Leg, transfer.To, transfer.Amount));
            if (decision is not Decision<AccountEvent>.Accept accepted) return decision;
            events.AddRange(accepted.Events);
            foreach (var sent in accepted.Events) state = AccountEvolve.Apply(state, sent, stamp.Latest);
        }

        return events.ToImmutable();
    }

    /// <summary>What <see cref="Receive"/> would say. A tombstone is only made by a transfer that was sent.</summary>
    internal static Decision<AccountEvent> Offer(AccountState.Open open, AccountCommand.OfferTransfer command)
    {
        if (CheckPayer(open.Id, command.From, command.Leg, command.Amount) is { } rejection) return rejection;
        if (IsBuried(open.Tombstones, command.Leg)) return Buried(command.Leg);
        return open.Ledger.Refuse(Postings.Move(command.Amount, Book.Transit, Book.Available)) is { } overflow ? overflow : AccountDecider.Nothing;
    }

    /// <summary>A frozen account accepts: freezing stops what goes out.</summary>
    internal static Decision<AccountEvent> Receive(AccountState.Open open, AccountCommand.ReceiveTransfer command)
    {
        if (CheckDelivery(open.Id, command) is { } rejection) return rejection;
        if (IsBuried(open.Tombstones, command.Leg)) return Buried(command.Leg);
        var postings = Postings.Move(command.Amount, Book.Transit, Book.Available);
        return open.Ledger.Refuse(postings) is { } overflow
            ? new AccountEvent.TransferRefused(command.Leg, overflow)
            : new AccountEvent.TransferReceived(command.Leg, command.From, command.Amount, postings);
    }

    /// <summary>Nobody has the keys of an account that does not exist: the money goes back, and stays back if the account comes to be.</summary>
    internal static Decision<AccountEvent> ReceiveUnregistered(AccountState.Unregistered state, AccountCommand.ReceiveTransfer command)
    {
        if (CheckDelivery(state.Id, command) is { } rejection) return rejection;
        return IsBuried(state.Tombstones, command.Leg)
            ? Buried(command.Leg)
            : new AccountEvent.TransferRefused(command.Leg, new(RejectionCode.NotRegistered, "a registered account", $"{state.Id}"));
    }

    internal static Decision<AccountEvent> Close(AccountState.Open open, AccountCommand.CloseTransfer command, Stamp stamp)
    {
        if (HasEnded(open, command.Leg)) return AccountDecider.Nothing;
        if (Settlements.Find(open, command.Leg, out var packet, out var leg) is { } unknown) return unknown;
        if (leg.Stage is LegStage.Delivered) return AccountDecider.Nothing;
        if (leg.Stage is not LegStage.InTransit transit) return NotSent(leg);
        return ImmutableArray.Create<AccountEvent>(new AccountEvent.TransferClosed(command.Leg, command.Refusal))
            .AddRange(Settlements.FeesAfter(packet.With(leg.Outflow.Leg, new LegStage.Delivered(transit.To)), stamp));
    }

    internal static Decision<AccountEvent> Return(AccountState.Open open, AccountCommand.ReturnTransfer command, Stamp stamp)
    {
        if (HasEnded(open, command.Leg)) return AccountDecider.Nothing;
        if (Settlements.Find(open, command.Leg, out var packet, out var leg) is { } unknown) return unknown;
        if (leg.Stage is LegStage.Released) return AccountDecider.Nothing;
        if (leg.Stage is not LegStage.InTransit) return NotSent(leg);
        var postings = Postings.Move(leg.Outflow.Amounts[0], Book.Transit, Book.Available);
        if (open.Ledger.Refuse(postings) is { } overflow) return overflow;
        var stage = new LegStage.Released(UInt256.Zero, command.Rejection.ToString(), null);
        return ImmutableArray.Create<AccountEvent>(new AccountEvent.TransferReturned(command.Leg, command.Rejection, postings))
            .AddRange(Settlements.FeesAfter(packet.With(leg.Outflow.Leg, stage), stamp));
    }

    internal static StateKey Key(LegRef leg) => leg.ToString();

    /// <summary>The payee's word on each transfer of a packet that is over was heard; it has but one, so hearing it again changes nothing.</summary>
    private static bool HasEnded(AccountState.Open open, LegRef leg) =>
        leg.Packet.Owner == open.Id && !open.Packets.ContainsKey(leg.Packet.Id) && Forgetting.IsOver(open, leg.Packet.Id);

    private static bool IsBuried(ImmutableSortedDictionary<StateKey, Rejection> tombstones, LegRef leg) =>
        !tombstones.IsEmpty && tombstones.ContainsKey(Key(leg));

    private static Rejection? CheckDelivery(AccountId payee, AccountCommand.ReceiveTransfer command)
    {
        if (CheckPayer(payee, command.From, command.Leg, command.Amount) is { } rejection) return rejection;
        return AccountIntent.DeliveryId(command.Leg) is var only && command.CommandId != only
            ? new(RejectionCode.IdempotencyMismatch, $"command {only} for this leg", $"{command.CommandId}")
            : null;
    }

    private static Rejection? CheckPayer(AccountId payee, AccountId from, LegRef leg, Amount amount)
    {
        if (from != leg.Packet.Owner || from == payee) return new(RejectionCode.NotAllowedCaller, $"the payer {leg.Packet.Owner}", $"{from}");
        return amount.Value.IsZero ? new(RejectionCode.ZeroAmount, "an amount above zero", $"{amount}") : null;
    }

    private static Rejection Buried(LegRef leg) => new(RejectionCode.TransferTombstoned, "a transfer that was not refused", $"{leg}");

    private static Rejection NotSent(LegReservation leg) => new(RejectionCode.TransferUnknown, "a transfer in transit", leg.Stage.GetType().Name);
}
