using Orleans.Concurrency;
using TPWallet.Domain.Accounts;
using TPWallet.Domain.Ledger;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Ledger;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of the fee ledger's machine.</summary>
[Reentrant]
public sealed class RevenueGrain(ShellServices services) : MachineGrain<RevenueDecider, RevenueState, RevenueCommand, RevenueEvent>(
    services, new(ContractJson.Default.RevenueCommand, AccountJson.Default.RevenueEvent, AccountJson.Default.RevenueState)), IRevenueGrain
{
    public Task<RevenueView> Read() => Task.FromResult(State.View());
}
