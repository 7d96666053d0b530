using TPWallet.Benchmarks.Routing;
using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Routing;

/// <summary>Small graphs, and requests that come up against every limit.</summary>
internal static class SmallNetwork
{
    public const ulong Second = 5_000;

    public static HopPolicy Free { get; } = new(0, 0, 0, 0, 1_000_000_000);

    public static Address Node(int index) => GeneratedNetwork.NodeAt(index);

    public static Bytes32 Id(int number) => new(new(0, 0, 7, (ulong)number));

    /// <summary>A channel between two nodes; the policy is the same both ways.</summary>
    public static ChannelEdge Edge(int number, int left, int right, UInt256 capacity, HopPolicy? policy = null)
    {
        var (a, b) = (Node(left), Node(right));
        if (a.CompareTo(b) > 0) (a, b) = (b, a);
        return new(Id(number), a, b, capacity, policy ?? Free, policy ?? Free);
    }

    public static ChannelGraph Graph(params ChannelEdge[] edges) => ChannelGraph.Empty.With([.. edges.Select(static edge => new GraphChange.Announce(edge))]);

    public static ChannelWay Way(ChannelEdge edge, int payer) => new(edge.Id, edge.A == Node(payer) ? ChannelSide.A : ChannelSide.B);

    public static RouteRequest Request(int from, int to, UInt256 amount) =>
        new(Node(from), Node(to), amount, 1_000_000, 100, 1_000_000, RouteRequest.HopCeiling, RoutePrices.Default);

    public static (ChannelGraph Graph, Liquidity Liquidity, RouteRequest Request) Any(Random random)
    {
        var nodes = random.Next(3, 8);
        var scale = random.Next(4) == 0 ? UInt256.One : (UInt256)(System.Numerics.BigInteger.One << random.Next(0, 100));
        var edges = Enumerable.Range(0, random.Next(nodes, (nodes * 2) + 3)).Select(number =>
        {
            var left = random.Next(nodes);
            var right = (left + random.Next(1, nodes)) % nodes;
            var edge = Edge(number, left, right, scale * (ulong)random.Next(50, 2_000));
            return edge with { FromA = Policy(random, scale), FromB = Policy(random, scale) };
        }).ToArray();
        var graph = Graph(edges);
        var liquidity = Liquidity.Unknown(600).With(graph, Enumerable.Range(0, random.Next(8)).Select(_ => Observation(random, edges, scale)), Second - (ulong)random.Next(2_000));
        var amount = scale * (ulong)random.Next(1, 600);
        var request = new RouteRequest(Node(0), Node(1), amount, scale * (ulong)random.Next(200), 100, (uint)random.Next(100, 700), random.Next(2, 8),
            new((uint)random.Next(200_000), (uint)random.Next(1_000_000), (uint)random.Next(1_000)));
        return (graph, liquidity, With(random, request, edges, scale));
    }

    private static RouteRequest With(Random random, RouteRequest request, ChannelEdge[] edges, UInt256 scale)
    {
        var own = edges.Where(edge => edge.A == request.From || edge.B == request.From).Where(_ => random.Next(2) == 0).ToArray();
        return request with
        {
            Own = own.ToImmutableSortedDictionary(static edge => edge.Id, _ => scale * (ulong)random.Next(1_000)),
            InFlight = edges.Where(_ => random.Next(5) == 0).ToImmutableSortedDictionary(edge => AnyWay(random, edge), _ => scale * (ulong)random.Next(1, 400)),
            Without = [.. edges.Where(_ => random.Next(12) == 0).Select(edge => AnyWay(random, edge))],
            Avoiding = random.Next(6) == 0 ? [Node(2)] : [],
            Disliked = own.Where(_ => random.Next(2) == 0).ToImmutableSortedDictionary(static edge => edge.Id, _ => (uint)random.Next(100_000)),
        };
    }

    private static Observation Observation(Random random, ChannelEdge[] edges, UInt256 scale)
    {
        var (way, amount) = (AnyWay(random, edges[random.Next(edges.Length)]), scale * (ulong)random.Next(1, 1_000));
        return random.Next(3) switch
        {
            0 => new Observation.Had(way, amount),
            1 => new Observation.Lacked(way, amount),
            _ => new Observation.Paid(way, amount),
        };
    }

    private static ChannelWay AnyWay(Random random, ChannelEdge edge) => new(edge.Id, (ChannelSide)random.Next(2));

    private static HopPolicy? Policy(Random random, UInt256 scale) => random.Next(12) == 0 ? null : new(
        scale * (ulong)random.Next(20), (uint)random.Next(100_000), (uint)random.Next(300),
        scale * (ulong)(random.Next(4) == 0 ? random.Next(100) : 0), scale * (ulong)random.Next(100, 2_000), random.Next(12) != 0)
    {
        LongestLock = random.Next(4) == 0 ? (uint)random.Next(100, 600) : uint.MaxValue,
    };
}
