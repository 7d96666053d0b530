using TPWallet.Grains.Interfaces.Risk;

namespace TPWallet.Domain.Accounts;

/// <summary>
/// Room among the held deposits. A payer who sends thousands of small sums that his place on a list holds takes <see cref="HeldDeposit.MaxOfPayer"/> places and no more; what else
/// he sends is in the ledger, not spendable, and asks nobody for anything until one of his is decided. So he fills neither the account nor its reviewers' day, and no deposit is
/// unnoticed.
/// </summary>
internal static class Parking
{
    /// <summary>Whether a deposit of this payer is screened at once.</summary>
    internal static bool HasRoom(AccountState.Open open, string payer)
    {
        if (open.Held.Count < HeldDeposit.MaxOfPayer) return true;
        var (all, own) = (0, 0);
        foreach (var held in open.Held.Values)
        {
            if (held.Stage == HoldStage.Parked) continue;
            all++;
            if (held.Payer == payer) own++;
        }

        return all < HeldDeposit.Max && own < HeldDeposit.MaxOfPayer;
    }

    /// <summary>The parked deposit whose turn it is: of the payer who has the fewest places, the oldest; null where none has room.</summary>
    internal static HeldDeposit? Next(AccountState.Open open)
    {
        if (!open.Held.Values.Any(static held => held.Stage == HoldStage.Parked)) return null;
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        var all = 0;
        foreach (var held in open.Held.Values)
        {
            if (held.Stage == HoldStage.Parked) continue;
            all++;
            places[held.Payer] = places.GetValueOrDefault(held.Payer) + 1;
        }

        if (all >= HeldDeposit.Max) return null;
        HeldDeposit? next = null;
        var fewest = HeldDeposit.MaxOfPayer;
        foreach (var held in open.Held.Values)
        {
            if (held.Stage != HoldStage.Parked) continue;
            var own = places.GetValueOrDefault(held.Payer);
            if (own < fewest || (next is not null && own == fewest && held.Turn < next.Turn)) (next, fewest) = (held, own);
        }

        return next;
    }
}
