using FsCheck;
using FsCheck.Fluent;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Packets;

/// <summary>
/// A payment, a lane and an account around one leg over channels, in any order, with repetitions, lost answers, a restore, cancels and time: whatever comes, the payee is paid
/// at most once.
/// </summary>
public sealed class ChannelLegPropertyTests
{
    private const int Sequences = 400;
    private const int Steps = 40;

    [Fact]
    public void AnyOrder_PaysAtMostOnce()
    {
        var ends = new SortedSet<string>(StringComparer.Ordinal);
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ArrayOf(Steps).ToArbitrary(), sequence => Run(sequence, ends)).Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences));
        ends.Should().Contain(["paid over channels, settled", "paid on chain, settled", "unpaid, cancelled", "unpaid, invalidated"], "the sequences must get that far");
    }

    private static void Run(int[] sequence, SortedSet<string> ends)
    {
        var world = new World();
        foreach (var choice in sequence) world.Step(choice % 12, choice / 12);
        ends.Add(world.Drain());
    }

    private sealed class World
    {
        private readonly PacketRun _packet = new PacketRun(ChannelLegs.Rent, ChannelLegs.Instead).Reserved();
        private readonly List<PacketCommand> _said = [];
        private Guid? _begun;
        private LegProgress? _outcome;
        private bool _stopped, _isPaid, _onChain, _restored;

        /// <summary>What the world does next; a choice that does not apply does nothing.</summary>
        internal void Step(int kind, int pick)
        {
            switch (kind)
            {
                case 0 or 1 or 2 or 3 when _packet.Owed.ToArray() is { Length: > 0 } owed:
                    var (intent, effect) = owed[pick % owed.Length];
                    // The other side does it, and its answer may be lost.
                    var result = Result(effect);
                    if (pick % 5 != 0) _packet.Answer(intent, result);
                    break;
                case 4 or 5 when _begun is not null && _outcome is null:
                    End(pick);
                    break;
                case 6 when _said.Count > 0:
                    _ = _packet.Do(_said[pick % _said.Count] with { CommandId = _packet.NewId() });
                    break;
                case 7 when pick % 9 == 0:
                    _ = _packet.Do(new PacketCommand.Cancel(_packet.NewId(), "no"));
                    break;
                case 8:
                    _packet.Now += Span.Seconds(pick % 3_000);
                    _ = _packet.Do(new PacketCommand.Tick(_packet.NewId()));
                    break;
                case 9 when pick % 15 == 0 && !_restored && PacketDecider.Recover(_packet.State, _packet.NewId(), 7) is { } recover:
                    Forget(recover);
                    break;
                case 10 when _begun is not null && _outcome is null:
                    Tell(new LegProgress.Delayed(PaymentFailure.TooLate, 5));
                    break;
                case 11 when _onChain && _packet.State.Legs["rent-chain"].Stage.IsAtLane:
                    Say("rent-chain", new LegProgress.Final(PacketRun.In("rent-chain")));
                    break;
                default:
                    break;
            }

            (_isPaid && _onChain).Should().BeFalse("the payee is paid once");
        }

        /// <summary>Everybody goes on until all is over; how the payee was paid, and how the packet ended.</summary>
        internal string Drain()
        {
            for (var round = 0; round < 32 && _packet.State.Phase is PacketPhase.Running; round++)
            {
                foreach (var (intent, effect) in _packet.Owed) _packet.Answer(intent, Result(effect));
                Step(4, round);
                if (_outcome is { } outcome) Tell(outcome);
                Step(11, 0);
            }

            _packet.State.Phase.Should().BeOfType<PacketPhase.Ended>("all has ended");
            (_packet.Name == "settled").Should().Be((_isPaid && _packet.State.Legs["rent"].Stage is PacketLegStage.Settled) || _onChain);
            return $"{(_isPaid ? "paid over channels" : _onChain ? "paid on chain" : "unpaid")}, {_packet.Name}";
        }

        /// <summary>The journal loses its tail: here the payment and all that it knows. Its parts may have paid.</summary>
        private void Forget(PacketCommand recover)
        {
            _restored = true;
            if (_outcome is null or LegProgress.Unpaid) (_begun, _outcome) = (null, null);
            _ = _packet.Do(recover);
        }

        private void End(int pick)
        {
            _isPaid = _isPaid || (!_stopped && pick % 3 == 0);
            // One that was begun anew after a restore knows nothing of what was paid before.
            Tell(_outcome = _isPaid && !(_restored && pick % 2 == 0) ? ChannelLegs.Paid
                : ChannelLegs.Unpaid(_stopped ? PaymentFailure.Stopped : pick % 4 == 1 ? PaymentFailure.RefusedByPayee : pick % 8 == 2 ? PaymentFailure.InvoiceTaken : PaymentFailure.NoPath));
        }

        private void Tell(LegProgress progress) => Say("rent", progress);

        private void Say(Name leg, LegProgress progress)
        {
            var command = new PacketCommand.RecordLeg(_packet.NewId(), leg, progress);
            _said.Add(command);
            _ = _packet.Do(command);
        }

        private EffectResult Result(Effect effect)
        {
            switch (effect)
            {
                case Effect.TellPayment { Command: PaymentCommand.Pay pay }:
                    _restored.Should().BeFalse("nothing begins after a restore");
                    (_begun is null || _begun == pay.CommandId).Should().BeTrue("one payment is begun, by one command");
                    _begun = pay.CommandId;
                    return PacketRun.Done;
                case Effect.TellPayment { Command: PaymentCommand.Stop }:
                    _stopped = true;
                    return _begun is null ? PacketRun.No(RejectionCode.NotFound) : PacketRun.Done;
                case Effect.TellLane { Command: LaneCommand.Submit }:
                    _onChain = true;
                    return PacketRun.Done;
                case Effect.TellLane { Command: LaneCommand.LookUp }:
                    return _onChain ? PacketRun.Done : PacketRun.No(RejectionCode.NotFound);
                case Effect.TellLane { Command: LaneCommand.Close }:
                    return PacketRun.Done;
                default:
                    return PacketRun.Done;
            }
        }
    }
}
