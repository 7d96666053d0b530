using TPWallet.Domain.Authority;
using TPWallet.Domain.Ledger;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Accounts;

/// <summary>
/// The one door out: authorisation again, then limits and ledger for the worst case of every leg, all or nothing. Two packets that
/// each would pass alone cannot pass together, since the first one's reservation is in the state that the second is judged by. A packet that is refused
/// goes on without the reservation, so a refusal is for ever (<see cref="IDecidedOnce"/>); what it asks next is another attempt, with another id.
/// </summary>
internal static class Reservations
{
    /// <summary>Most packets of one account that reserved and are not over; a number of the product, since each silo must decide the same.</summary>
    internal const int MaxUnderWay = 4_096;

    internal static Decision<AccountEvent> Reserve(AccountState.Open open, AccountCommand.Reserve command, Stamp stamp)
    {
        var packet = command.Packet;
        var hash = Canonical.Hash(packet);
        if (packet.Ref.Owner != open.Id) return new Rejection(RejectionCode.NotAllowedCaller, $"a packet of {open.Id}", $"a packet of {packet.Ref.Owner}");
        if (open.Packets.TryGetValue(packet.Ref.Id, out var known))
        {
            return known.ContentHash == hash
                ? AccountDecider.Nothing
                : new Rejection(RejectionCode.ClaimTaken, $"{packet.Ref.Id} with content {known.ContentHash}", $"{hash}");
        }

        if (Forgetting.IsOver(open, packet.Ref.Id)) return new Rejection(RejectionCode.ReservationEnded, "a packet that is not over", $"{packet.Ref.Id}");
        var isMandated = MandatedCalls.MandateOf(packet, open.Governance) is not null;
        if (open.Freeze.IsFrozen && !isMandated) return new Rejection(RejectionCode.Frozen, "an account that is not frozen", $"freeze {open.Freeze.Number}");
        if (!isMandated && open.InDeficit() is { } asset) return new Rejection(RejectionCode.Deficit, "no debt", $"{open.Ledger.Of(Book.Available, asset).Deficit} {asset}");
        if (Stopping.Refuse(open) is { } stopped) return stopped;
        if (open.UnderWay >= MaxUnderWay)
            return new Rejection(RejectionCode.QuotaExceeded, $"at most {MaxUnderWay} packets of an account under way", $"{open.UnderWay} under way");
        if (stamp.Latest >= packet.OpenBefore) return new Rejection(RejectionCode.DeadlinePassed, $"before {packet.OpenBefore}", $"{stamp.Latest}");
        foreach (var replacement in packet.Legs.Select(leg => leg.Replaces).OfType<Replacement>())
            if (StillPossible(open, replacement) is { } possible) return possible;
        var facts = AccountViews.Facts(open, packet, command.Bounds, command.Votes, stamp, command.QuorumReachedAt) with { Risk = command.Risk };
        if (Refusal(Authorisation.Assess(facts)) is { } refusal) return refusal;
        var outflow = Outflow.Of(packet, command.Bounds, facts.Own, facts.Governance, out _)!;
        if (PaidElsewhere(open, outflow) is { } claimed) return claimed;
        var returns = Returning.Of(open, packet, out var unfit);
        if (unfit is not null) return unfit;
        if (Hold(outflow, returns, out var postings) is { } overflow) return overflow;
        if (Missing(open, postings) is { } missing) return missing;
        var legs = LegReservations.Of(outflow.Legs.Select(leg => new LegReservation(leg, LegStage.Held.Same) { Returns = returns.GetValueOrDefault(leg.Leg) }));
        var reservation = new PacketReservation(packet.Ref.Id, hash, legs, outflow.OperatorFees, FeeStage.Held, stamp.Latest, packet.OpenBefore);
        return ImmutableArray.Create<AccountEvent>(new AccountEvent.Reserved(reservation, postings)).AddRange(Forgetting.Due(open, stamp));
    }

    /// <summary>Null if the replaced leg was released because the named transaction is final at its nonce, which this account heard from its own lane.</summary>
    private static Rejection? StillPossible(AccountState.Open open, Replacement replacement)
    {
        if (Settlements.Find(open, replacement.Leg, out _, out var leg) is { } unknown) return unknown;
        return leg.Stage is LegStage.Released { By: { } by } && by.TxHash == replacement.ConsumedBy
            ? null
            : new(RejectionCode.NotFinal, $"the nonce of {replacement.Leg} taken by {replacement.ConsumedBy}, final", leg.Stage.GetType().Name);
    }

    /// <summary>An invoice is paid once: a payment of it that fails because another is under way would be made on chain besides.</summary>
    private static Rejection? PaidElsewhere(AccountState.Open open, Outflow outflow)
    {
        var invoices = outflow.Legs.Select(static leg => leg.Channels?.Invoice).OfType<Bytes32>().ToArray();
        if (invoices.Length == 0) return null;
        if (invoices.GroupBy(static hash => hash).FirstOrDefault(static same => same.Count() > 1) is { } twice) return new(RejectionCode.ClaimTaken, $"one leg that pays invoice {twice.Key}", "two");
        foreach (var packet in open.Packets.Values)
        {
            foreach (var leg in packet.Legs.Values)
            {
                if (leg.Outflow.Channels is not { } channels || !invoices.Contains(channels.Invoice)) continue;
                var isOver = leg.Stage is LegStage.Released && (channels.Instead is not { } instead || packet.Legs[instead].Stage is LegStage.Released);
                if (!isOver) return new(RejectionCode.ClaimTaken, $"an invoice that no other packet pays: {channels.Invoice}", $"{packet.Packet} pays it");
            }
        }

        return null;
    }

    private static Rejection? Refusal(Assessment assessment) => assessment.Verdict switch
    {
        Verdict.Allowed => null,
        Verdict.Denied => assessment.Denial,
        Verdict.NeedsVotes => new(
            RejectionCode.QuorumMissing,
            $"{assessment.Required.Approvals} of {assessment.Required.Eligible}",
            $"{assessment.Counted.Length}",
            [.. assessment.Reasons.Select(reason => $"{reason.Rule}: {reason.Detail}")]),
        Verdict.Held => new(RejectionCode.RiskHeld, "a released case", "held", [.. assessment.Reasons.Select(reason => $"{reason.Rule}: {reason.Detail}")]),
        Verdict.TimeLocked => new(RejectionCode.TimelockRunning, $"no earlier than {assessment.UnlocksAt}", "now"),
        _ => throw new UnreachableException(),
    };

    private static Rejection? Hold(Outflow outflow, ImmutableSortedDictionary<Name, HeldDeposit> returns, out Postings postings)
    {
        postings = Postings.None;
        try
        {
            var amounts = outflow.Legs.SelectMany(leg => returns.ContainsKey(leg.Leg) || leg.Channels is not null ? [] : leg.Amounts)
                .Concat(outflow.Legs.Select(leg => leg.Fee).OfType<Amount>())
                .Concat(outflow.OperatorFees.Select(fee => fee.Amount))
                .GroupBy(amount => amount.Asset)
                .Select(group => group.Aggregate((sum, amount) => sum + amount))
                .OrderBy(amount => amount.Asset);
            postings = Postings.Join([
                .. amounts.Select(amount => Postings.Move(amount, Book.Available, Book.Reserved)),
                .. returns.Values.Select(held => Postings.Move(held.Deposit.Amount, Book.Held, Book.Reserved))]);
            return null;
        }
        catch (OverflowException)
        {
            return new(RejectionCode.Overflow, "sums below 2^256", "more");
        }
    }

    private static Rejection? Missing(AccountState.Open open, Postings postings)
    {
        foreach (var entry in postings.Entries.Where(entry => entry.Book == Book.Available))
        {
            var available = open.Ledger.Of(Book.Available, entry.Asset).Balance;
            if (available < entry.Amount)
                return new(RejectionCode.InsufficientFunds, $"{entry.Amount} {entry.Asset} with fees", $"{available} available");
        }

        return open.Ledger.Refuse(postings);
    }
}
