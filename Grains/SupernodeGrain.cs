using Orleans.Concurrency;
using TPWallet.Domain.Chains.Supernodes;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of the Supernode machine; score and last error are measured by the pool, not journalled.</summary>
[Reentrant]
public sealed class SupernodeGrain(ShellServices services, ChainSet chains)
    : MachineGrain<SupernodeDecider, SupernodeState, SupernodeCommand, SupernodeEvent>(services, _codec), ISupernodeGrain
{
    private static readonly MachineCodec<SupernodeState, SupernodeCommand, SupernodeEvent> _codec =
        new(SupernodeJson.Default.SupernodeCommand, SupernodeJson.Default.SupernodeEvent, null);

    public Task<NodeView?> Read()
    {
        if (State.Chain is not { } chain) return Task.FromResult<NodeView?>(null);
        var health = chains.Find(chain)?.Nodes.Nodes.FirstOrDefault(n => n.Node.Name == State.Node).Health;
        return Task.FromResult<NodeView?>(new(
            State.Node.ToString(), State.Organisation.ToString(), State.Standing, health?.Score ?? 0, null, health?.LastError?.ToString()));
    }
}
