using Orleans.Concurrency;
using TPWallet.Domain.Dapps;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Dapps;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of a contract's record.</summary>
[Reentrant]
public sealed class DappGrain(ShellServices services)
    : MachineGrain<DappDecider, DappState, DappCommand, DappEvent>(services, _codec), IDappGrain
{
    private static readonly MachineCodec<DappState, DappCommand, DappEvent> _codec =
        new(ContractJson.Default.DappCommand, DappJson.Default.DappEvent, DappJson.Default.DappState);

    public Task<DappView?> Read() => Task.FromResult(DappDecider.View(State, NowStamp.Latest));
}
