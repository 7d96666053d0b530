using TPWallet.Domain.Risk.Scoring;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Profiles;

/// <summary>
/// What an account usually pays of one asset, as logarithms (<see cref="FixedPoint"/>). Two memories: the newest amounts, and a baseline that follows their median no
/// faster than a doubling in a month, so that amounts which grow step by step still stand out.
/// </summary>
/// <param name="Baseline">Follows the median.</param>
/// <param name="Day">Since 1970, of the newest amount.</param>
public sealed record AmountModel(AssetId Asset, Sample Amounts, int Baseline, int Day)
{
    /// <summary>With fewer amounts there is nothing to compare with.</summary>
    public const int MinAmounts = 8;

    /// <summary>The most that the baseline moves in a day, in 256ths of a doubling.</summary>
    public const int DriftPerDay = 8;

    /// <summary>An amount is learned as at most this much above the median: one doubling.</summary>
    public const int MaxStep = FixedPoint.Doubling;

    public bool IsKnown => Amounts.Count >= MinAmounts;

    /// <summary>The model after one more settled amount.</summary>
    public AmountModel Learn(ushort amount, int day)
    {
        var learned = IsKnown ? Math.Min(amount, Amounts.Median + MaxStep) : amount;
        var amounts = Amounts.With(learned);
        var room = Math.Min(Math.Max(day - Day, 0), 365) * DriftPerDay;
        var baseline = IsKnown ? Math.Clamp(amounts.Median, Baseline - room, Baseline + room) : amounts.Median;
        return new(Asset, amounts, baseline, Math.Max(day, Day));
    }
}
