using Orleans.Concurrency;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of the Channel machine.</summary>
[Reentrant]
public sealed class ChannelGrain(ShellServices services)
    : MachineGrain<ChannelDecider, ChannelState, ChannelCommand, ChannelEvent>(services, _codec), IChannelGrain
{
    private static readonly MachineCodec<ChannelState, ChannelCommand, ChannelEvent> _codec =
        new(ContractJson.Default.ChannelCommand, ChannelJson.Default.ChannelEvent, ChannelJson.Default.ChannelState);

    public Task<ChannelView?> Read() => Task.FromResult(ChannelDecider.View(State, Version));

    public Task<UpdateStanding> Follow(Guid update) => Task.FromResult(ChannelDecider.Standing(State, update));

    protected override (string Code, string Detail)? Alarm(ChannelState state) => state.Phase switch
    {
        ChannelPhase.LostState => (IncidentCodes.ChannelLostState, $"nonce {state.Book.Nonce} is the newest that is known to hold"),
        ChannelPhase.PeerLost => (IncidentCodes.ChannelPeerLost, $"nonce {state.Book.Nonce}"),
        _ => null,
    };
}
