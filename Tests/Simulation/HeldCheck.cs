using System.Numerics;
using TPWallet.Domain.Accounts;
using TPWallet.Domain.Ledger;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// Deposits that are held: kept from the events of each account, apart from what its machine keeps. What the book of held deposits has is what was held and neither released
/// nor taken back; what a score holds is released by those whom its case asks, or not at all; and of one payer no more are looked at than there is room for.
/// </summary>
internal sealed class HeldCheck(IJudge judge, CaseCheck cases)
{
    private readonly SortedDictionary<(string Account, Guid Deposit), (AssetId Asset, BigInteger Amount)> _held = [];

    /// <summary>Deposits that their cases let go.</summary>
    public int Reviewed { get; private set; }

    /// <summary>Deposits that there was no room for at first.</summary>
    public int Parked { get; private set; }

    /// <summary>Deposits that a reorg took while they were held.</summary>
    public int Reversed { get; private set; }

    /// <summary>Forgets everything: the events come again.</summary>
    public void Clear() => _held.Clear();

    public void Add(Mirror stream, object before, object @event)
    {
        if (@event is AccountEvent account) Returned(stream, before, account);
        // One that comes back from a return that was let go of takes no place, and may be one too many.
        if (@event is AccountEvent.DepositHeld { IsParked: false } || (@event is AccountEvent.DepositRescreened { Id: var id } && IsParked(before, id))) Crowded(stream);
        if (@event is not AccountEvent { Deposited: { } deposit } happened) return;
        var key = (stream.Name.Key, HeldDeposit.IdOf(deposit));
        switch (happened)
        {
            case AccountEvent.DepositHeld e:
                if (e.IsParked) Parked++;
                if (!_held.TryAdd(key, (deposit.Amount.Asset, deposit.Amount.Value))) judge.Fail("held", $"{deposit.Ref} is held twice");
                break;
            case AccountEvent.DepositReleased released:
                if (!_held.Remove(key)) judge.Fail("held", $"{deposit.Ref} was released and is not held");
                Released(stream, (AccountState.Open)before, released, key.Item2);
                break;
            case AccountEvent.DepositReversed:
                if (_held.Remove(key)) Reversed++;
                break;
            default:
                return;
        }

        Compare(stream, deposit.Amount.Asset);
    }

    private void Compare(Mirror stream, AssetId asset)
    {
        var book = ((AccountState.Open)stream.State).Ledger.Of(Book.Held, asset);
        var sum = _held.Where(held => held.Key.Account == stream.Name.Key && held.Value.Asset == asset).Aggregate(BigInteger.Zero, (all, held) => all + held.Value.Amount);
        if ((BigInteger)book.Credits - book.Debits != sum) judge.Fail("held", $"{stream.Name.Key} has {book} {asset} in its book of held deposits, held are {sum}");
    }

    /// <summary>Deposits that are given back leave the book with the reservation, and come back where that is released; both as the postings say.</summary>
    private void Returned(Mirror stream, object before, AccountEvent @event)
    {
        IEnumerable<LegReservation> legs = @event switch
        {
            AccountEvent.Reserved e => e.Reservation.Legs.Values,
            AccountEvent.LegHeld e => [e.Reservation],
            AccountEvent.LegReleased e => [((AccountState.Open)before).Packets[e.Packet].Legs[e.Leg]],
            AccountEvent.LegUnreleased e => [((AccountState.Open)before).Packets[e.Packet].Legs[e.Leg]],
            _ => [],
        };
        foreach (var held in legs.Select(leg => leg.Returns).OfType<HeldDeposit>())
        {
            var (key, amount) = ((stream.Name.Key, held.Id), held.Deposit.Amount);
            if (@event.Moved.Entries.FirstOrDefault(entry => entry.Book == Book.Held && entry.Asset == amount.Asset) is not { Amount.IsZero: false } entry) continue;
            if (entry.Side == PostingSide.Credit) _held[key] = (amount.Asset, amount.Value);
            else if (!_held.Remove(key)) judge.Fail("held", $"{held.Deposit.Ref} is given back and is not held");
            Compare(stream, amount.Asset);
        }
    }

    private void Released(Mirror stream, AccountState.Open before, AccountEvent.DepositReleased released, Guid id)
    {
        var held = before.Held[new(id.ToString("N"))];
        if ((released.Score ?? held.Score) is not { } score)
            judge.Fail("unscreened", $"{released.Deposit.Ref} of {stream.Name.Key} was released without a score");
        else if (score.Mode == RiskMode.Enforced && score.Value.Demand.Action >= RiskAction.Hold)
            Approved(held, id);
    }

    private void Approved(HeldDeposit held, Guid id)
    {
        if (held.Case is { } @case && cases.IsReleased(HeldDeposit.CaseKey(held.Deposit.Account, id, @case.Number))) Reviewed++;
        else judge.Fail("held-released", $"{held.Deposit.Ref} was released, and nobody let its case {held.Case?.Number} go");
    }

    /// <summary>A deposit that is parked although there is room for it; null when none is.</summary>
    public static string? Forgotten(AccountState.Open open)
    {
        if (open.Held.Values.FirstOrDefault(held => held.Stage == HoldStage.Parked && Of(open, held.Payer) < HeldDeposit.MaxOfPayer) is not { } parked) return null;
        return $"{parked.Deposit.Ref} is parked, and {Of(open, parked.Payer)} of its payer are looked at";
    }

    private static bool IsParked(object before, Guid deposit) =>
        before is AccountState.Open open && open.Held.GetValueOrDefault(new(deposit.ToString("N"))) is { Stage: HoldStage.Parked };

    private void Crowded(Mirror stream)
    {
        var open = (AccountState.Open)stream.State;
        if (open.Held.Count <= HeldDeposit.MaxOfPayer) return;
        foreach (var payer in open.Held.Values.Select(held => held.Payer).Distinct())
            if (Of(open, payer) > HeldDeposit.MaxOfPayer) judge.Fail("parking", $"{Of(open, payer)} deposits of {payer} are looked at at {stream.Name.Key}");
    }

    private static int Of(AccountState.Open open, string payer) => open.Held.Values.Count(held => held.Stage != HoldStage.Parked && held.Payer == payer);
}
