using Orleans.Concurrency;
using TPWallet.Domain.Risk.Profiles;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of the risk profile's machine.</summary>
[Reentrant]
public sealed class RiskProfileGrain(ShellServices services)
    : MachineGrain<RiskProfileDecider, RiskProfileState, RiskProfileCommand, RiskProfileEvent>(services, _codec), IRiskProfileGrain
{
    private static readonly MachineCodec<RiskProfileState, RiskProfileCommand, RiskProfileEvent> _codec =
        new(ContractJson.Default.RiskProfileCommand, RiskProfileJson.Default.RiskProfileEvent, RiskProfileJson.Default.RiskProfileState);

    public Task<RiskScore?> ReadScore(Guid payment) => Task.FromResult(State.PendingOf(payment)?.Score);

    public Task<ImmutableArray<PendingRisk>> ReadPending() => Task.FromResult(RiskProfileDecider.Pending(State));

    public Task<RiskProfileView> Read() => Task.FromResult(RiskProfileDecider.View(State, NowStamp.Latest));
}
