using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Routing;

/// <summary>What a party asks for to forward over its channel towards the other (BOLT-7, channel_update).</summary>
/// <param name="BaseFee">For each lock, in base units.</param>
/// <param name="FeePpm">Millionths of the amount forwarded.</param>
/// <param name="LockDelta">By how many seconds the incoming lock must outlive the outgoing one.</param>
/// <param name="Least">Least amount forwarded.</param>
/// <param name="Most">Most in one lock.</param>
/// <param name="Enabled">False while it forwards nothing.</param>
public sealed record HopPolicy(UInt256 BaseFee, uint FeePpm, uint LockDelta, UInt256 Least, UInt256 Most, bool Enabled = true)
{
    /// <summary>Most that may be asked in proportion: the whole amount.</summary>
    public const uint MostFeePpm = Millionths;

    /// <summary>Longest delta: 24 days.</summary>
    public const uint LongestDelta = 1 << 21;

    /// <summary>How long a lock of its channel may last from now on, in seconds. Nobody said: any time.</summary>
    public uint LongestLock { get; init; } = uint.MaxValue;

    internal const uint Millionths = 1_000_000;

    /// <summary>What a payer reckons with of the longest lock that a channel takes: locks are judged by the clock of a block that may be old, so half is left for that.</summary>
    public static uint LongestOf(ulong longest) => (uint)Math.Min(longest / 2, uint.MaxValue);

    /// <summary>Whether its numbers are within the limits; another one is not taken into the graph.</summary>
    public bool IsValid => FeePpm <= MostFeePpm && LockDelta <= LongestDelta && BaseFee.Narrow() < NarrowAmount.Ceiling;

    /// <summary>
    /// The fee for forwarding an amount: the proportion is rounded down (BOLT-7). Throws <see cref="OverflowException"/> above 2^120.
    /// </summary>
    public UInt256 FeeOf(UInt256 amount) => amount.Narrow() < NarrowAmount.Ceiling
        ? FeeOf(BaseFee.Narrow(), FeePpm, amount.Narrow()).Widen()
        : throw new OverflowException("No channel holds such an amount.");

    /// <summary>The same in 128 bits, without a division of that width.</summary>
    internal static UInt128 FeeOf(UInt128 baseFee, uint feePpm, UInt128 amount)
    {
        if (amount >> 44 == 0) return baseFee + ((ulong)amount * feePpm / Millionths);
        var (quotient, remainder) = UInt128.DivRem(amount, Millionths);
        return baseFee + (quotient * feePpm) + ((ulong)remainder * feePpm / Millionths);
    }
}
