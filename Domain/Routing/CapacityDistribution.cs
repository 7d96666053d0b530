using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Routing;

/// <summary>How the capacities of some channels are spread.</summary>
public sealed class CapacityDistribution
{
    private const int Permille = 1000;

    private readonly ImmutableArray<UInt256> _sorted;

    internal CapacityDistribution(IEnumerable<UInt256> capacities) => _sorted = [.. capacities.Order()];

    /// <summary>Channels.</summary>
    public int Count => _sorted.Length;

    /// <summary>All together.</summary>
    public UInt256 Sum => _sorted.Aggregate(UInt256.Zero, static (sum, capacity) => sum + capacity);

    /// <summary>
    /// The least capacity that this many thousandths of the channels do not exceed (nearest rank): 500 is the median, 1000 the largest; zero without
    /// channels.
    /// </summary>
    public UInt256 Quantile(int permille)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(permille);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(permille, Permille);
        if (Count == 0) return UInt256.Zero;
        var rank = (((long)Count * permille) + Permille - 1) / Permille;
        return _sorted[(int)Math.Max(rank - 1, 0)];
    }

    /// <summary>The figures that people look at.</summary>
    public CapacitySpread Spread() => new(Count, Sum, Quantile(100), Quantile(500), Quantile(900), Quantile(Permille));

    /// <summary>How many have at least this capacity.</summary>
    public int CountAtLeast(UInt256 capacity)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_sorted[middle] < capacity) low = middle + 1;
            else high = middle;
        }

        return Count - low;
    }
}
