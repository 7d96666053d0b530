using FsCheck;
using FsCheck.Fluent;
using TPWallet.Domain.Fees;
using TPWallet.Domain.Lanes;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Lanes;

/// <summary>Random legs, answers in any order, repetitions, reorgs and closes; after each step the promises of a lane are checked.</summary>
public sealed class LanePropertyTests
{
    private const int Sequences = 40;
    private const int Steps = 120;
    private const int MaxRounds = 10;

    /// <summary>FsCheck tells the seed of a failing run and shrinks its sequence.</summary>
    [Fact]
    public void Commands_RandomTwiceAndReordered_KeepOneIntentPerNonce()
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        string[] far = ["close-requested", "leg-refused", "version-final", "version-refused", "version-unmined"];
        // A refused version takes luck: so few sequences can have none.
        for (var round = 0; round == 0 || (round < MaxRounds && !far.All(seen.Contains)); round++)
        {
            Prop.ForAll(Gen.Choose(0, int.MaxValue).ArrayOf(Steps).ToArbitrary(), sequence => Run(sequence, seen))
                .Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences));
        }

        seen.Should().Contain(far, "the sequences must get that far");
    }

    private static void Run(int[] sequence, SortedSet<string> seen)
    {
        var world = new World();
        foreach (var choice in sequence)
        {
            if (world.Next(choice % 12, choice / 12) is not { } command) continue;
            var before = world.Lane.Events.Count;
            _ = world.Lane.Do(command);
            world.Follow(before);
            before = world.Lane.Events.Count;
            _ = world.Lane.Do(command);
            world.Lane.Events.Skip(before).Should().BeEmpty("{0} was decided before", command);
            world.Check();
        }

        seen.UnionWith(world.Lane.Events.Select(world.Lane.NameOf));
    }

    /// <summary>The chain, the signer and the packets around one lane.</summary>
    private sealed class World
    {
        private readonly Dictionary<ulong, Bytes32> _mined = [];
        private readonly Dictionary<ulong, string> _signedIntents = [];
        private readonly Dictionary<string, ulong> _signedNonces = [];
        private int _legs;
        private int _block;
        private int _report;
        private int _lost;

        internal LaneRun Lane { get; } = new();

        internal LaneCommand? Next(int kind, int pick)
        {
            switch (kind)
            {
                case 0 or 1:
                    return new LaneCommand.Submit(Id($"s{_legs}"), LaneRun.Intent($"l{_legs++}"));
                case 2:
                    Lane.Now += Span.Seconds(1 + (pick % 400));
                    return new LaneCommand.Tick(Lane.NewId());
                case 3 when Pick(Lane.State.Entries.Values, pick) is { } entry:
                    return new LaneCommand.Close(Lane.NewId(), entry.Intent.Leg, "closed");
                case 4 or 5 when Pick(Lane.State.Entries.Values.Where(e => e.Signed is not null), pick) is { } entry:
                    return Observe(entry, pick);
                case 6 when Pick(Lane.State.Entries.Values, pick) is { } entry:
                    return new LaneCommand.RecordSigning(Lane.NewId(), entry.Intent.Leg, false, Outcome(entry, pick));
                default:
                    return Pick(Lane.Owed, pick) is { Key: { } intent } owed
                        ? LaneDecider.Resume(Lane.State, intent, Result(owed.Value, pick))
                        : null;
            }
        }

        /// <summary>What the new events did to the outside.</summary>
        internal void Follow(int from)
        {
            foreach (var @event in Lane.Events.Skip(from))
            {
                if (@event is LaneEvent.VersionUnmined) _lost++;
                if (@event is not LaneEvent.VersionSigned signed) continue;
                var entry = Lane.State.Entries[signed.Sequence];
                var (leg, nonce) = (entry.Intent.Leg.ToString(), entry.Signed!.Nonce);
                (_signedIntents.TryAdd(nonce, leg) || _signedIntents[nonce] == leg).Should().BeTrue("nonce {0} is signed for one leg only", nonce);
                (_signedNonces.TryAdd(leg, nonce) || _signedNonces[leg] == nonce).Should().BeTrue("{0} has one nonce: one version is mined", leg);
            }
        }

        internal void Check()
        {
            var state = Lane.State;
            var nonces = state.Entries.Values.Select(e => e.Stage.Nonce).OfType<ulong>().Order().ToArray();
            nonces.Should().OnlyHaveUniqueItems();
            if (state.Facts is not null)
                nonces.Should().Equal(Enumerable.Range(0, nonces.Length).Select(i => LaneRun.FirstNonce + (ulong)i), "claims are gapless")
                    .And.HaveCount((int)(state.NextNonce - LaneRun.FirstNonce));
            var firstUnsigned = state.Claims.FirstOrDefault()?.Stage.Nonce ?? ulong.MaxValue;
            _signedIntents.Keys.All(nonce => nonce < firstUnsigned).Should().BeTrue("what can be rewound is above everything signed");
            state.InFlight.Count().Should().BeLessThanOrEqualTo(LaneLimits.InFlight + _lost, "only a reorg brings back more than the limit");
            foreach (var entry in state.Entries.Values.Where(e => e.Signed is not null)) CheckFees(entry.Signed!);
            if (LaneDecider.NextWake(state) is { } due && due <= Lane.Now)
                LaneDecider.Decide(state, new LaneCommand.Tick(Id("due")), Stamp.At(Lane.Now)).Should().BeOfType<Decision<LaneEvent>.Accept>()
                    .Which.Events.Should().NotBeEmpty("a wake that is due has something to do");
        }

        private static void CheckFees(SignedNonce signed)
        {
            for (var i = 1; i < signed.Versions.Length; i++)
                signed.Versions[i].Terms.MaxFeePerGas.Should().BeGreaterThanOrEqualTo(FeeReplacement.Bump(signed.Versions[i - 1].Terms.MaxFeePerGas));
            signed.Versions.All(v => v.NoOp || v.Terms.WorstFee <= LaneRun.Budget).Should().BeTrue("a spend stays inside its budget");
            signed.Versions.Count(v => !v.NoOp).Should().BeLessThanOrEqualTo(LaneLimits.SpendVersions, "bidding leaves room for the no-op");
            signed.Versions.SkipWhile(v => !v.NoOp).All(v => v.NoOp).Should().BeTrue("after the no-op no spend is signed");
        }

        private LaneCommand Observe(LaneEntry entry, int pick)
        {
            var signed = entry.Signed!;
            var version = signed.Versions[pick % signed.Versions.Length];
            if (_mined.TryGetValue(signed.Nonce, out var mined)) version = signed.Find(mined)!;
            var block = new BlockRef((ulong)++_block, LaneRun.Hash($"block {_block}"));
            var inclusion = new Inclusion(Chain, version.TxHash, block, pick % 5 != 0, 21_000);
            var number = ++_report;
            WatchReport report = (pick / 7 % 3) switch
            {
                0 when mined != default => new WatchReport.Unmined(number, mined, LaneRun.Hash("lost")),
                1 when mined != default => new WatchReport.Final(number, inclusion),
                _ => new WatchReport.Mined(number, inclusion),
            };
            if (report is WatchReport.Unmined) _mined.Remove(signed.Nonce);
            else _mined[signed.Nonce] = version.TxHash;
            return new LaneCommand.RecordObservation(Lane.NewId(), entry.Intent.Leg, report);
        }

        private EffectResult Result(Effect effect, int pick) => effect switch
        {
            _ when pick % 9 == 0 => new EffectResult.NoAnswer("busy"),
            Effect.ReadLaneFacts => new EffectResult.LaneFacts(MinedNonce(), Ether, LaneRun.Market((ulong)(pick % 400)), false),
            Effect.EstimateTerms when pick % 5 == 0 => new EffectResult.Failed(new(RejectionCode.SimulationFailed, "a", "b")),
            Effect.EstimateTerms => new EffectResult.Terms(21_000, LaneRun.Market((ulong)(pick % 300), pick % 7)),
            Effect.Broadcast => new EffectResult.BroadcastSaid((pick % 4) switch
            {
                0 => new BroadcastOutcome.Accepted(["n"]),
                1 => new BroadcastOutcome.MaybeMined(),
                2 => new BroadcastOutcome.Refused(new(RejectionCode.Underpriced, "a", "b")),
                _ => new BroadcastOutcome.Unknown("?"),
            }),
            Effect.RequestSignature when pick % 11 == 0 => LaneRun.No(RejectionCode.KeyRetired),
            _ => LaneRun.Done,
        };

        private static SignOutcome Outcome(LaneEntry entry, int pick)
        {
            if (pick % 6 == 0) return new SignOutcome.Refused(new(RejectionCode.SignerRefused, "a", "b"));
            var hash = LaneRun.Hash($"{entry.Intent.Leg} {entry.Stage.Nonce} {entry.Signed?.Versions.Length}");
            return new SignOutcome.Signed(hash.ToArray(), hash);
        }

        private ulong MinedNonce()
        {
            var next = LaneRun.FirstNonce;
            while (_mined.ContainsKey(next)) next++;
            return next;
        }

        private static T? Pick<T>(IEnumerable<T> from, int pick)
        {
            var all = from.ToArray();
            return all.Length == 0 ? default : all[pick % all.Length];
        }
    }
}
