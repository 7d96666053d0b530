using TPWallet.Domain.Accounts;
using TPWallet.Domain.Ledger;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// Rejected deposits that are given back, kept from the events of each account: only what its case rejected goes, whole, to one of those who paid it, out of the book of held deposits
/// and by one leg at a time; and what does not arrive is held again, unless a reorg took the deposit meanwhile.
/// </summary>
internal sealed class ReturnCheck(IJudge judge, IReadOnlyDictionary<string, Mirror> streams, Func<string, bool> isRejected)
{
    private readonly Dictionary<(string Account, Guid Deposit), Out> _out = [];

    /// <summary>Deposits that went back, by what is on disk.</summary>
    public int Posted => _out.Values.Count(one => one.IsPosted);

    /// <summary>Forgets everything: the events come again.</summary>
    public void Clear() => _out.Clear();

    public void Add(Mirror stream, object before, object @event)
    {
        if (before is not AccountState.Open open) return;
        switch (@event)
        {
            case AccountEvent.Reserved e:
                foreach (var leg in e.Reservation.Legs.Values)
                    if (leg.Returns is { } held) Reserved(stream, open, e, leg, held);
                break;
            case AccountEvent.LegHeld { Reservation.Returns: { } held } e:
                _out[(stream.Name.Key, held.Id)] = new(e.Packet, e.Reservation.Outflow.Leg);
                break;
            case AccountEvent.LegReleased e when open.Packets[e.Packet].Legs[e.Leg].Returns is { } held:
                Released(stream, e, held);
                break;
            case AccountEvent.LegUnreleased e when open.Packets[e.Packet].Legs[e.Leg].Returns is { } held:
                _out.TryAdd((stream.Name.Key, held.Id), new(e.Packet, e.Leg));
                break;
            case AccountEvent.LegPosted e when open.Packets[e.Packet].Legs[e.Leg].Returns is { } held:
                Paid(stream, e.Packet, e.Leg, held, isPosted: true);
                break;
            case AccountEvent.LegUnposted e when open.Packets[e.Packet].Legs[e.Leg].Returns is { } held:
                Paid(stream, e.Packet, e.Leg, held, isPosted: false);
                break;
            case AccountEvent { Deposited: { } deposit } when _out.TryGetValue((stream.Name.Key, HeldDeposit.IdOf(deposit)), out var gone):
                gone.IsLost = @event is AccountEvent.DepositReversed;
                break;
            default:
                break;
        }
    }

    private void Reserved(Mirror stream, AccountState.Open open, AccountEvent.Reserved reserved, LegReservation leg, HeldDeposit held)
    {
        var packet = reserved.Reservation.Packet;
        var name = $"{stream.Name.Key}/{packet}";
        if (held.Case is not { } @case || !isRejected(HeldDeposit.CaseKey(open.Id, held.Id, @case.Number)))
            judge.Fail("returned-unrejected", $"{name} gives back {held.Deposit.Ref}, whose case {held.Case?.Number} nobody rejected");
        if ((streams.GetValueOrDefault($"{judge.Tenant}/packet/{name}")?.State as PacketState)?.Content?.Legs.FirstOrDefault(one => one.Id == leg.Outflow.Leg)
            is not Leg.ChainTransfer transfer || transfer.From != held.Deposit.To || !held.Sources.Contains(transfer.To) || transfer.Amount != held.Deposit.Amount)
            judge.Fail("returned-elsewhere", $"{name} gives back {held.Deposit} of {string.Join(", ", held.Sources)} by another movement");
        var asset = held.Deposit.Amount.Asset;
        var wanted = reserved.Reservation.Legs.Values.Select(one => one.Returns).OfType<HeldDeposit>()
            .Where(one => one.Deposit.Amount.Asset == asset).Aggregate(UInt256.Zero, (sum, one) => sum + one.Deposit.Amount.Value);
        var taken = reserved.Postings.Entries.Where(entry => entry is { Book: Book.Held, Side: PostingSide.Debit } && entry.Asset == asset)
            .Aggregate(UInt256.Zero, (sum, entry) => sum + entry.Amount);
        if (taken != wanted) judge.Fail("return-book", $"{name} gives back {wanted} {asset} and takes {taken} from what is held");
        if (!_out.TryAdd((stream.Name.Key, held.Id), new(packet, leg.Outflow.Leg)))
            judge.Fail("returned-twice", $"{name} gives back {held.Deposit.Ref}, as {_out[(stream.Name.Key, held.Id)].Packet} does");
    }

    /// <summary>Held again, as long as the deposit stands and no other leg took it over.</summary>
    private void Released(Mirror stream, AccountEvent.LegReleased released, HeldDeposit held)
    {
        var key = (stream.Name.Key, held.Id);
        if (!_out.TryGetValue(key, out var gone) || !gone.Is(released.Packet, released.Leg)) return;
        _out.Remove(key);
        var back = released.Postings.Entries.Any(entry => entry is { Book: Book.Held, Side: PostingSide.Credit } && entry.Asset == held.Deposit.Amount.Asset);
        if (back == gone.IsLost) judge.Fail("return-book", $"{released.Packet} of {key.Key} did not give back {held.Deposit.Ref}, which {(gone.IsLost ? "is gone" : "stands")}: {released.Postings}");
    }

    private void Paid(Mirror stream, Name packet, Name leg, HeldDeposit held, bool isPosted)
    {
        if (!_out.TryGetValue((stream.Name.Key, held.Id), out var gone) || !gone.Is(packet, leg))
            judge.Fail("returned-twice", $"{packet} of {stream.Name.Key} gave back {held.Deposit.Ref}, which is out by {gone?.Packet}");
        else gone.IsPosted = isPosted;
    }

    /// <summary>A leg by which a deposit is on its way, or went back.</summary>
    private sealed class Out(Name packet, Name leg)
    {
        public Name Packet => packet;

        public bool IsPosted { get; set; }

        /// <summary>The chain does not have the deposit any more.</summary>
        public bool IsLost { get; set; }

        public bool Is(Name otherPacket, Name otherLeg) => (packet, leg) == (otherPacket, otherLeg);
    }
}
