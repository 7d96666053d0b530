using TPWallet.Domain.Peers;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Peers;

/// <summary>The standing of the peer "other", driven by hand.</summary>
internal sealed class PeerRun() : MachineRun<PeerDecider, PeerState, PeerCommand, PeerEvent>("other", PeerJson.Default.PeerEvent, PeerJson.Default.PeerState)
{
    private int _ids;

    public PeerView View => PeerDecider.View(State, State.Policy, Now)!;

    public Guid NextId() => People.Id($"peer {++_ids}");

    /// <summary>A side of the channel of this number tells what it saw now.</summary>
    public ImmutableArray<PeerEvent> Report(ulong channel, bool isOpen, params (DealingReason Reason, long Count)[] dealings) =>
        Accept(new PeerCommand.Report(NextId(), SideOf(channel), isOpen, [.. dealings.Select(dealing => new Dealing(dealing.Reason, dealing.Count, Now, 1))]));

    /// <summary>So much of what is bad: a multiple of ten, at least 50 where it is odd.</summary>
    public void Owe(long points)
    {
        var odd = points % 20 == 0 ? 0 : 50;
        Report(1, true, [.. odd == 0 ? [] : new[] { (DealingReason.MessageRefused, 2L) }, (DealingReason.LockHeld, (points - odd) / 20)]);
    }

    public static ChannelRef SideOf(ulong channel) => new(new Bytes32((UInt256)channel), ChannelSide.B);
}
