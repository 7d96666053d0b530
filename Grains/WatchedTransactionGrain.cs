using Orleans.Concurrency;
using TPWallet.Domain.Chains.Watching;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of the WatchedTransaction machine.</summary>
[Reentrant]
public sealed class WatchedTransactionGrain(ShellServices services) : MachineGrain<WatchedDecider, WatchedState, WatchedCommand, WatchedEvent>(
    services, new(ContractJson.Default.WatchedCommand, WatchedJson.Default.WatchedEvent, WatchedJson.Default.WatchedState)), IWatchedTransactionGrain
{
    public Task<WatchedView?> Read() => Task.FromResult(WatchedDecider.View(State));
}
