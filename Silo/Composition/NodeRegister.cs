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

    /// <summary>What a pool is told of a node that the grain keeps out of use.</summary>
    private static readonly NodeError _earlier = new NodeError.Refused(0, "quarantined in an earlier life: see its Supernode grain");

    /// <summary>What was found out of a node and is not journalled yet; the last that was.</summary>
    private readonly ConcurrentDictionary<(ChainId Chain, Name Node), SupernodeCommand> _untold = [];

    private readonly Guid _silo = Guid.NewGuid();

    private CancellationTokenSource _news = new();

    /// <summary>Listens to a chain's pool, before it is used.</summary>
    public void Watch(IServedChain chain)
    {
        chain.Pool.Quarantined += found =>
        {
            incidents.Raise(IncidentCodes.NodeQuarantined, KeyOf(chain, found.Node), found.Fact.ToString());
            // What the grain said is no news to it: it may have heard since that the node is well.
            if (!ReferenceEquals(found.Fact, _earlier)) Keep(chain, found.Node, CommandOf(KeyOf(chain, found.Node), found));
        };
        chain.Pool.CaughtUp += (node, fact) =>
            Keep(chain, node, new SupernodeCommand.RecordCaughtUp(EffectId.Of("silo", KeyOf(chain, node), $"caught-up/{fact}"), fact));
    }

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
            var told = await TellAsync(chain, node.Name, grain);
            all &= told;
            Align(chain, node.Name, health, await grain.Read(), told);
            health.Look();
            await grain.ReportService(_silo, health.Service);
        }

        return all;
    }

    /// <summary>Has each private relay's grain look what became of what it was sent.</summary>
    public async Task LookAtRelaysAsync(IServedChain chain)
    {
        foreach (var relay in chain.Pool.Relays) await grains.GetGrain<ISupernodeGrain>(KeyOf(chain, relay.Name)).LookAtRelay(relay.Organisation);
    }

    /// <summary>Whether the grain has heard all that is known here.</summary>
    private async Task<bool> TellAsync(IServedChain chain, Name node, ISupernodeGrain grain)
    {
        var key = (chain.Profile.Chain, node);
        if (!_untold.TryGetValue(key, out var news)) return true;
        var reply = await grain.Submit(news);
        // A node that came back too often waits for an operator: that is an answer.
        var isHeard = reply is CommandReply.Accepted or CommandReply.Refused { Rejection.Code: RejectionCode.WrongState };
        return isHeard && _untold.TryRemove(KeyValuePair.Create(key, news));
    }

    /// <summary>What the grain knows holds: it has heard of every silo and every operator.</summary>
    private static void Align(IServedChain chain, Name node, NodeHealth health, NodeView? view, bool told)
    {
        chain.Pool.Cordon(node, view is { Cordoned: true });
        switch (view)
        {
            case { State: Quarantined, MayReturn: true }:
                chain.Pool.Suspend(node, _earlier, HexBytes.Empty);
                break;
            case { State: Quarantined }:
                chain.Pool.Quarantine(node, _earlier, HexBytes.Empty);
                break;
            case not null when told && health.Suspended is not null:
                chain.Pool.Reinstate(node);
                break;
            default:
                break;
        }
    }

    private static SupernodeCommand CommandOf(string key, QuarantinedNode found) => found.MayReturn
        ? new SupernodeCommand.RecordStandstill(EffectId.Of("silo", key, $"standstill/{found.Fact}"), found.Fact.ToString(), found.Evidence)
        : new SupernodeCommand.Quarantine(EffectId.Of("silo", key, "quarantine"), found.Fact.ToString(), found.Evidence);

    private void Keep(IServedChain chain, Name node, SupernodeCommand news)
    {
        _untold[(chain.Profile.Chain, node)] = news;
        Interlocked.Exchange(ref _news, new()).Cancel();
    }

    public void Dispose() => _news.Dispose();

    private static string KeyOf(IServedChain chain, Name node) => $"{chain.Profile.Chain}/{node}";
}
