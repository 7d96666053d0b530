using Orleans.Concurrency;
using TPWallet.Domain.Accounts;
using TPWallet.Domain.Ledger;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Ledger;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of the fee ledger's machine.</summary>
[Reentrant]
public sealed class RevenueGrain(ShellServices services)
    : MachineGrain<RevenueDecider, RevenueState, RevenueCommand, RevenueEvent>(services, _codec), IRevenueGrain
{
    private static readonly MachineCodec<RevenueState, RevenueCommand, RevenueEvent> _codec =
        new(ContractJson.Default.RevenueCommand, AccountJson.Default.RevenueEvent, AccountJson.Default.RevenueState);

    public Task<RevenueView> Read() => Task.FromResult(State.View());
}
