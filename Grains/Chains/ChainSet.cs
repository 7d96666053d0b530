using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Chains.Supernodes;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Chains;

/// <summary>A chain of any family that this deployment serves.</summary>
public interface IServedChain
{
    /// <summary>How it is followed and believed.</summary>
    ChainProfile Profile { get; }

    /// <summary>How far its nodes may be behind.</summary>
    LagRule Lag { get; }

    /// <summary>Most transactions of nodes' pools that are read in one look.</summary>
    int PoolBodies { get; }

    /// <summary>What of its transactions goes by private relays.</summary>
    RoutePolicy Routes { get; }

    /// <summary>Its nodes, whatever they speak.</summary>
    INodePool Pool { get; }

    /// <summary>The block from which a first start follows the chain; an error where no node can name one now.</summary>
    Task<NodeAnswer<BlockRef>> FirstAsync(CancellationToken cancellationToken);
}

/// <summary>An EVM chain that this deployment serves: its profile and its nodes.</summary>
public sealed record ServedChain(ChainProfile Profile, NodePool Nodes) : IServedChain
{
    /// <summary>What keeps up with Ethereum at its usual interval of polls.</summary>
    public const int UsualPoolBodies = 64;

    /// <summary>Whether what decides money needs the same answer of two organisations.</summary>
    public bool NeedsAgreement => Profile.Proof >= ProofLevel.Agreed;

    /// <inheritdoc/>
    public LagRule Lag { get; init; } = LagRule.For(Profile.Chain);

    /// <inheritdoc/>
    public int PoolBodies { get; init; } = ServedChain.UsualPoolBodies;

    /// <inheritdoc/>
    public RoutePolicy Routes { get; init; } = RoutePolicy.Open;

    /// <inheritdoc/>
    public INodePool Pool => Nodes;

    /// <summary>The head that a node names.</summary>
    public async Task<NodeAnswer<BlockRef>> FirstAsync(CancellationToken cancellationToken)
    {
        var head = await Nodes.ReadAsync((n, ct) => n.BlockAsync(BlockSelector.Latest, false, ct), cancellationToken);
        if (!head.IsOk) return head.Error!;
        return head.Value is { } block ? block.Ref : new NodeError.NoAnswer("no head yet");
    }

    /// <summary>A read that decides money: agreed by two organisations where the profile demands it.</summary>
    public async Task<NodeAnswer<T>> ReadMoneyAsync<T>(
        Func<EthereumNode, CancellationToken, Task<NodeAnswer<T>>> ask, CancellationToken cancellationToken)
        where T : IEquatable<T>
    {
        if (!NeedsAgreement) return await Nodes.ReadAsync(ask, cancellationToken);
        var agreed = await Nodes.ReadAgreedAsync(ask, cancellationToken);
        return agreed.TryGet(out var value, out var error) ? value.Value : error;
    }
}

/// <summary>A chain of the Bitcoin family that this deployment serves.</summary>
/// <param name="Time">The clock that headers must not be far ahead of.</param>
public sealed record ServedBitcoin(ChainProfile Profile, BitcoinPool Nodes, TimeProvider Time) : IServedChain
{
    /// <inheritdoc/>
    public LagRule Lag { get; init; } = LagRule.For(Profile.Chain);

    /// <inheritdoc/>
    public int PoolBodies { get; init; } = ServedChain.UsualPoolBodies;

    /// <inheritdoc/>
    public RoutePolicy Routes { get; init; } = RoutePolicy.Open;

    /// <inheritdoc/>
    public INodePool Pool => Nodes;

    /// <summary>
    /// The chain's block as deep as it takes to be final. All later ones are proved by their work on top of it, so that it is the one block that is believed on
    /// somebody's word: of two organisations, where there are nodes of two.
    /// </summary>
    public async Task<NodeAnswer<BlockRef>> FirstAsync(CancellationToken cancellationToken)
    {
        var standing = await Nodes.ReadAsync(LoadedAsync, cancellationToken);
        if (!standing.TryGet(out var at, out var error)) return error;
        var height = Math.Max(0, at.Height - (Profile.Finality as FinalityRule.Depth ?? new(0)).Confirmations);
        if (Nodes.Members.DistinctBy(static member => member.Node.Organisation).Count() < 2)
            return BlockOf(await Nodes.ReadAsync(HashAsync, cancellationToken), height);
        var agreed = await Nodes.ReadAgreedAsync(HashAsync, cancellationToken);
        return agreed.TryGet(out var hash, out error) ? BlockOf(hash.Value, height) : error;

        async Task<NodeAnswer<BitcoinHash>> HashAsync(BitcoinNode node, CancellationToken ct)
        {
            var answer = await node.BlockHashAsync(height, ct);
            if (!answer.TryGet(out var known, out var wrong)) return wrong;
            return known is { } hash ? hash : new NodeError.Refused(0, $"it has no block {height} yet");
        }
    }

    private static async Task<NodeAnswer<ChainStanding>> LoadedAsync(BitcoinNode node, CancellationToken cancellationToken)
    {
        var answer = await node.StandingAsync(cancellationToken);
        return answer.TryGet(out var standing, out _) && standing.IsLoading
            ? new NodeError.Refused(0, $"it still loads the chain, and is at block {standing.Height}")
            : answer;
    }

    private static NodeAnswer<BlockRef> BlockOf(NodeAnswer<BitcoinHash> answer, int height) =>
        answer.TryGet(out var hash, out var error) ? new BlockRef((ulong)height, hash.Shown) : error;
}

/// <summary>All chains of the deployment, from configuration.</summary>
public sealed class ChainSet(IEnumerable<ServedChain> chains, IEnumerable<ServedBitcoin>? bitcoin = null)
{
    private readonly ImmutableSortedDictionary<ChainId, ServedBitcoin> _bitcoin = (bitcoin ?? []).ToImmutableSortedDictionary(c => c.Profile.Chain, c => c);
    private readonly ImmutableSortedDictionary<ChainId, ServedChain> _chains = chains.ToImmutableSortedDictionary(c => c.Profile.Chain, c => c);

    /// <summary>The chains of all families.</summary>
    public IEnumerable<IServedChain> All => [.. _chains.Values, .. _bitcoin.Values];

    public ServedBitcoin? FindBitcoin(ChainId chain) => _bitcoin.GetValueOrDefault(chain);

    public ServedChain? Find(ChainId chain) => _chains.GetValueOrDefault(chain);

    /// <summary>The nodes of a chain of any family; null where it is not served.</summary>
    public INodePool? NodesOf(ChainId chain) => (Find(chain) as IServedChain ?? FindBitcoin(chain))?.Pool;
}
