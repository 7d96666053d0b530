using System.Numerics;
using TPWallet.Domain.Accounts;
using TPWallet.Domain.Ledger;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// Deposits that are held: kept from the events of each account, apart from what its machine keeps. What the book of held deposits has is what was held and neither released
/// nor taken back; and what a score holds is released by two reviewers or not at all.
/// </summary>
/// <param name="approvals">How many reviewers said yes to a case, by its key.</param>
internal sealed class HeldCheck(IJudge judge, Func<string, int> approvals)
{
    private readonly SortedDictionary<(string Account, Guid Deposit), (AssetId Asset, BigInteger Amount)> _held = [];

    /// <summary>Deposits that reviewers let go.</summary>
    public int Reviewed { get; private set; }

    /// <summary>Forgets everything: the events come again.</summary>
    public void Clear() => _held.Clear();

    public void Add(Mirror stream, object before, object @event)
    {
        if (@event is AccountEvent account) Returned(stream, before, account);
        if (@event is not AccountEvent { Deposited: { } deposit } happened) return;
        var key = (stream.Name.Key, HeldDeposit.IdOf(deposit));
        switch (happened)
        {
            case AccountEvent.DepositHeld:
                if (!_held.TryAdd(key, (deposit.Amount.Asset, deposit.Amount.Value))) judge.Fail("held", $"{deposit.Ref} is held twice");
                break;
            case AccountEvent.DepositReleased released:
                if (!_held.Remove(key)) judge.Fail("held", $"{deposit.Ref} was released and is not held");
                Released(stream, (AccountState.Open)before, released, key.Item2);
                break;
            case AccountEvent.DepositReversed:
                _held.Remove(key);
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
        var said = held.Case is { } @case ? approvals(HeldDeposit.CaseKey(held.Deposit.Account, id, @case.Number)) : 0;
        if (said < CaseRelease.Persons) judge.Fail("held-released", $"{held.Deposit.Ref} was released, and {said} reviewers said yes to its case {held.Case?.Number}");
        else Reviewed++;
    }
}
