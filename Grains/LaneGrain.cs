using Orleans.Concurrency;
using TPWallet.Domain.Lanes;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of the Lane machine.</summary>
[Reentrant]
public sealed class LaneGrain(ShellServices services)
    : MachineGrain<LaneDecider, LaneState, LaneCommand, LaneEvent>(services, _codec), ILaneGrain
{
    private static readonly MachineCodec<LaneState, LaneCommand, LaneEvent> _codec =
        new(ContractJson.Default.LaneCommand, LaneJson.Default.LaneEvent, LaneJson.Default.LaneState);

    public Task<LaneView> Read() => Task.FromResult(LaneDecider.View(State, Version));

    protected override (string Code, string Detail)? Alarm(LaneState state) =>
        state.Stop is { } stop ? (IncidentCodes.LaneStopped, stop.Reason.ToString()) : null;

    protected override (ImmutableArray<AccountId> Accounts, AccountIncident Incident)? Concerns(LaneState state) => (
        [.. state.Entries.Values.Select(static entry => entry.Intent.Leg.Packet.Owner).Distinct()],
        new(IncidentCodes.LaneStopped, state.Chain) { Address = state.Address, By = state.Stop?.ForeignTx });
}
