using FsCheck;
using FsCheck.Fluent;
using TPWallet.Domain.Lanes.Coins;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Lanes.Coins;

/// <summary>Random coins and legs, answers in any order, repetitions, reorgs and closes; after each step the promises of a lane of coins are checked.</summary>
public sealed class CoinLanePropertyTests
{
    private const int Sequences = 40;
    private const int Steps = 140;

    /// <summary>FsCheck tells the seed of a failing run and shrinks its sequence.</summary>
    [Fact]
    public void Commands_RandomTwiceAndReordered_KeepOneLegPerCoin()
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ArrayOf(Steps).ToArbitrary(), sequence => Run(sequence, seen))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences));
        string[] far = ["close-requested", "coins-released", "input-lost", "coins-reserved", "leg-refused", "selection-deferred", "version-final", "version-refused", "version-unmined"];
        seen.Should().Contain(far, "the sequences must get that far");
    }

    /// <summary>A leg that ended with its parent was opened and ended anew by each report of its parent's lost change.</summary>
    [Fact]
    public void Commands_ThatOnceEndedALegTwice_EndItOnce() => Replay(11390900320170809576UL, 6841345367859379875UL, 11);

    /// <summary>One coin was lost and left out of a no-op, came back, and another was lost: the next no-op shared nothing with the first.</summary>
    [Fact]
    public void Commands_ThatOnceMadeTwoNoOpsApart_MakeNoneThatCanBeMinedBesideAnother() => Replay(13227153830324048903UL, 13820920706213598099UL, 63);

    private static void Replay(ulong seed, ulong gamma, int size) => Prop
        .ForAll(Gen.Choose(0, int.MaxValue).ArrayOf(Steps).ToArbitrary(), sequence => Run(sequence, new SortedSet<string>(StringComparer.Ordinal)))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(1).WithReplay(seed, gamma, size));

    private static void Run(int[] sequence, SortedSet<string> seen)
    {
        var world = new World();
        foreach (var choice in sequence)
        {
            if (world.Next(choice % 14, choice / 14) is not { } command) continue;
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
        private readonly Dictionary<SpentOutput, LegRef> _signed = [];
        private readonly Dictionary<LegRef, Bytes32> _mined = [];
        private readonly Dictionary<SpentOutput, Bytes32> _lost = [];
        private readonly HashSet<SpentOutput> _everLost = [];
        private int _coins;
        private int _legs;
        private int _block;
        private int _report;

        internal CoinRun Lane { get; } = new();

        internal LaneCommand? Next(int kind, int pick)
        {
            switch (kind)
            {
                case 0 or 1:
                    return new LaneCommand.RecordCoin(Lane.NewId(), CoinRun.CoinOf($"{_coins++}", 20_000 + (pick % 200_000), "block 0"));
                case 2 or 3:
                    return new LaneCommand.Submit(Id($"s{_legs}"), CoinRun.Intent($"l{_legs++}", 10_000 + (pick % 60_000)));
                case 4:
                    Lane.Now += Span.Seconds(1 + (pick % 700));
                    return new LaneCommand.Tick(Lane.NewId());
                case 5 when Pick(Lane.State.Entries.Values, pick) is { } entry:
                    return new LaneCommand.Close(Lane.NewId(), entry.Intent.Leg, "closed");
                case 6 when pick % 4 == 0 && Pick(Lane.State.Coins.Values, pick) is { } coin:
                    return new LaneCommand.RecordCoinLost(Lane.NewId(), coin.Output, coin.Block.Hash);
                case 7 or 8 when Pick(Lane.State.Entries.Values.Where(e => e.Body is not null), pick) is { } entry:
                    return Observe(entry, pick);
                case 10 when pick % 3 == 0 && Pick(Lane.State.Entries.Values.Where(e => e.Body is not null && !_mined.ContainsKey(e.Intent.Leg)), pick) is { } entry:
                    return LoseOrReturn(entry, pick);
                case 11 when pick % 3 == 0 && _coins > 0:
                    return new LaneCommand.RecordCoin(Lane.NewId(), CoinRun.CoinOf($"{pick % _coins}", 20_000, $"block {++_block}"));
                case 9 when Pick(Lane.State.Entries.Values, pick) is { } entry:
                    return new LaneCommand.RecordSigning(Lane.NewId(), entry.Intent.Leg, false, Outcome(entry, pick));
                default:
                    return Pick(Lane.Owed, pick) is { Key: { } intent } owed
                        ? CoinLaneDecider.Resume(Lane.State, intent, Result(owed.Value, pick))
                        : null;
            }
        }

        /// <summary>What the new events did to the outside: an output is signed for one leg, and each version shares all of them with those before it.</summary>
        internal void Follow(int from)
        {
            foreach (var signed in Lane.Events.Skip(from).OfType<CoinLaneEvent.VersionSigned>())
            {
                var entry = Lane.State.Entries[signed.Sequence];
                foreach (var input in entry.Body!.Newest.Spend.Inputs)
                    (_signed.TryAdd(input.Output, entry.Intent.Leg) || _signed[input.Output] == entry.Intent.Leg).Should().BeTrue("{0} is signed for one leg", input.Output);
                var all = entry.Body.Versions[0].Spend.Inputs;
                entry.Body.Versions.Should().OnlyContain(version => all.All(input => version.Spend.Inputs.Contains(input) || (version.NoOp && _everLost.Contains(input.Output))));
                entry.Body.Versions.Should().OnlyContain(
                    version => entry.Body.Versions.All(other => other.Spend.Inputs.Intersect(version.Spend.Inputs).Any()), "no two of them can both be mined");
            }
        }

        internal void Check()
        {
            var state = Lane.State;
            state.Entries.Values.Where(e => !e.IsFinished).SelectMany(e => e.Inputs.Select(input => input.Output)).Should().OnlyHaveUniqueItems("one leg per coin");
            foreach (var entry in state.Entries.Values) CheckAmounts(entry);
            foreach (var owed in CoinLaneDecider.Owed(state).Values.OfType<Effect.SelectCoins>())
            {
                owed.Final.AddRange(owed.Unconfirmed).Any(coin => state.IsHeld(coin.Output)).Should().BeFalse("a held coin is offered to nobody");
                owed.Final.Any(coin => _signed.TryGetValue(coin.Output, out var leg) && leg != owed.Leg).Should().BeFalse("the signer signs it for no other leg");
            }

            if (CoinLaneDecider.NextWake(state) is { } due && due <= Lane.Now)
                CoinLaneDecider.Decide(state, new LaneCommand.Tick(Id("due")), Stamp.At(Lane.Now)).Should().BeOfType<Decision<CoinLaneEvent>.Accept>()
                    .Which.Events.Should().NotBeEmpty("a wake that is due has something to do");
        }

        private static void CheckAmounts(CoinLeg entry)
        {
            var versions = (entry.Body?.Versions ?? []).Select(version => version.Spend).ToArray();
            foreach (var spend in versions)
            {
                spend.Inputs.Sum(input => input.ValueSat).Should().Be(spend.PaySat + spend.ChangeSat + spend.FeeSat, "inputs = outputs + fee");
                spend.ChangeSat.Should().BeGreaterThanOrEqualTo(CoinFees.DustSat);
                spend.FeeSat.Should().BeLessThanOrEqualTo(CoinRun.Budget, "a version stays inside the budget");
                if (!spend.IsNoOp) spend.PaySat.Should().Be((long)(ulong)((TPWallet.Grains.Interfaces.Packets.Leg.ChainTransfer)entry.Intent.Content).Amount.Value);
            }

            for (var i = 1; i < versions.Length; i++)
                versions[i].FeeSat.Should().BeGreaterThanOrEqualTo(versions[i - 1].FeeSat + versions[i].VirtualBytes, "rules 3 and 4 of BIP-125");
            versions.SkipWhile(spend => !spend.IsNoOp).All(spend => spend.IsNoOp).Should().BeTrue("after the no-op no spend is signed");
        }

        /// <summary>A coin of the leg can never be; or it can again.</summary>
        private LaneCommand LoseOrReturn(CoinLeg entry, int pick)
        {
            var version = entry.Body!.Versions[pick % entry.Body.Versions.Length];
            var output = version.Spend.Inputs[pick % version.Spend.Inputs.Length].Output;
            if (_lost.Remove(output, out var block)) return Report(entry, new WatchReport.Unmined(++_report, version.TxHash, block));
            _everLost.Add(output);
            _lost[output] = LaneRun.Hash($"block {++_block}");
            var by = new Inclusion(CoinRun.Bitcoin, LaneRun.Hash($"rival {_block}"), new((ulong)_block, _lost[output]), true, UInt256.Zero);
            return Report(entry, new WatchReport.Conflicted(++_report, version.TxHash, by) { Lost = output });
        }

        private LaneCommand.RecordObservation Report(CoinLeg entry, WatchReport report) => new(Lane.NewId(), entry.Intent.Leg, report);

        private LaneCommand? Observe(CoinLeg entry, int pick)
        {
            var body = entry.Body!;
            var version = body.Versions[pick % body.Versions.Length];
            if (version.Spend.Inputs.Any(input => _lost.ContainsKey(input.Output))) return null;
            if (_mined.TryGetValue(entry.Intent.Leg, out var mined)) version = body.Find(mined)!;
            var inclusion = new Inclusion(CoinRun.Bitcoin, version.TxHash, new((ulong)++_block, LaneRun.Hash($"block {_block}")), true, UInt256.Zero);
            var number = ++_report;
            WatchReport report = (pick / 7 % 3) switch
            {
                0 when mined != default => new WatchReport.Unmined(number, mined, entry.Inclusion?.Block.Hash ?? LaneRun.Hash("lost")),
                1 when mined != default => new WatchReport.Final(number, inclusion),
                _ => new WatchReport.Mined(number, inclusion),
            };
            if (report is WatchReport.Unmined) _mined.Remove(entry.Intent.Leg);
            else _mined[entry.Intent.Leg] = version.TxHash;
            return new LaneCommand.RecordObservation(Lane.NewId(), entry.Intent.Leg, report);
        }

        private static EffectResult Result(Effect effect, int pick) => effect switch
        {
            _ when pick % 9 == 0 => new EffectResult.NoAnswer("busy"),
            Effect.ReadMarket => new EffectResult.Market(1_000 + (pick % 40_000), 1_000, 1_000),
            Effect.SelectCoins when pick % 7 == 0 => new EffectResult.Failed(new(RejectionCode.InsufficientFunds, "a", "b")),
            Effect.SelectCoins asked => new EffectResult.Selected(Choose(asked, pick)),
            Effect.Broadcast => new EffectResult.BroadcastSaid((pick % 4) switch
            {
                0 => new BroadcastOutcome.Accepted(["n"]),
                1 => new BroadcastOutcome.MaybeMined(),
                2 => new BroadcastOutcome.Refused(new(RejectionCode.Underpriced, "a", "b")),
                _ => new BroadcastOutcome.Unknown("?"),
            }),
            Effect.RequestSpend when pick % 11 == 0 => LaneRun.No(RejectionCode.KeyRetired),
            _ => LaneRun.Done,
        };

        /// <summary>Sometimes what is enough, sometimes anything.</summary>
        private static ImmutableArray<SpentOutput> Choose(Effect.SelectCoins asked, int pick)
        {
            if (pick % 5 == 1) return [LaneRunOutput];
            var coins = asked.Final.OrderBy(coin => (coin.ValueSat * pick) % 97).ToArray();
            return coins.Sum(coin => coin.ValueSat) >= asked.TargetSat ? [.. coins.Select(coin => coin.Output)] : [asked.Unconfirmed.FirstOrDefault()?.Output ?? LaneRunOutput];
        }

        private static SpentOutput LaneRunOutput => CoinRun.Output("nobody's");

        private static SignOutcome Outcome(CoinLeg entry, int pick)
        {
            if (pick % 6 == 0) return new SignOutcome.Refused(new(RejectionCode.SignerRefused, "a", "b"));
            var hash = LaneRun.Hash($"{entry.Intent.Leg} {entry.Sequence} {entry.Body?.Versions.Length}");
            return new SignOutcome.Signed(hash.ToArray(), hash);
        }

        private static T? Pick<T>(IEnumerable<T> from, int pick)
        {
            var all = from.ToArray();
            return all.Length == 0 ? default : all[pick % all.Length];
        }
    }
}
