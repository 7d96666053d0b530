using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Packets;

/// <summary>Whether effects that were found later stay within the bounds that members voted on (design.md, Effect bounds). Both normalised.</summary>
public static class BoundsLimit
{
    /// <summary>Null if <paramref name="found"/> is within <paramref name="voted"/>; otherwise the first thing that is not.</summary>
    public static Rejection? Exceeded(EffectBounds found, EffectBounds voted)
    {
        foreach (var address in found.Addresses)
        {
            var limit = voted.Addresses.FirstOrDefault(a => (a.Chain, a.Address) == (address.Chain, address.Address));
            foreach (var amount in address.MaxOut)
            {
                var most = In(limit?.MaxOut, amount.Asset);
                if (amount.Value > most) return Outside($"at most {most} {amount.Asset} out of {address.Address}", $"{amount.Value}");
            }
        }

        foreach (var address in voted.Addresses)
        {
            var actual = found.Addresses.FirstOrDefault(a => (a.Chain, a.Address) == (address.Chain, address.Address));
            foreach (var amount in address.MinIn)
            {
                var came = In(actual?.MinIn, amount.Asset);
                if (came < amount.Value) return Outside($"at least {amount.Value} {amount.Asset} into {address.Address}", $"{came}");
            }
        }

        foreach (var allowance in found.Allowances)
        {
            var limit = voted.Allowances.FirstOrDefault(a => (a.Asset, a.Owner, a.Spender) == (allowance.Asset, allowance.Owner, allowance.Spender));
            if (allowance.Max > (limit?.Max ?? UInt256.Zero))
                return Outside($"an allowance of at most {limit?.Max ?? UInt256.Zero} {allowance.Asset} to {allowance.Spender}", $"{allowance.Max}");
        }

        // Code is either what was voted on or it is not: a changed proxy target does something else with the same call.
        if (found.Targets.FirstOrDefault(target => !voted.Targets.Contains(target)) is { } target)
            return Outside($"the code of {target.Address} that was voted on", target.CodeHash.ToString());
        return found.Special.FirstOrDefault(effect => !voted.Special.Contains(effect)) is { } special
            ? Outside("no effect beyond those voted on", $"{special.Kind} in {special.Leg}")
            : null;
    }

    private static UInt256 In(ImmutableArray<Amount>? amounts, AssetId asset) =>
        amounts?.FirstOrDefault(amount => amount.Asset == asset).Value ?? UInt256.Zero;

    private static Rejection Outside(string expected, string actual) => new(RejectionCode.EffectOutOfBounds, expected, actual);
}
