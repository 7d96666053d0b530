using System.Globalization;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Risk.Scoring;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Accounts;

/// <summary>What the events of held deposits make of the state, and what is owed for them then.</summary>
internal static class ScreeningEvolve
{
    internal static AccountState.Open Apply(AccountState.Open open, AccountEvent @event, Instant at) => @event switch
    {
        AccountEvent.DepositHeld e => Ask(open, new(e.Deposit, e.Tier, e.Sources, e.IsParked ? HoldStage.Parked : HoldStage.Screening, null, null, 0, at)),
        AccountEvent.DepositCredited => open,
        AccountEvent.DepositScreened e => Cased(open, Screenings.Find(open, HeldDeposit.IdOf(e.Deposit))! with { Stage = e.Stage, Score = e.Score, Case = e.Case }),
        AccountEvent.DepositReviewed e => Ask(open, Screenings.Find(open, e.Id)! with { Stage = e.Stage, Case = e.Case }),
        AccountEvent.DepositRescreened e => Ask(open, Screenings.Find(open, e.Id)! with { Stage = HoldStage.Screening }),
        AccountEvent.DepositReleased e => Lodge(End(open, HeldDeposit.IdOf(e.Deposit)), e.Deposit),
        AccountEvent.DepositMoved e => Moved(open, e.Deposit),
        AccountEvent.DepositReversed e => Returning.Lost(Unlodge(End(open, HeldDeposit.IdOf(e.Deposit)), e), e.Deposit),
        _ => throw new UnreachableException(@event.GetType().Name),
    };

    /// <summary>The deposit is forgotten: its lane keeps the coin.</summary>
    internal static AccountState.Open Forget(AccountState.Open open, Deposit deposit)
    {
        if (open.Lodged.IsEmpty && open.Returning.IsEmpty) return open;
        var key = HeldDeposit.KeyOf(HeldDeposit.IdOf(deposit));
        return open with { Lodged = open.Lodged.Remove(key), Returning = open.Returning.Remove(key) };
    }

    private static AccountState.Open Moved(AccountState.Open open, Deposit deposit)
    {
        if (open.Held.IsEmpty && open.Lodged.IsEmpty) return open;
        var id = HeldDeposit.IdOf(deposit);
        if (Screenings.Find(open, id) is { } held) return Ask(open, held with { Deposit = deposit });
        return open.Lodged.Contains(HeldDeposit.KeyOf(id)) ? Lodge(open, deposit, Returning.Has(open, deposit)) : open;
    }

    /// <summary>Another case than before is opened; the one before is of what the deposit no longer is.</summary>
    private static AccountState.Open Cased(AccountState.Open open, HeldDeposit held)
    {
        var before = Screenings.Find(open, held.Id)!.Case;
        if (held.Case is not { } @case || @case.Number == before?.Number) return Ask(open, held);
        var opened = new AccountIntent.OpenCase(HeldDeposit.CaseKey(open.Id, held.Id, @case.Number), held.Id, held.Score!)
        {
            Subject = held.Score!.Terms.AsksVerdict ? VerdictSubjects.Of(held.Id, held.Deposit, held.Tier, held.Sources) : null,
        };
        open = Close(open, held.Id, before) with { Holds = Math.Max(open.Holds, @case.Number) };
        return Ask(open with { Intents = open.Intents.SetItem(CaseIntent(held.Id, @case, "1"), opened) }, held);
    }

    /// <summary>What the deposit waits for now is owed under a new number, and what it waited for no more.</summary>
    private static AccountState.Open Ask(AccountState.Open open, HeldDeposit held)
    {
        held = held with { Turn = open.Holds + 1 };
        var intents = Without(open, held.Id);
        AccountIntent? wanted = held.Stage switch
        {
            HoldStage.Screening => new AccountIntent.Screen(held.Id, held.Deposit, held.Tier, held.Sources),
            HoldStage.Confirming => new AccountIntent.AwaitDepth(held.Id, held.Deposit.Chain, held.Deposit.Block, held.Score!.Value.Demand.ExtraConfirmations),
            HoldStage.Reviewing or HoldStage.Rejected or HoldStage.Parked => null,
            _ => throw new UnreachableException($"{held.Stage}"),
        };
        return open with
        {
            Holds = held.Turn,
            Held = open.Held.SetItem(HeldDeposit.KeyOf(held.Id), held),
            Intents = wanted is null ? intents : intents.SetItem(WaitIntent(held), wanted),
        };
    }

    /// <param name="by">The packet that gives it back; null where none does.</param>
    /// <param name="closes">False where its case was closed before.</param>
    internal static AccountState.Open End(AccountState.Open open, Guid id, Name? by = null, bool closes = true)
    {
        if (open.Held.IsEmpty || Screenings.Find(open, id) is not { } held) return open;
        if (closes) open = Close(open, id, held.Case, by);
        return open with { Held = open.Held.Remove(HeldDeposit.KeyOf(id)), Intents = Without(open, id) };
    }

    private static AccountState.Open Close(AccountState.Open open, Guid id, DepositCase? @case, Name? by = null) => @case is null ? open : open with
    {
        Intents = open.Intents.SetItem(CaseIntent(id, @case, "2"), new AccountIntent.CloseCase(HeldDeposit.CaseKey(open.Id, id, @case.Number)) { Packet = by }),
    };

    /// <summary>On a chain of the Bitcoin family the lane of the address may spend the output from now on, and not before.</summary>
    /// <param name="isReturn">By what gives it back alone.</param>
    internal static AccountState.Open Lodge(AccountState.Open open, Deposit deposit, bool isReturn = false) => !deposit.Chain.IsBitcoin ? open : open with
    {
        Holds = open.Holds + 1,
        Lodged = open.Lodged.Add(HeldDeposit.KeyOf(HeldDeposit.IdOf(deposit))),
        Intents = open.Intents.SetItem(CoinIntent(open.Holds + 1), new AccountIntent.TellCoin(deposit, false) { IsReturn = isReturn }),
    };

    /// <summary>Whoever told the lane of a coin tells it that the coin went: two tellers could overtake each other.</summary>
    private static AccountState.Open Unlodge(AccountState.Open open, AccountEvent.DepositReversed reversed)
    {
        if (open.Lodged.IsEmpty || HeldDeposit.KeyOf(HeldDeposit.IdOf(reversed.Deposit)) is var key && !open.Lodged.Contains(key)) return open;
        return reversed.WasChange ? open with { Lodged = open.Lodged.Remove(key) } : open with
        {
            Holds = open.Holds + 1,
            Lodged = open.Lodged.Remove(key),
            Intents = open.Intents.SetItem(CoinIntent(open.Holds + 1), new AccountIntent.TellCoin(reversed.Deposit, true)),
        };
    }

    private static ImmutableSortedDictionary<StateKey, AccountIntent> Without(AccountState.Open open, Guid id) =>
        Screenings.Find(open, id) is { } before ? open.Intents.Remove(WaitIntent(before)) : open.Intents;

    private static StateKey WaitIntent(HeldDeposit held) => string.Create(CultureInfo.InvariantCulture, $"hold/{held.Id:N}/{held.Turn:D12}");

    /// <summary>Opening goes before closing, by their names.</summary>
    private static StateKey CaseIntent(Guid id, DepositCase @case, string step) => string.Create(CultureInfo.InvariantCulture, $"case/{id:N}/{@case.Number:D12}/{step}");

    private static StateKey CoinIntent(long number) => string.Create(CultureInfo.InvariantCulture, $"coin/{number:D12}");
}
