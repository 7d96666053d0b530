using TPWallet.Domain.Risk.Profiles;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Scoring;

/// <summary>What movements are worth under a policy, in thousandths of reference amounts (<see cref="AssetReference.Reference"/>).</summary>
public static class Worths
{
    /// <summary>The worth from which a movement is no longer below the reference amount.</summary>
    public const uint Whole = 1000;

    /// <summary>Whether the other end is neither the account's own nor let through by its members.</summary>
    public static bool IsStranger(RiskMovement movement) => movement.Scope is not (DestinationScope.Own or DestinationScope.Allowed);

    /// <summary>The policy's entry of an asset, or null.</summary>
    public static AssetReference? Find(RiskPolicy policy, AssetId? asset)
    {
        if (asset is not { } sought) return null;
        foreach (var entry in policy.Assets)
            if (entry.Asset == sought) return entry;
        return null;
    }

    /// <summary>The worth of an amount; the policy's guess where it does not list the asset; 0 where no asset moves.</summary>
    public static uint Of(RiskPolicy policy, AssetId? asset, UInt256 amount) =>
        asset is null || amount.IsZero ? 0
        : Find(policy, asset) is { } entry ? FixedPoint.PerMille(amount, entry.Reference, uint.MaxValue) : policy.UnlistedWorth;

    /// <summary>What a payment adds to the windows. Moves between own addresses add nothing.</summary>
    public static Flow Of(RiskPolicy policy, RiskPayment payment)
    {
        var sum = default(Flow);
        foreach (var movement in payment.Movements)
        {
            if (movement.Scope == DestinationScope.Own) continue;
            var worth = Of(policy, movement.Asset, movement.Amount);
            var below = worth > 0 && worth < Whole;
            sum += new Flow(sum.Count == 0 ? 1u : 0, worth, below ? worth : 0, below ? 1u : 0);
        }

        return sum;
    }

    /// <summary>What a payment moves of one asset to others; the greatest number where the sum does not fit.</summary>
    public static UInt256 Total(RiskPayment payment, AssetId asset)
    {
        var sum = UInt256.Zero;
        foreach (var movement in payment.Movements)
        {
            if (movement.Asset != asset || movement.Scope == DestinationScope.Own) continue;
            sum = movement.Amount > UInt256.MaxValue - sum ? UInt256.MaxValue : sum + movement.Amount;
        }

        return sum;
    }

    /// <summary>The binary logarithm of the greatest amount that a payment moves to a party, of whatever asset: only how it changes means something.</summary>
    public static ushort SizeTo(RiskPayment payment, string party)
    {
        var greatest = UInt256.Zero;
        foreach (var movement in payment.Movements)
            if (movement.Party == party) greatest = UInt256.Max(greatest, movement.Amount);
        return FixedPoint.Log2(greatest);
    }

    /// <summary>How many assets leave by at least four fifths.</summary>
    public static int Emptied(RiskPayment payment)
    {
        var count = 0;
        foreach (var available in payment.Available)
            if (FixedPoint.PerMille(Total(payment, available.Asset), available.Value, Whole) >= Whole * 4 / 5) count++;
        return count;
    }
}
