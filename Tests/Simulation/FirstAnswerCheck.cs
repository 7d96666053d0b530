using TPWallet.Domain.Accounts;
using TPWallet.Domain.Lanes;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// What a packet asks for is bound only while it waits for the answer: nothing is reserved for a packet, sent, or queued at a lane that was refused it, or
/// that was never asked.
/// </summary>
internal sealed class FirstAnswerCheck(IJudge judge, IReadOnlyDictionary<string, Mirror> streams)
{
    public void Add(Mirror stream, object @event)
    {
        switch (@event)
        {
            case AccountEvent.Reserved { Reservation: var reservation }:
                var packet = new PacketRef(AccountId.Parse(stream.Name.Key), reservation.Packet);
                if (Find(packet) is not { Phase: PacketPhase.Reserving }) Fail("reserved", packet, $"{Find(packet)?.Phase}");
                break;
            case AccountEvent.TransferSent { Leg: var sent }:
                if (StageOf(sent) is not PacketLegStage.Sent) Fail($"sent {sent.Leg}", sent.Packet, $"{StageOf(sent)}");
                break;
            case LaneEvent.LegQueued { Intent.Leg: var queued }:
                if (StageOf(queued) is not PacketLegStage.Submitted) Fail($"queued {queued.Leg}", queued.Packet, $"{StageOf(queued)}");
                break;
            default:
                break;
        }
    }

    private void Fail(string what, PacketRef packet, string stage) => judge.Fail("first-answer", $"{what} for {packet.Key}, which is {stage}");

    private PacketLegStage? StageOf(LegRef leg) => Find(leg.Packet)?.Legs.GetValueOrDefault(leg.Leg)?.Stage;

    private PacketState? Find(PacketRef packet) =>
        streams.GetValueOrDefault(new StreamName(judge.Tenant, PacketDecider.Kind, packet.Key).ToString())?.State as PacketState;
}
