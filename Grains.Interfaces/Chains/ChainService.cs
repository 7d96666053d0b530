using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Chains;

/// <summary>How one node, or all nodes of one organisation, served a chain.</summary>
[GenerateSerializer, Immutable, Alias("tpw.service-line")]
public sealed record ServiceLine(Name Name, Name Organisation, NodeService Service);

/// <summary>How a chain's nodes served, by node and by organisation, each in the order of their names.</summary>
[GenerateSerializer, Immutable, Alias("tpw.chain-service")]
public sealed record ChainService(ChainId Chain, ImmutableArray<ServiceLine> Nodes, ImmutableArray<ServiceLine> Organisations)
{
    /// <summary>Its private relays, in the order of their names.</summary>
    [Id(0)]
    public ImmutableArray<RelayLine> Relays { get; init; } = [];

    /// <summary>With the sums of the organisations.</summary>
    public static ChainService Of(ChainId chain, IEnumerable<ServiceLine> nodes)
    {
        ImmutableArray<ServiceLine> lines = [.. nodes.OrderBy(static line => line.Name)];
        return new(chain, lines, [.. lines.GroupBy(static line => line.Organisation).OrderBy(static group => group.Key).Select(static group =>
            new ServiceLine(group.Key, group.Key, group.Select(static line => line.Service).Aggregate(static (sum, one) => sum.Plus(one))))]);
    }
}
