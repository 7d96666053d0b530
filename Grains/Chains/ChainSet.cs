using TPWallet.Chains.Nodes;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Chains;

/// <summary>A chain that this deployment serves: its profile and its nodes.</summary>
public sealed record ServedChain(ChainProfile Profile, NodePool Nodes)
{
    /// <summary>Whether what decides money needs the same answer of two organisations.</summary>
    public bool NeedsAgreement => Profile.Proof >= ProofLevel.Agreed;

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
public sealed record ServedBitcoin(ChainProfile Profile, BitcoinPool Nodes, TimeProvider Time);

/// <summary>All chains of the deployment, from configuration.</summary>
public sealed class ChainSet(IEnumerable<ServedChain> chains, IEnumerable<ServedBitcoin>? bitcoin = null)
{
    private readonly ImmutableSortedDictionary<ChainId, ServedBitcoin> _bitcoin = (bitcoin ?? []).ToImmutableSortedDictionary(c => c.Profile.Chain, c => c);
    private readonly ImmutableSortedDictionary<ChainId, ServedChain> _chains = chains.ToImmutableSortedDictionary(c => c.Profile.Chain, c => c);

    /// <summary>The EVM chains.</summary>
    public IEnumerable<ServedChain> All => _chains.Values;

    /// <summary>The chains of the Bitcoin family.</summary>
    public IEnumerable<ServedBitcoin> Bitcoin => _bitcoin.Values;

    public ServedBitcoin? FindBitcoin(ChainId chain) => _bitcoin.GetValueOrDefault(chain);

    public ServedChain? Find(ChainId chain) => _chains.GetValueOrDefault(chain);
}
