using TPWallet.Chains;
using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Chains.Tracking;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Chains;

/// <summary>The pools of an EVM chain's nodes, by a filter on each (eth_newPendingTransactionFilter), whose news are asked for in each look.</summary>
internal sealed class EthereumPending(ServedChain chain) : IPendingSource
{
    private const int MaxMet = 65_536;

    /// <summary>Looks in which a node is left alone that makes no filter, as many that are rented do not.</summary>
    private const int LongPause = 64;

    private readonly MetHashes _met = new(MaxMet);
    private readonly SortedDictionary<Name, (string? Filter, int Pause)> _filters = [];

    /// <inheritdoc/>
    public async Task<PendingNews> NewsAsync(CancellationToken cancellationToken)
    {
        var fresh = new List<(Name Node, Bytes32 Hash)>();
        foreach (var (node, answer) in await chain.Nodes.ReadEachAtOnceAsync(LookAsync, cancellationToken))
            if (answer.IsOk) fresh.AddRange(answer.Value.Where(_met.Add).Select(hash => (node, hash)));
        var bodies = await Task.WhenAll(fresh.Take(chain.PoolBodies).Select(one => BodyAsync(one.Node, one.Hash, cancellationToken)));
        return new([.. fresh.Select(static one => one.Hash)], [.. bodies.OfType<MinedTransaction>()]);
    }

    private async Task<NodeAnswer<Items<Bytes32>>> LookAsync(EthereumNode node, CancellationToken cancellationToken)
    {
        var (filter, pause) = _filters.GetValueOrDefault(node.Name);
        if (filter is null)
        {
            if (pause > 0)
            {
                _filters[node.Name] = (null, pause - 1);
                return default(Items<Bytes32>);
            }

            var made = await node.PoolFilterAsync(cancellationToken);
            _filters[node.Name] = made.IsOk ? (made.Value, 0) : (null, LongPause);
            return made.TryGet(out _, out var error) ? default(Items<Bytes32>) : error;
        }

        var news = await node.PoolNewsAsync(filter, cancellationToken);
        // It forgot the filter, as after a restart: the next look makes another.
        if (!news.IsOk) _filters.Remove(node.Name);
        return news;
    }

    private async Task<MinedTransaction?> BodyAsync(Name node, Bytes32 hash, CancellationToken cancellationToken)
    {
        var answer = await chain.Nodes.AskAsync(node, (n, ct) => n.TransactionAsync(hash, ct), cancellationToken);
        return answer is { IsOk: true, Value: { Block: null, Body: SignedTransaction signed } found } ? BodyOf(found.From, signed.Transaction, hash) : null;
    }

    private MinedTransaction BodyOf(Address from, EthereumTransaction body, Bytes32 hash)
    {
        var movements = ImmutableArray.CreateBuilder<Movement>();
        if (body.To is { } to)
        {
            if (!body.Value.IsZero) movements.Add(new(Movement.Own, from, to, new(AssetId.Native(chain.Profile.Chain), body.Value)));
            if (TokenCalls.ReadErc20Transfer(body.Data) is var (payee, amount)) movements.Add(new(0, from, payee, new(AssetId.Erc20(chain.Profile.Chain, to), amount)));
        }

        return new(new Inclusion(chain.Profile.Chain, hash, default, Succeeded: true, UInt256.Zero), from, body.Nonce, movements.ToImmutable());
    }
}
