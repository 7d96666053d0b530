using TPWallet.Domain.Ledger;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Accounts;

/// <summary>
/// Rejected deposits that go back to who paid them, by a packet like any other: votes, lane and signer see a transfer. What differs is the book that it is taken from. On a chain of
/// the Bitcoin family nobody can tell from a transaction who paid, so the payee is whom the members vote; and the lane spends the very coin that came in.
/// <code>
/// Rejected ─Reserve─▶ out (Held ▶ Reserved) ─┬─ posted ─▶ given back (Reserved ▶ World)
///     ▲                                      │      └─ un-posted by a reorg ─▶ out
///     └──────────── released ────────────────┘
/// </code>
/// The money is never spendable in between. A reorg that takes the deposit while it is out takes it from what can be spent, which may leave a debt as with any deposit that was
/// spent; the packet is told, and closed if that is still possible. What then comes again, or back, covers just that.
/// </summary>
internal static class Returning
{
    /// <summary>The rejected deposits that legs of this packet give back, by leg; or why they cannot.</summary>
    internal static ImmutableSortedDictionary<Name, HeldDeposit> Of(AccountState.Open open, PacketContent packet, out Rejection? rejection)
    {
        rejection = null;
        var found = ImmutableSortedDictionary<Name, HeldDeposit>.Empty;
        foreach (var leg in packet.Legs.OfType<Leg.ChainTransfer>())
        {
            if (leg.Returns is not { } deposit) continue;
            if (Screenings.Find(open, HeldDeposit.IdOf(open.Id, deposit)) is not { Stage: HoldStage.Rejected } held)
                rejection ??= new(RejectionCode.WrongState, $"a deposit {deposit} that reviewers rejected", "none such is held");
            else if (leg.Amount != held.Deposit.Amount || leg.From != held.Deposit.To || (deposit.Chain.IsEvm && !held.Sources.Contains(leg.To)))
                rejection ??= new(RejectionCode.LegMismatch, $"{held.Deposit.Amount} from {held.Deposit.To} to who paid it", $"{leg.Amount} from {leg.From} to {leg.To}");
            else if (found.Values.Any(other => other.Id == held.Id))
                rejection ??= new(RejectionCode.ClaimTaken, $"one leg that gives back {deposit}", "two");
            else found = found.Add(leg.Id, held);
        }

        return found;
    }

    /// <summary>Where the amounts of a leg go that is released: back to the held deposits while the deposit that it gives back stands, and is not out by another leg.</summary>
    internal static Book ReleaseTo(AccountState.Open open, Name packet, LegReservation leg) =>
        leg.Returns is { } held && Deposits.Of(open, held.Deposit.Chain, held.Deposit.TxHash).Any(one => one.LogIndex == held.Deposit.LogIndex)
            && open.Returning.GetValueOrDefault(HeldDeposit.KeyOf(held.Id)) == new LegRef(new(open.Id, packet), leg.Outflow.Leg)
            ? Book.Held
            : Book.Available;

    /// <summary>Where they are taken from when the leg is possible again.</summary>
    internal static Book UnreleaseFrom(AccountState.Open open, LegReservation leg) =>
        leg.Returns is { } held && Screenings.Find(open, held.Id) is not null ? Book.Held : Book.Available;

    /// <summary>Whether the deposit is on its way back, or there: it is not held again when a reorg brings it again.</summary>
    internal static bool Has(AccountState.Open open, Deposit deposit) => !open.Returning.IsEmpty && open.Returning.ContainsKey(HeldDeposit.KeyOf(HeldDeposit.IdOf(deposit)));

    /// <summary>Whether a leg that gives it back may still settle, or come back.</summary>
    internal static bool IsOut(AccountState.Open open, Deposit deposit) =>
        !open.Returning.IsEmpty && open.Returning.TryGetValue(HeldDeposit.KeyOf(HeldDeposit.IdOf(deposit)), out var leg)
        && open.Packets.TryGetValue(leg.Packet.Id, out var packet) && !packet.Legs[leg.Leg].Stage.HasEnded;

    /// <summary>After the reservation of a packet: what it gives back is out.</summary>
    internal static AccountState.Open Begin(AccountState.Open open, PacketReservation packet)
    {
        foreach (var leg in packet.Legs.Values)
            if (leg.Returns is { } held) open = Out(open, packet.Packet, leg.Outflow.Leg, held);
        return open;
    }

    /// <summary>After a release, told by the state before it: held and rejected again, or of a deposit that is gone.</summary>
    internal static AccountState.Open Back(AccountState.Open open, Book to, Name packet, LegReservation leg)
    {
        if (leg.Returns is not { } held) return open;
        var key = HeldDeposit.KeyOf(held.Id);
        if (open.Returning.GetValueOrDefault(key) == new LegRef(new(open.Id, packet), leg.Outflow.Leg)) open = open with { Returning = open.Returning.Remove(key) };
        if (to != Book.Held) return open;
        var standing = Deposits.Of(open, held.Deposit.Chain, held.Deposit.TxHash).First(one => one.LogIndex == held.Deposit.LogIndex);
        return open with { Held = open.Held.SetItem(key, held with { Deposit = standing, Stage = HoldStage.Rejected }) };
    }

    /// <summary>After a release was taken back.</summary>
    internal static AccountState.Open Again(AccountState.Open open, Name packet, LegReservation leg) =>
        leg.Returns is { } held && !open.Returning.ContainsKey(HeldDeposit.KeyOf(held.Id)) ? Out(open, packet, leg.Outflow.Leg, held) : open;

    /// <summary>The deposit's own time in the state follows its leg's: as long as the money may come back, it stays.</summary>
    internal static AccountState.Open Note(AccountState.Open open, Name packet, Name leg, Instant at) =>
        open.Packets.GetValueOrDefault(packet)?.Legs[leg].Returns is { } held ? Forgetting.Note(open, held.Deposit, at) : open;

    /// <summary>The deposit lost its block while it is out: its packet hears of it.</summary>
    internal static AccountState.Open Lost(AccountState.Open open, Deposit deposit)
    {
        if (!IsOut(open, deposit)) return open;
        var leg = open.Returning[HeldDeposit.KeyOf(HeldDeposit.IdOf(deposit))];
        return open with
        {
            Holds = open.Holds + 1,
            Intents = open.Intents.SetItem(
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"lost/{open.Holds + 1:D12}"), new AccountIntent.TellLost(leg, deposit.Ref)),
        };
    }

    /// <summary>The packet is forgotten: nothing of it comes back, and a deposit that did not stay is a new one if it ever comes.</summary>
    internal static AccountState.Open Forget(AccountState.Open open, PacketReservation packet)
    {
        foreach (var leg in packet.Legs.Values)
        {
            if (leg.Returns is not { } held || Deposits.Of(open, held.Deposit.Chain, held.Deposit.TxHash).Any(one => one.LogIndex == held.Deposit.LogIndex)) continue;
            open = open with { Returning = open.Returning.Remove(HeldDeposit.KeyOf(held.Id)) };
        }

        return open;
    }

    private static AccountState.Open Out(AccountState.Open open, Name packet, Name leg, HeldDeposit held)
    {
        // A leg that is out again closed the case when it was reserved.
        var isAgain = open.Packets.GetValueOrDefault(packet)?.Legs.Find(leg) is { Stage: LegStage.Released };
        return Lodge(ScreeningEvolve.End(open, held.Id, packet, closes: !isAgain), held) with { Returning = open.Returning.SetItem(HeldDeposit.KeyOf(held.Id), new(new(open.Id, packet), leg)) };
    }

    /// <summary>The lane needs the coin of a deposit that stands; one that a reorg took is none.</summary>
    private static AccountState.Open Lodge(AccountState.Open open, HeldDeposit held) =>
        Deposits.Of(open, held.Deposit.Chain, held.Deposit.TxHash).Any(one => one.LogIndex == held.Deposit.LogIndex) ? ScreeningEvolve.Lodge(open, held.Deposit, isReturn: true) : open;
}
