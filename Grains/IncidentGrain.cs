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

    protected override (string Code, string Detail)? Alarm(IncidentState state) =>
        IncidentDecider.View(state) is { Stage: IncidentView.Open, Severity: >= IncidentSeverity.Warning } open ? (open.Code.Value, open.Detail) : null;

    public Task<IncidentView?> Read() => Task.FromResult(IncidentDecider.View(State));
}
