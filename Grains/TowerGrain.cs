using Orleans.Concurrency;
using TPWallet.Domain.Towers;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Towers;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of a side that is guarded for another operator.</summary>
[Reentrant]
public sealed class TowerGrain(ShellServices services) : MachineGrain<TowerDecider, TowerState, TowerCommand, TowerEvent>(services, _codec), ITowerGrain
{
    private static readonly MachineCodec<TowerState, TowerCommand, TowerEvent> _codec =
        new(ContractJson.Default.TowerCommand, TowerJson.Default.TowerEvent, TowerJson.Default.TowerState);

    public Task<TowerView?> Read() => Task.FromResult(TowerDecider.View(State, Version));

    protected override (string Code, string Detail)? Alarm(TowerState state) =>
        state is { IsOver: false, Closing: { } closing, Trouble: { } trouble } ? (IncidentCodes.TowerUnanswered, $"a close by nonce {closing.Nonce} stands, {state.Nonce} is the newest: {trouble}") : null;
}
