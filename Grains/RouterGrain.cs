using Orleans.Concurrency;
using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of a network of channels.</summary>
[Reentrant]
public sealed class RouterGrain(ShellServices services)
    : MachineGrain<RouterDecider, RouterState, RouterCommand, RouterEvent>(services, _codec), IRouterGrain
{
    private static readonly MachineCodec<RouterState, RouterCommand, RouterEvent> _codec =
        new(ContractJson.Default.RouterCommand, RouterJson.Default.RouterEvent, RouterJson.Default.RouterState);

    public Task<RouterPage> ReadAfter(long after) => Task.FromResult(RouterDecider.PageAfter(State, after));
}
