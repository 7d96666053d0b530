using Orleans.Concurrency;
using TPWallet.Domain.Lanes.Coins;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of the machine of a lane of coins.</summary>
[Reentrant]
public sealed class CoinLaneGrain(ShellServices services)
    : MachineGrain<CoinLaneDecider, CoinLaneState, LaneCommand, CoinLaneEvent>(services, _codec), ICoinLaneGrain
{
    private static readonly MachineCodec<CoinLaneState, LaneCommand, CoinLaneEvent> _codec =
        new(ContractJson.Default.LaneCommand, CoinLaneJson.Default.CoinLaneEvent, CoinLaneJson.Default.CoinLaneState);

    public Task<CoinLaneView> Read() => Task.FromResult(CoinLaneDecider.View(State, Version));

    public Task<CoinsOnHand> ReadOnHand(LegRef leg, Leg content) => Task.FromResult(CoinLaneDecider.OnHand(State, leg, content));

    protected override (string Code, string Detail)? Alarm(CoinLaneState state) =>
        state.Stop is { } stop ? (IncidentCodes.LaneStopped, stop.Reason.ToString()) : null;

    protected override (ImmutableArray<AccountId> Accounts, AccountIncident Incident)? Concerns(CoinLaneState state) => (
        [.. state.Entries.Values.Select(static entry => entry.Intent.Leg.Packet.Owner).Distinct()],
        new(IncidentCodes.LaneStopped, state.Chain) { Address = state.Address, By = state.Stop?.ForeignTx });
}
