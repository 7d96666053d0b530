using Orleans.Concurrency;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of the TokenPacket machine.</summary>
[Reentrant]
public sealed class TokenPacketGrain(ShellServices services)
    : MachineGrain<PacketDecider, PacketState, PacketCommand, PacketEvent>(services, _codec), ITokenPacketGrain
{
    private static readonly MachineCodec<PacketState, PacketCommand, PacketEvent> _codec =
        new(ContractJson.Default.PacketCommand, PacketJson.Default.PacketEvent, PacketJson.Default.PacketState);

    public Task<PacketView?> Read() => Task.FromResult(PacketDecider.View(State, Version));
}
