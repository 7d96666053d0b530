using System.Globalization;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Ledger;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Accounts;

/// <summary>
/// How reservations of chain legs end: posted when final, released when impossible; and how a reorg takes either back. A reservation
/// ends once.
/// </summary>
internal static class Settlements
{
    internal static Decision<AccountEvent> Post(AccountState.Open open, AccountCommand.PostLeg command, Stamp stamp)
    {
        if (Find(open, command.Leg, out var packet, out var leg) is { } unknown) return unknown;
        if (leg.Outflow.Fee is not { } budget) return new Rejection(RejectionCode.WrongState, "a leg on a chain", "another leg");
        switch (leg.Stage)
        {
            case LegStage.Posted posted when posted.Inclusion.TxHash == command.Inclusion.TxHash && posted.Inclusion.Block == command.Inclusion.Block:
                return AccountDecider.Nothing;
            case LegStage.Posted posted:
                return new Rejection(RejectionCode.WrongState, $"an un-posting of {posted.Inclusion.TxHash} first", $"{command.Inclusion.TxHash}");
            case LegStage.Released released:
                return new Rejection(RejectionCode.ReservationEnded, "a reservation that holds", $"released: {released.Reason}");
        }

        if (!command.Inclusion.Succeeded) return new Rejection(RejectionCode.LegMismatch, "a transaction that succeeded", "one that reverted");
        if (command.Inclusion.Chain != budget.Asset.Chain) return new Rejection(RejectionCode.WrongChain, $"{budget.Asset.Chain}", $"{command.Inclusion.Chain}");
        if (command.Spent.Select(amount => amount.Asset).Distinct().Count() != command.Spent.Length)
            return new Rejection(RejectionCode.Malformed, "each spent asset once", "an asset that comes twice");

        // A deposit of the same transaction has credited what arrived already.
        var credited = Deposits.Of(open, command.Inclusion.Chain, command.Inclusion.TxHash);
        // What moved between two own addresses never left; the scan takes it for no deposit (BlockScan).
        var arrived = leg.Outflow.OwnMove ? command.Received.AddRange(command.Spent) : command.Received;
        var received = arrived.Where(amount => credited.All(deposit => deposit.Amount.Asset != amount.Asset)).ToImmutableArray();
        var postings = Posted(leg, command.Spent, received, command.FeePaid);
        if (open.Ledger.Refuse(postings) is { } overflow) return overflow;
        var posting = new AccountEvent.LegPosted(
            packet.Packet, leg.Outflow.Leg, command.Inclusion, command.Spent, received, command.FeePaid, postings);
        var stage = new LegStage.Posted(command.Inclusion, command.Spent, received, command.FeePaid);
        return Deficits.With(open, posting, $"{command.Leg} took more than it had reserved")
            .AddRange(Freezing.ByIncident(open, Excess(leg, command)))
            .AddRange(FeesAfter(packet.With(leg.Outflow.Leg, stage), stamp));
    }

    /// <summary>What was paid over channels is told again only by a payment that a restore of the journal had forgotten: then it counts though its reservation is over.</summary>
    internal static Decision<AccountEvent> Post(AccountState.Open open, AccountCommand.PostPayment command, Stamp stamp)
    {
        if (Find(open, command.Leg, out var packet, out var leg) is { } unknown) return unknown;
        if (leg.Outflow.Channels is null) return new Rejection(RejectionCode.WrongState, "a leg over channels", $"{command.Leg}");
        if (leg.Stage is LegStage.Paid) return AccountDecider.Nothing;
        var spent = new Amount(leg.Outflow.Amounts[0].Asset, command.Spent);
        var paid = new AccountEvent.LegPaid(packet.Packet, leg.Outflow.Leg, spent);
        return ImmutableArray.Create<AccountEvent>(paid).AddRange(FeesAfter(packet.With(leg.Outflow.Leg, new LegStage.Paid(spent)), stamp));
    }

    internal static AccountState.Open Apply(AccountState.Open open, AccountEvent.LegPaid paid)
    {
        var packet = open.Packets[paid.Packet];
        var leg = packet.Legs[paid.Leg];
        return open with
        {
            Packets = open.Packets.SetItem(paid.Packet, packet.With(paid.Leg, new LegStage.Paid(paid.Spent))),
            Windows = open.Windows.Post(leg.Stage is LegStage.Released ? [] : leg.Reserved, leg.Spent([paid.Spent], UInt256.Zero), packet.FirstWindowAt),
        };
    }

    internal static Decision<AccountEvent> Unpost(AccountState.Open open, AccountCommand.UnpostLeg command)
    {
        if (Find(open, command.Leg, out var packet, out var leg) is { } unknown) return unknown;

        // A block that the posting does not stand on: news of an inclusion that was replaced already.
        if (leg.Stage is not LegStage.Posted posted || posted.Inclusion.Block.Hash != command.LostBlock) return AccountDecider.Nothing;
        var postings = Posted(leg, posted.Spent, posted.Received, posted.FeePaid).Inverse();
        if (open.Ledger.Refuse(postings) is { } overflow) return overflow;
        var lost = new AccountEvent.LegUnposted(packet.Packet, leg.Outflow.Leg, command.LostBlock, postings);
        return Deficits.With(open, lost, $"{command.Leg} lost its block");
    }

    /// <summary>What was released is owed to the leg again, whatever became of it since.</summary>
    internal static Decision<AccountEvent> Unrelease(AccountState.Open open, AccountCommand.UnreleaseLeg command, Stamp stamp)
    {
        if (Find(open, command.Leg, out var packet, out var leg) is { } unknown) return unknown;
        if (leg.Stage is not LegStage.Released { By: { } by } released || by.Block.Hash != command.LostBlock) return AccountDecider.Nothing;
        var postings = Released(leg, released.FeePaid, Returning.UnreleaseFrom(open, leg)).Inverse();
        var fees = packet.FeeStage == FeeStage.Returned ? FeesTo(packet, Book.Available).Inverse() : Postings.None;
        if (open.Ledger.Refuse(Postings.Join([postings, fees])) is { } overflow) return overflow;
        var lost = new AccountEvent.LegUnreleased(packet.Packet, leg.Outflow.Leg, command.LostBlock, postings);
        var events = Deficits.With(open, lost, $"{command.Leg} is possible again");
        if (packet.FeeStage != FeeStage.Returned) return events;
        var after = (AccountState.Open)AccountEvolve.Apply(open, lost, stamp.Latest);
        return events.AddRange(Deficits.With(after, new AccountEvent.OperatorFeeHeld(packet.Packet, fees), $"{command.Leg} is possible again"));
    }

    internal static Decision<AccountEvent> Release(AccountState.Open open, AccountCommand.ReleaseLeg command, Stamp stamp)
    {
        if (Find(open, command.Leg, out var packet, out var leg) is { } unknown) return unknown;
        switch (leg.Stage)
        {
            case LegStage.Released:
                return AccountDecider.Nothing;
            case LegStage.Posted or LegStage.Paid or LegStage.Delivered:
                return new Rejection(RejectionCode.ReservationEnded, "a reservation that holds", "posted");
            case LegStage.InTransit transit:
                return new Rejection(RejectionCode.WrongState, "the payee's answer", $"in transit to {transit.To}");
        }

        if (leg.Outflow.Fee is null && !command.FeePaid.IsZero)
            return new Rejection(RejectionCode.LegMismatch, "no chain fee of a leg that is on none", $"{command.FeePaid}");
        var postings = Released(leg, command.FeePaid, Returning.ReleaseTo(open, packet.Packet, leg));
        if (open.Ledger.Refuse(postings) is { } overflow) return overflow;
        var excess = leg.Outflow.Fee is { } budget && command.FeePaid > budget.Value ? $"{leg.Outflow.Leg} paid {command.FeePaid} of {budget.Value}" : null;
        var stage = new LegStage.Released(command.FeePaid, command.Reason, command.By);
        var release = new AccountEvent.LegReleased(packet.Packet, leg.Outflow.Leg, command.FeePaid, command.Reason, command.By, postings);
        return Deficits.With(open, release, $"{command.Leg} took more than it had reserved")
            .AddRange(Freezing.ByIncident(open, excess))
            .AddRange(FeesAfter(packet.With(leg.Outflow.Leg, stage), stamp));
    }

    internal static Rejection? Find(AccountState.Open open, LegRef leg, out PacketReservation packet, out LegReservation reservation)
    {
        (packet, reservation) = (null!, null!);
        if (leg.Packet.Owner != open.Id) return new(RejectionCode.NotAllowedCaller, $"a leg of {open.Id}", $"a leg of {leg.Packet.Owner}");
        if (open.Packets.TryGetValue(leg.Packet.Id, out packet!) && packet.Legs.Find(leg.Leg) is { } found)
        {
            reservation = found;
            return null;
        }

        return packet is null && Forgetting.IsOver(open, leg.Packet.Id)
            ? new(RejectionCode.ReservationEnded, "a reservation that holds", $"{leg}, whose packet is over")
            : new(RejectionCode.ReservationUnknown, "a leg that was reserved", $"{leg}");
    }

    /// <summary>When the last leg has ended, the operator's fees are posted if anything was delivered, and go back if nothing was.</summary>
    internal static ImmutableArray<AccountEvent> FeesAfter(PacketReservation packet, Stamp stamp)
    {
        if (packet.FeeStage != FeeStage.Held || packet.Fees.IsEmpty || !packet.Legs.Values.All(leg => leg.Stage.HasEnded)) return [];
        if (!packet.Legs.Values.Any(leg => leg.Stage.HasSettled))
            return [new AccountEvent.OperatorFeeReturned(packet.Packet, FeesTo(packet, Book.Available))];
        var period = DateTimeOffset.FromUnixTimeMilliseconds(stamp.Earliest.UnixMs).ToString("yyyy-MM", CultureInfo.InvariantCulture);
        return [new AccountEvent.OperatorFeePosted(packet.Packet, period, FeesTo(packet, Book.FeeTransit))];
    }

    private static Postings FeesTo(PacketReservation packet, Book book) => Postings.Join(packet.Fees.Select(fee => Postings.Move(fee.Amount, Book.Reserved, book)));

    /// <summary>Reserved gives way to what was spent; the difference is available again, or is missing there.</summary>
    private static Postings Posted(LegReservation leg, ImmutableArray<Amount> spent, ImmutableArray<Amount> received, UInt256 feePaid)
    {
        var assets = leg.Outflow.Amounts.Concat(spent).Select(amount => amount.Asset).Distinct().Order();
        return Postings.Join([
            .. assets.Select(asset => Settle(asset, In(leg.Outflow.Amounts, asset), In(spent, asset), Book.World)),
            Settle(leg.Outflow.Fee!.Value.Asset, leg.Outflow.Fee.Value.Value, feePaid, Book.NetworkFees),
            .. received.Select(amount => Postings.Move(amount, Book.World, Book.Available))]);
    }

    private static Postings Released(LegReservation leg, UInt256 feePaid, Book to) => leg.Outflow.Channels is not null ? Postings.None : Postings.Join([
        .. leg.Outflow.Amounts.Select(amount => Postings.Move(amount, Book.Reserved, to)),
        leg.Outflow.Fee is { } fee ? Settle(fee.Asset, fee.Value, feePaid, Book.NetworkFees) : Postings.None]);

    private static Postings Settle(AssetId asset, UInt256 reserved, UInt256 spent, Book to) => spent <= reserved
        ? Postings.Join([Postings.Move(new(asset, spent), Book.Reserved, to), Postings.Move(new(asset, reserved - spent), Book.Reserved, Book.Available)])
        : Postings.Join([Postings.Move(new(asset, reserved), Book.Reserved, to), Postings.Move(new(asset, spent - reserved), Book.Available, to)]);

    private static UInt256 In(ImmutableArray<Amount> amounts, AssetId asset) => amounts.FirstOrDefault(amount => amount.Asset == asset).Value;

    /// <summary>What the chain took beyond what the members agreed to: it is posted, since it is true, and the account is frozen.</summary>
    private static string? Excess(LegReservation leg, AccountCommand.PostLeg command)
    {
        foreach (var spent in command.Spent)
        {
            var agreed = In(leg.Outflow.Amounts, spent.Asset);
            if (spent.Value > agreed) return $"{leg.Outflow.Leg} spent {spent} where {agreed} was agreed";
        }

        var budget = leg.Outflow.Fee!.Value.Value;
        return command.FeePaid > budget ? $"{leg.Outflow.Leg} paid {command.FeePaid} in fees of {budget}" : null;
    }
}
