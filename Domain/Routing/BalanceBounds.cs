using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Routing;

/// <summary>Between what a payer's balance is believed to be; both bounds belong to it.</summary>
public readonly record struct BalanceBounds(UInt256 Low, UInt256 High)
{
    /// <summary>The chance that the balance holds an amount, in millionths: every balance between the bounds is as likely as another.</summary>
    public uint ChanceOf(UInt256 amount)
    {
        if (amount <= Low) return HopPolicy.Millionths;
        if (amount > High) return 0;
        return (uint)((((High - amount) + UInt256.One) * HopPolicy.Millionths) / ((High - Low) + UInt256.One)).Low;
    }
}
