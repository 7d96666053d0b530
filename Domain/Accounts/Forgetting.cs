using TPWallet.Domain.Chains.Watching;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Accounts;

/// <summary>
/// Packets and deposits that ended leave the state, so that it stays as large as what is under way, and a snapshot with it. Nothing is lost: the
/// journal keeps their events.
/// <list type="bullet">
/// <item>They stay while a reorg can come back to them: as long as their transactions are watched (<see cref="WatchedState.WatchedFor"/>) and a day more.</item>
/// <item>No reorg comes back to a packet of ledger legs alone. It leaves at once, and its id stays, which is a tenth of it: an account that pays others
/// all day long is as small as one that does not.</item>
/// <item>A packet's id stays until its open-before is past, so its content can never be reserved a second time; under its id no other content comes,
/// since an ended packet takes no draft.</item>
/// <item>A deposit that was forgotten leaves its block as a floor: nothing at or below it is credited any more.</item>
/// <item>A received transfer is not in the state at all: it comes under one command id only (<see cref="AccountIntent.DeliveryId"/>).</item>
/// <item>A command is remembered by the journal's UNIQUE(stream, command) for ever, whatever the state still knows.</item>
/// </list>
/// </summary>
internal static class Forgetting
{
    /// <summary>Most that one decision forgets; each reservation and each credit brings one, so what is due does not pile up.</summary>
    internal const int MaxAtOnce = 16;

    private const string Packet = "packet";

    private const string Deposit = "deposit";

    /// <summary>Streams of before code version 10 forget received transfers, which the state no longer keeps.</summary>
    private const string Received = "received";

    internal static Span Kept { get; } = new(WatchedState.WatchedFor.Ms + Span.Hours(24).Ms);

    /// <summary>What a command that brings something new may forget beside it.</summary>
    internal static ImmutableArray<AccountEvent> Due(AccountState.Open open, Stamp stamp) =>
        open.Ended.DueBy(stamp.Earliest, MaxAtOnce) is { IsEmpty: false } due ? [new AccountEvent.Forgotten(due)] : [];

    /// <summary>A packet that is not in the state yet, and not over.</summary>
    internal static AccountState.Open Begin(AccountState.Open open, PacketReservation packet) =>
        open with { Packets = open.Packets.Add(packet.Packet, packet), UnderWay = open.UnderWay + 1 };

    /// <summary>After an event of a packet: whether all of it is over now, or under way again.</summary>
    internal static AccountState.Open Note(AccountState.Open open, Name id, Instant at)
    {
        var subject = StateKey.Of(Packet, id.Value);
        var packet = open.Packets[id];
        var over = packet.Legs.Values.All(leg => leg.Stage.HasEnded) && (packet.Fees.IsEmpty || packet.FeeStage != FeeStage.Held);
        var wasOver = open.Ended.At.ContainsKey(subject);
        if (!over) return wasOver ? open with { Ended = open.Ended.Remove(subject), UnderWay = open.UnderWay + 1 } : open;
        if (packet.Legs.Values.All(static leg => leg.Outflow.Fee is null && leg.Stage is not LegStage.Released { By: not null }))
            return open with { Packets = open.Packets.Remove(id), UnderWay = open.UnderWay - 1, Ended = open.Ended.Set(subject, packet.OpenBefore) };
        var until = at + Kept;
        return open with { UnderWay = wasOver ? open.UnderWay : open.UnderWay - 1, Ended = open.Ended.Set(subject, until > packet.OpenBefore ? until : packet.OpenBefore) };
    }

    /// <summary>Whether a packet that is not in <see cref="AccountState.Open.Packets"/> was there, and is over for ever.</summary>
    internal static bool IsOver(AccountState.Open open, Name id) => open.Ended.At.ContainsKey(StateKey.Of(Packet, id.Value));

    /// <summary>After this deposit was held, credited, moved or reversed: its transaction stays for as long as one of its deposits is held.</summary>
    internal static AccountState.Open Note(AccountState.Open open, Deposit deposit, Instant at)
    {
        var subject = StateKey.Of(Deposit, Deposits.Key(deposit.Chain, deposit.TxHash).Value);
        var standing = Deposits.Of(open, deposit.Chain, deposit.TxHash);
        var stays = standing.IsEmpty || standing.Any(one => Screenings.BookOf(open, one) == Ledger.Book.Held || Returning.IsOut(open, one));
        return open with { Ended = stays ? open.Ended.Remove(subject) : open.Ended.Set(subject, at + Kept) };
    }

    internal static AccountState.Open Apply(AccountState.Open open, AccountEvent.Forgotten forgotten)
    {
        foreach (var subject in forgotten.Subjects)
        {
            var (kind, key) = Parts(subject);
            open = kind switch
            {
                Packet => ForgetPacket(open, key),
                Deposit => ForgetDeposits(open, key),
                Received => open,
                _ => throw new UnreachableException($"No such subject: {subject}."),
            };
            open = open with { Ended = open.Ended.Remove(subject) };
        }

        return open;
    }

    private static AccountState.Open ForgetPacket(AccountState.Open open, Name id)
    {
        if (!open.Packets.TryGetValue(id, out var packet)) return open;
        var posted = packet.Legs.Values.Select(leg => leg.Stage).OfType<LegStage.Posted>().Where(leg => !leg.Received.IsEmpty).ToArray();
        return Returning.Forget(open, packet) with
        {
            Packets = open.Packets.Remove(id),
            OwnReceipts = open.OwnReceipts.RemoveRange(posted.Select(leg => Deposits.Key(leg.Inclusion.Chain, leg.Inclusion.TxHash))),
            Floors = posted.Aggregate(open.Floors, (floors, leg) => Raise(floors, leg.Inclusion.Chain, leg.Inclusion.Block)),
        };
    }

    private static AccountState.Open ForgetDeposits(AccountState.Open open, StateKey key)
    {
        var floors = open.Deposits[key].Aggregate(open.Floors, (floors, deposit) => Raise(floors, deposit.Chain, deposit.Block));
        foreach (var deposit in open.Deposits[key]) open = ScreeningEvolve.Forget(open, deposit);
        return open with { Deposits = open.Deposits.Remove(key), Floors = floors };
    }

    private static ImmutableSortedDictionary<ChainId, ulong> Raise(ImmutableSortedDictionary<ChainId, ulong> floors, ChainId chain, BlockRef block) =>
        floors.SetItem(chain, Math.Max(floors.GetValueOrDefault(chain), block.Number));

    private static (string Kind, string Key) Parts(StateKey subject)
    {
        var bar = subject.Value.IndexOf('|', StringComparison.Ordinal);
        return (subject.Value[..bar], subject.Value[(bar + 1)..]);
    }
}
