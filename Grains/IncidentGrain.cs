using Orleans.Concurrency;
using TPWallet.Domain.Risk.Incidents;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of the incident's machine.</summary>
[Reentrant]
public sealed class IncidentGrain(ShellServices services)
    : MachineGrain<IncidentDecider, IncidentState, IncidentCommand, IncidentEvent>(services, _codec), IIncidentGrain
{
    private static readonly MachineCodec<IncidentState, IncidentCommand, IncidentEvent> _codec =
        new(ContractJson.Default.IncidentCommand, IncidentJson.Default.IncidentEvent, IncidentJson.Default.IncidentState);

    public Task<IncidentView?> Read() => Task.FromResult(IncidentDecider.View(State));
}
