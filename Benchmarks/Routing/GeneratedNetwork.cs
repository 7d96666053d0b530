using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Benchmarks.Routing;

/// <summary>
/// A network in the likeness of what is public of Lightning. Shape: preferential attachment (Barabási and Albert 1999), each node coming with the
/// same number of channels. Capacities:
/// log-normal, median 2,000,000 base units, sigma 1.6 (mean 3.6 medians). Balances: uniform, unknown to the payer. Policies, each direction for
/// itself: base fee 0 (half), 1 or 5; proportional
/// fee 0 in a tenth, else log-uniform from 1 to 2,000 millionths; delta 2, 4, 6.7 or 24 hours; most 99 % of the capacity; one in twenty disabled.
/// </summary>
public sealed class GeneratedNetwork
{
    private static readonly uint[] Deltas = [7_200, 14_400, 24_000, 86_400];
    private static readonly ulong[] BaseFees = [0, 0, 1, 5];

    private readonly Random _random;
    private readonly List<int> _ends = [];

    private GeneratedNetwork(int seed) => _random = new(seed);

    /// <summary>The channels.</summary>
    public ChannelGraph Graph { get; private set; } = ChannelGraph.Empty;

    /// <summary>What A has in each channel, by the channels' numbers.</summary>
    public ulong[] BalanceOfA { get; private set; } = [];

    /// <summary>The same for the same seed and size.</summary>
    public static GeneratedNetwork Create(int seed, int nodes, int channels)
    {
        var network = new GeneratedNetwork(seed);
        var announcements = network.Connect(nodes, channels).Select((pair, number) => network.Announce(pair.From, pair.To, number)).ToArray();
        network.Graph = ChannelGraph.Empty.With(announcements);
        network.BalanceOfA = [.. announcements.Select(announced => (ulong)network._random.NextInt64((long)announced.Edge.Capacity.Low + 1))];
        return network;
    }

    /// <summary>The node made at this place.</summary>
    public static Address NodeAt(int index)
    {
        Span<byte> bytes = stackalloc byte[20];
        bytes.Clear();
        // Scattered, so that the order of the addresses is not that of their coming.
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, ((ulong)index + 1) * 0x9E37_79B9_7F4A_7C15);
        return Address.From(bytes);
    }

    private List<(int From, int To)> Connect(int nodes, int channels)
    {
        var each = channels / nodes;
        var pairs = new List<(int, int)>(channels);
        for (var node = 1; node < nodes; node++)
            for (var i = 0; i < Math.Min(each, node); i++) pairs.Add((node, Attach(node)));
        while (pairs.Count < channels)
        {
            var node = _random.Next(nodes);
            pairs.Add((node, Attach(node)));
        }

        return pairs;
    }

    private int Attach(int node)
    {
        var other = node;
        while (other == node) other = _ends.Count == 0 ? 0 : _ends[_random.Next(_ends.Count)];
        _ends.Add(node);
        _ends.Add(other);
        return other;
    }

    private GraphChange.Announce Announce(int from, int to, int number)
    {
        var (a, b) = (NodeAt(from), NodeAt(to));
        if (a.CompareTo(b) > 0) (a, b) = (b, a);
        var normal = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
        var capacity = (ulong)Math.Clamp(2_000_000 * Math.Exp(1.6 * normal), 20_000, 10_000_000_000);
        return new(new(new(new(0, 0, 1, (ulong)number)), a, b, capacity, Policy(capacity), Policy(capacity)));
    }

    private HopPolicy Policy(ulong capacity)
    {
        var ppm = _random.Next(10) == 0 ? 0 : (uint)Math.Exp(_random.NextDouble() * Math.Log(2_000));
        return new(BaseFees[_random.Next(BaseFees.Length)], ppm, Deltas[_random.Next(Deltas.Length)], 1, capacity / 100 * 99, _random.Next(20) != 0);
    }
}
