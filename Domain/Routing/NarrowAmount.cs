using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Routing;

/// <summary>Amounts inside the search: a deposit is below 2^120 base units (Contracts/channels), so 128 bits hold every sum of a route.</summary>
internal static class NarrowAmount
{
    /// <summary>Above every deposit.</summary>
    public static UInt128 Ceiling => UInt128.One << 120;

    /// <summary>The amount in 128 bits; what no channel can hold becomes <see cref="Ceiling"/>, which no channel can hold either.</summary>
    public static UInt128 Narrow(this UInt256 amount)
    {
        if ((amount.High3 | amount.High2) != 0) return Ceiling;
        return UInt128.Min(new(amount.High1, amount.Low), Ceiling);
    }

    /// <summary>The same amount in 256 bits.</summary>
    public static UInt256 Widen(this UInt128 amount) => new(0, 0, (ulong)(amount >> 64), (ulong)amount);
}
