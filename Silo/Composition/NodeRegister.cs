using System.Collections.Concurrent;
using Orleans;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Silo.Composition;

/// <summary>
/// Keeps what pools find out about nodes: each configured node is a Supernode grain; one that lied is an incident at once, its evidence is journalled, and
/// after a restart it stays out.
/// </summary>
public sealed class NodeRegister(IClusterClient grains, IncidentBoard incidents) : IDisposable
{
    private const string Quarantined = "quarantined";

    private readonly ConcurrentDictionary<(ChainId Chain, Name Node), QuarantinedNode> _found = [];

    private CancellationTokenSource _news = new();

    /// <summary>Listens to a chain's pool, before it is used.</summary>
    public void Watch(IServedChain chain) => chain.Pool.Quarantined += found =>
    {
        _found[(chain.Profile.Chain, found.Node)] = found;
        incidents.Raise(IncidentCodes.NodeQuarantined, KeyOf(chain, found.Node), found.Fact.ToString());
        Interlocked.Exchange(ref _news, new()).Cancel();
    };

    /// <summary>Cancelled when there is something to synchronise.</summary>
    public CancellationToken News => Volatile.Read(ref _news).Token;

    /// <summary>Asks new nodes for their chain's id, tells the grains what is new, and the pool what the grains know of earlier lives and of operators.</summary>
    /// <returns>Whether all is told; else it is to be called again soon.</returns>
    public async Task<bool> SynchroniseAsync(IServedChain chain, CancellationToken cancellationToken)
    {
        await chain.Pool.CheckChainsAsync(cancellationToken);
        var all = true;
        foreach (var (node, health) in chain.Pool.Members)
        {
            var grain = grains.GetGrain<ISupernodeGrain>(KeyOf(chain, node.Name));
            var register = EffectId.Of("silo", KeyOf(chain, node.Name), $"register/{node.Organisation}");
            all &= await grain.Submit(new SupernodeCommand.Register(register, chain.Profile.Chain, node.Name, node.Organisation)) is CommandReply.Accepted;
            var view = await grain.Read();
            chain.Pool.Cordon(node.Name, view is { Cordoned: true });
            var known = view?.State == Quarantined;
            if (known && health.Quarantined is null)
                chain.Pool.Quarantine(node.Name, new NodeError.Refused(0, "quarantined in an earlier life: see its Supernode grain"), HexBytes.Empty);
            else if (!known && health.Quarantined is not null && _found.TryGetValue((chain.Profile.Chain, node.Name), out var found))
                all &= await grain.Submit(Quarantine(chain, found)) is CommandReply.Accepted;
        }

        return all;
    }

    private static SupernodeCommand.Quarantine Quarantine(IServedChain chain, QuarantinedNode found) =>
        new(EffectId.Of("silo", KeyOf(chain, found.Node), "quarantine"), found.Fact.ToString(), found.Evidence);

    public void Dispose() => _news.Dispose();

    private static string KeyOf(IServedChain chain, Name node) => $"{chain.Profile.Chain}/{node}";
}
