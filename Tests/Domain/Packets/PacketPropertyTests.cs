using FsCheck;
using FsCheck.Fluent;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Packets;

/// <summary>Random votes, answers in any order, repetitions, reorgs, cancels and time; after each step the packet's promises are checked.</summary>
public sealed class PacketPropertyTests
{
    private const int Sequences = 150;
    private const int Steps = 140;

    /// <summary>FsCheck tells the seed of a failing run and shrinks its sequence.</summary>
    [Fact]
    public void Commands_RandomTwiceAndReordered_EndEachReservationOnce()
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ArrayOf(Steps).ToArbitrary(), sequence => Run(sequence, seen))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences));
        seen.Should().Contain(["finished", "leg-abandoned", "reopened", "reserved", "votes-voided", "group-started", "leg-offered", "score-requested", "case-wanted", "case-decided"], "the sequences must get that far");
    }

    private static void Run(int[] sequence, SortedSet<string> seen)
    {
        var world = new World();
        foreach (var choice in sequence)
        {
            if (world.Next(choice % 10, choice / 10) is not { } command) continue;
            _ = world.Packet.Do(command);
            var before = world.Packet.Events.Count;
            _ = world.Packet.Do(command);
            world.Packet.Events.Skip(before).Should().BeEmpty("{0} was decided before", command);
            world.Check();
        }

        world.Drain(sequence[0] % 2 == 0);
        seen.UnionWith(world.Packet.Events.Select(world.Packet.NameOf));
    }

    /// <summary>Account, node and lanes around one packet of six legs: an order, an atomic group, a compensation.</summary>
    private sealed class World
    {
        private static readonly Name[] _legs = ["a", "b", "l", "x", "y", "undo-a"];

        private readonly Dictionary<Name, int> _ended = _legs.ToDictionary(leg => leg, _ => 0);
        private readonly HashSet<string> _done = new(StringComparer.Ordinal);
        private int _block;
        private int _checked;
        private PacketState _replayed = PacketDecider.Empty(new PacketRun().Key);

        internal World()
        {
            Packet = new PacketRun(Transfer("a", 5), PacketRun.After(Transfer("b", 1), "a"), PacketRun.Pay("l", "a"));
            Packet.Content = Plans.Undoable(
                Packet.Content,
                "a",
                [.. Packet.Content.Legs, Plans.In("g", PacketRun.Pay("x")), Plans.In("g", PacketRun.Pay("y", "a"))]);
            Packet.Propose();
        }

        internal PacketRun Packet { get; }

        internal PacketCommand? Next(int kind, int pick)
        {
            var state = Packet.State;
            switch (kind)
            {
                case 0 when state is { Assessment: not null, Bounds: not null }:
                    var person = new[] { Ana, Ben, Cleo }[pick % 3];
                    var decision = pick % 40 == 0 ? VoteDecision.Veto : VoteDecision.Approve;
                    return new PacketCommand.CastVote(Packet.NewId(), Packet.VoteOf(person, decision));
                case 1 when pick % 25 == 0:
                    return new PacketCommand.Cancel(Packet.NewId(), "cancelled");
                case 2:
                    Packet.Now += Span.Seconds(pick % 5_000);
                    return new PacketCommand.Tick(Packet.NewId());
                case 3 or 4 or 5 when state.Legs.Count > 0:
                    return new PacketCommand.RecordLeg(Packet.NewId(), _legs[pick % 6], Progress(_legs[pick % 6], pick / 6));
                case 6 when state.Case is { } known && pick % 3 != 0:
                    return new PacketCommand.RecordCase(
                        Packet.NewId(), known.Number, known.Sequence + (pick % 2), pick % 5 == 0 ? null : new(["rita", "rob"], RiskAction.Hold, Packet.Now + Span.Hours(1)), pick % 40 == 1);
                default:
                    return Answer(pick);
            }
        }

        internal void Check()
        {
            var state = Packet.State;
            _ended.Values.Should().OnlyContain(ends => ends == 0 || ends == 1, "a reservation ends once, or is taken back by a reorg");
            Packet.Events.OfType<PacketEvent.LegStarted>().Select(e => e.Leg).Should().OnlyHaveUniqueItems("a leg is given away once");
            CheckPlan(state);
            if (state.Bounds is { } bounds)
                state.Votes.All(vote => vote.Content.EffectDigest == Bounds.Digest(bounds)).Should().BeTrue("no vote survives a changed effect");
            if (state.Phase is PacketPhase.Ended)
                (state.Tasks.Values.Count(task => !task.IsOfCase), state.Legs.Values.All(leg => leg.Stage.HasEnded)).Should().Be((0, true), "what is over owes nothing");
            if (state.Score is { } score)
                (score.Packet, score.EffectDigest).Should().Be((Canonical.Hash(state.Content!), Bounds.Digest(state.Bounds!)), "a score is of what the packet is");
            if (PacketDecider.NextWake(state) is { } due && due <= Packet.Now)
                PacketDecider.Decide(state, new PacketCommand.Tick(Id("due")), Stamp.At(Packet.Now)).Should().BeOfType<Decision<PacketEvent>.Accept>()
                    .Which.Events.Should().NotBeEmpty("a wake that is due has something to do");
        }

        /// <summary>Every leg ends, one way or the other: then the packet is over, whatever came before.</summary>
        internal void Drain(bool settle)
        {
            for (var round = 0; round < 64 && Packet.State.Phase is PacketPhase.Reserving or PacketPhase.Running; round++)
            {
                foreach (var (intent, effect) in Packet.Owed)
                {
                    if (effect is Effect.TellAccount told && _done.Add(intent)) Book(told.Command);
                    Packet.Answer(intent, PacketRun.Done);
                    Check();
                }

                foreach (var leg in Packet.State.Legs.Values)
                {
                    LegProgress? news = leg.Stage is PacketLegStage.Sent ? new LegProgress.Delivered()
                        : !leg.Stage.IsAtLane && leg.Stage is not PacketLegStage.Mined ? null
                        : settle == (leg.Id == "b") ? new LegProgress.Impossible(PacketRun.In(leg.Id, "end"), 9)
                        : new LegProgress.Final(PacketRun.In(leg.Id, "end"));
                    if (news is not null) Packet.Leg(leg.Id, news);
                    Check();
                }
            }

            Packet.State.Phase.Should().NotBeOfType<PacketPhase.Running>("all legs have ended").And.NotBeOfType<PacketPhase.Reserving>();
        }

        /// <summary>Whatever the order of the news: at its start a leg had all that it waits for, a group was whole, a compensation had a reason.</summary>
        private void CheckPlan(PacketState state)
        {
            for (; _checked < Packet.Events.Count; _checked++)
            {
                var before = _replayed;
                _replayed = PacketDecider.Evolve(before, Packet.Events[_checked], Packet.Now);
                switch (Packet.Events[_checked])
                {
                    case PacketEvent.LegStarted started when started.Leg == "undo-a":
                        before.Legs["a"].Stage.Should().BeOfType<PacketLegStage.Settled>();
                        new Name[] { "b", "l", "x", "y" }.Should().OnlyContain(id => before.Legs[id].Stage.HasEnded)
                            .And.Contain(id => before.Legs[id].Stage.HasFailed, "something that waited for a failed");
                        break;
                    case PacketEvent.LegStarted started:
                        LegPlan.Before(before.Content!, before.Leg(started.Leg)).All(id => before.Legs[id].Stage is PacketLegStage.Settled)
                            .Should().BeTrue("{0} waits for what it names", started.Leg);
                        break;
                    case PacketEvent.GroupStarted:
                        new Name[] { "x", "y" }.Should().OnlyContain(id => before.Legs[id].Stage is PacketLegStage.Agreed);
                        break;
                    default:
                        break;
                }
            }
        }

        private PacketCommand? Answer(int pick)
        {
            var owed = Packet.Owed.ToArray();
            if (owed.Length == 0) return null;
            var (intent, effect) = owed[pick % owed.Length];
            var result = Result(effect, pick / 7);
            var accepted = result is EffectResult.Replied { Reply: CommandReply.Accepted };
            if (accepted && effect is Effect.TellAccount told && _done.Add(intent)) Book(told.Command);
            return PacketDecider.Resume(Packet.State, intent, result);
        }

        /// <summary>The account's side: what of a leg's reservation has ended.</summary>
        private void Book(AccountCommand command)
        {
            switch (command)
            {
                case AccountCommand.PostLeg post:
                    _ended[post.Leg.Leg]++;
                    break;
                case AccountCommand.UnpostLeg unpost:
                    _ended[unpost.Leg.Leg]--;
                    break;
                case AccountCommand.UnreleaseLeg unrelease:
                    _ended[unrelease.Leg.Leg]--;
                    break;
                case AccountCommand.ReleaseLeg release:
                    _ended[release.Leg.Leg]++;
                    break;
                default:
                    break;
            }
        }

        private LegProgress Progress(Name leg, int pick)
        {
            if (pick % 3 == 0 && Packet.State.Legs[leg].Stage.MadeImpossibleBy is { } by) return new LegProgress.Unmined(by.TxHash, by.Block.Hash);
            var inclusion = PacketRun.In(leg, $"b{++_block}");
            var tombstone = new Rejection(RejectionCode.TransferTombstoned, "a", "b");
            LegProgress[] all = Packet.State.Leg(leg) is Leg.LedgerTransfer
                ? [new LegProgress.Delivered(), new LegProgress.Delivered(), new LegProgress.Returned(tombstone)]
                :
                [
                    new LegProgress.Claimed(7), new LegProgress.Signed(inclusion.TxHash), new LegProgress.AcceptedByNode(inclusion.TxHash),
                    new LegProgress.Mined(inclusion), new LegProgress.Mined(inclusion),
                    new LegProgress.Unmined(inclusion.TxHash, PacketRun.Hash("lost")), new LegProgress.Final(inclusion),
                    new LegProgress.Final(inclusion), new LegProgress.Reverted(inclusion with { Succeeded = false }),
                    new LegProgress.Impossible(inclusion, 9), new LegProgress.Refused(new(RejectionCode.SignerRefused, "a", "b")),
                ];
            return all[pick % all.Length];
        }

        private EffectResult Result(Effect effect, int pick) => effect switch
        {
            _ when pick % 6 == 0 => new EffectResult.NoAnswer("busy"),
            Effect.Simulate when pick % 31 == 0 => new EffectResult.Failed(new(RejectionCode.SimulationFailed, "a", "b")),
            Effect.Simulate => new EffectResult.Simulated(PacketRun.Effects((ulong)(5 + (pick % 9 == 0 ? 1 : 0)))),
            Effect.Score score when pick % 29 == 0 => new EffectResult.Assessed(Judge(new(score.Packet, score.Bounds, score.Votes), pick)),
            Effect.Score => new EffectResult.Scored(Packet.Score(
                pick % 4 == 0 ? new(RiskAction.Hold, 0, 0, Span.Hours(4)) : null, pick % 3 == 0 ? Span.Seconds(pick % 5_000) : null)),
            Effect.Assess assess => new EffectResult.Assessed(Judge(assess, pick)),
            Effect.TellAccount { Command: AccountCommand.Reserve } => (pick % 12) switch
            {
                0 => PacketRun.No(RejectionCode.Frozen),
                1 => PacketRun.No(RejectionCode.QuorumMissing),
                2 => PacketRun.No(RejectionCode.TimelockRunning),
                _ => PacketRun.Done,
            },
            Effect.TellAccount { Command: AccountCommand.OfferTransfer } when pick % 5 == 0 => PacketRun.No(RejectionCode.NotRegistered),
            Effect.TellLane when pick % 17 == 0 => PacketRun.No(RejectionCode.LaneStopped),
            Effect.Announce => new EffectResult.Done(),
            _ => PacketRun.Done,
        };

        private static Assessment Judge(Effect.Assess assess, int pick)
        {
            var counted = new[] { Ana, Ben, Cleo }.Where(person => assess.Votes.Any(vote => vote.Content.Member == person.Id)).ToArray();
            var verdict = counted.Length < 2 ? Verdict.NeedsVotes : pick % 3 == 0 ? Verdict.TimeLocked : Verdict.Allowed;
            var assessment = PacketRun.Assessment(verdict, counted);
            if (verdict is not Verdict.NeedsVotes && assess.Risk is { Score.Value.Demand: { Action: RiskAction.Hold } demand, Release: null })
                return assessment with { Verdict = Verdict.Held, Risk = demand };
            return pick % 23 != 0 ? assessment : assessment with
            {
                Verdict = Verdict.NeedsVotes,
                Counted = [],
                PolicyVersion = 2,
                PolicyHash = PacketRun.Hash("policy 2"),
            };
        }
    }
}
