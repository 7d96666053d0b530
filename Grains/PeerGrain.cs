using Orleans.Concurrency;
using TPWallet.Domain.Peers;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of a peer's standing.</summary>
[Reentrant]
public sealed class PeerGrain(ShellServices services, PeerPolicy policy)
    : MachineGrain<PeerDecider, PeerState, PeerCommand, PeerEvent>(services, _codec), IPeerGrain
{
    private static readonly MachineCodec<PeerState, PeerCommand, PeerEvent> _codec =
        new(ContractJson.Default.PeerCommand, PeerJson.Default.PeerEvent, PeerJson.Default.PeerState);

    /// <summary>What the silo was started with holds before anything is decided.</summary>
    public new async Task<CommandReply> Submit(PeerCommand command)
    {
        if (State.Policy != policy && (command is PeerCommand.Report || PeerDecider.IsKnown(State))) await base.Submit(new PeerCommand.SetPolicy(NewId(), policy));
        return await base.Submit(command);
    }

    public Task<PeerView?> Read() => Task.FromResult(PeerDecider.View(State, policy, NowStamp.Latest));

    protected override (string Code, string Detail)? Alarm(PeerState state) => state.Level == PeerLevel.Full
        ? null
        : (IncidentCodes.PeerPoorStanding, $"{state.Level}: {string.Join(", ", state.Latest.Where(static note => PeerRules.IsBad(note.Dealing.Reason)).Select(static note => note.Dealing.Reason).Distinct())}");
}
