using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Scoring;

/// <summary>A deposit as the rules see it.</summary>
public static class Inflows
{
    /// <summary>Who pays where the chain does not say.</summary>
    public const string Unknown = "unknown";

    private static readonly Name _leg = "deposit";

    /// <summary>
    /// One movement, from the payer that the lists say the worst of, or else the first; the lists' words about all of them are in the context, and each counts.
    /// </summary>
    /// <param name="id">The same for each look.</param>
    /// <param name="parties">What is known of each payer, as the chain orders them.</param>
    public static RiskPayment PaymentOf(Guid id, Deposit deposit, Tier tier, ImmutableArray<PartyFacts> parties)
    {
        var payer = parties.OrderByDescending(static party => party.Hits.Select(static hit => (int)hit.Kind).DefaultIfEmpty().Max()).FirstOrDefault()?.Party ?? Unknown;
        return new(
            id, deposit.Account, RiskDirection.In,
            [new(_leg, deposit.Amount.Asset.IsNative ? EffectKind.NativeOut : EffectKind.TokenOut, deposit.Chain, deposit.Amount.Asset, deposit.Amount.Value, payer, DestinationScope.New, tier)], [], null, null)
        {
            Deposit = deposit.Ref,
        };
    }
}
