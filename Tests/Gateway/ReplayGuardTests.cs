using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Silo.Gateway;

namespace TPWallet.Tests.Gateway;

/// <summary>What a replay guard promises whatever comes in whatever order, and however the clock is set meanwhile.</summary>
public sealed class ReplayGuardTests
{
    private const int MaxPerKey = 24;
    private const int Length = 400;
    private static readonly Name[] _keys = ["one", "two"];
    private static readonly long _latestMs = 2 * RequestSignature.Window.Ms;

    [Fact]
    public void Request_Recorded_IsNeverTakenAgain_HoweverTheClockIsSet() => Prop.ForAll(
        Sights(Gen.Choose((int)-_latestMs, (int)_latestMs)).Zip(Gen.Choose(0, int.MaxValue).ArrayOf(Length)).ToArbitrary(),
        static scene =>
        {
            var guard = new ReplayGuard(MaxPerKey);
            var recorded = new List<(Name Key, int Nonce, long Until)>();
            foreach (var ((key, nonce, now, until), thief) in Timed(scene.Item1).Zip(scene.Item2))
            {
                if (guard.See(key, Text(nonce), new(until), new(now)) == NonceSight.Fresh) recorded.Add((key, nonce, until));
                if (recorded.Count == 0) continue;
                var (stolen, its, end) = recorded[thief % recorded.Count];
                if (end >= now && guard.See(stolen, Text(its), new(end), new(now)) == NonceSight.Fresh) return false;
            }

            return true;
        }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Memory_OfAKey_IsBounded_AndGivenBack()
    {
        var guard = new ReplayGuard(maxPerKey: 1_000);
        var sights = Enumerable.Range(0, 5_000).Select(i => guard.See("a", Text(i), new(10_000), new(0))).ToArray();
        sights.Count(sight => sight == NonceSight.Fresh).Should().Be(1_000);
        sights.Should().EndWith([NonceSight.Full]);
        guard.RoomOf("a").Should().BeLessThanOrEqualTo(2_048);
        guard.See("a", Text(0), new(20_000), new(10_001)).Should().Be(NonceSight.Fresh, "the time of all is over");
        guard.RoomOf("a").Should().BeLessThan(100);
    }

    [Fact]
    public void Sights_WithAClockThatGoesForward_AreThoseOfAListOfAll() => Prop.ForAll(
        Sights(Gen.Choose(1_000, (int)_latestMs / 4)).ToArbitrary(),
        static sights =>
        {
            var guard = new ReplayGuard(MaxPerKey);
            var taken = new Dictionary<(Name Key, int Nonce), long>();
            foreach (var (key, nonce, now, until) in Timed(sights))
            {
                var alive = taken.Where(one => one.Key.Key == key && one.Value >= now).Select(one => one.Key.Nonce).ToArray();
                var expected = alive.Contains(nonce) ? NonceSight.Replayed : alive.Length >= MaxPerKey ? NonceSight.Full : NonceSight.Fresh;
                if (guard.See(key, Text(nonce), new(until), new(now)) != expected) return false;
                if (expected == NonceSight.Fresh) taken[(key, nonce)] = until;
            }

            return true;
        }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Request_RecordedBeforeTheClockWasSetForwardAndBack_IsNotTakenAgain()
    {
        const long day = 86_400_000;
        var guard = new ReplayGuard(maxPerKey: 2);
        guard.See("a", "recorded", new(1_000), new(500)).Should().Be(NonceSight.Fresh);
        for (var i = 0; i < 100; i++) guard.See("a", Text(i), new(day + (i * day)), new(day + (i * day)));
        guard.See("a", "recorded", new(1_000), new(500)).Should().NotBe(NonceSight.Fresh);
    }

    private static Gen<(int Key, int Nonce, int Step, int Ahead)[]> Sights(Gen<int> step) =>
        (from key in Gen.Choose(0, _keys.Length - 1)
         from nonce in Gen.Choose(0, 2 * MaxPerKey)
         from moved in Gen.Frequency((3, Gen.Constant(0)), (1, step))
         from ahead in Gen.Choose(0, (int)_latestMs)
         select (key, nonce, moved, ahead)).ArrayOf(Length);

    private static IEnumerable<(Name Key, int Nonce, long Now, long Until)> Timed((int Key, int Nonce, int Step, int Ahead)[] sights)
    {
        var now = 1_800_000_000_000;
        foreach (var (key, nonce, step, ahead) in sights)
        {
            now += step;
            yield return (_keys[key], nonce, now, now + ahead);
        }
    }

    private static string Text(int nonce) => nonce.ToString("D16", CultureInfo.InvariantCulture);
}
