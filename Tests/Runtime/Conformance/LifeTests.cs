using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;

namespace TPWallet.Tests.Runtime.Conformance;

/// <summary>How activations begin and end, timers, and the death of a silo: the same on both runtimes.</summary>
public sealed class LifeTests : IAsyncLifetime
{
    private static readonly TimeSpan _soon = TimeSpan.FromMilliseconds(50);

    private Bench _bench = null!;

    public async Task InitializeAsync() => _bench = await Bench.StartAsync();

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task Activating_RequestsWait()
    {
        _bench.Notes.Open("one");
        var one = _bench.Probe("slow").Work("one");
        await _bench.Notes.Until("slow activates");
        _bench.Notes.Lines.Should().Equal("slow activates");
        _bench.Notes.Open("slow activation");
        await one;

        _bench.Notes.Lines.Should().Equal("slow activates", "one starts", "one ends");
    }

    [Fact]
    public async Task Activating_Fails_TheCallFailsWithItsException_AndTheNextCallTriesAgain()
    {
        (await _bench.Probe("stillborn").Incarnation().Failure()).Should().BeOfType<FormatException>().Which.Message.Should().Be("stillborn");
        (await _bench.Probe("stillborn").Incarnation().Failure()).Should().BeOfType<FormatException>();

        _bench.Notes.Lines.Should().Equal("stillborn activates", "stillborn activates");
    }

    /// <summary>However soon an activation fails, the call that made it has met it.</summary>
    [Fact]
    public async Task Activating_FailsAtOnce_ItsFirstCallMakesNoOther()
    {
        var keys = Enumerable.Range(0, 2_000).Select(i => $"stillborn {i}").ToArray();
        foreach (var some in keys.Chunk(100))
            await Task.WhenAll(some.Select(key => _bench.Probe(key).Incarnation().Failure()));

        _bench.Notes.Lines.Should().BeEquivalentTo(keys.Select(key => $"{key} activates"));
    }

    [Fact]
    public async Task DeactivateOnIdle_RunningRequestEndsFirst_AndWaitingOnesGoToTheNextActivation()
    {
        var before = await _bench.Probe().Incarnation();
        var leaving = _bench.Probe().LeaveAfter("leaving");
        await _bench.Notes.Until("leaving starts");
        var next = _bench.Probe().Incarnation();
        _bench.Notes.Open("leaving");
        await leaving;
        (await next).Should().NotBe(before);

        _bench.Notes.Lines.Should().Equal(
            "g activates", "leaving starts", "leaving ends", "g deactivates ApplicationRequested", "g activates");
    }

    [Fact]
    public async Task Tick_WhileARequestRuns_WaitsUnlessItInterleaves()
    {
        await _bench.Probe().StartTimer("tick", _soon, Timeout.InfiniteTimeSpan, interleave: false, keepAlive: false);
        await _bench.Probe("other").StartTimer("other tick", _soon * 2, Timeout.InfiniteTimeSpan, interleave: true, keepAlive: false);
        var work = _bench.Probe().Work("work");
        var otherWork = _bench.Probe("other").Work("other work");
        await _bench.Notes.Until("work starts");
        await _bench.Notes.Until("other work starts");
        await _bench.Notes.Until("other tick starts");
        _bench.Notes.Open("tick");
        _bench.Notes.Open("other tick");
        _bench.Notes.Open("other work");
        _bench.Notes.Open("work");
        await Task.WhenAll(work, otherWork);
        await _bench.Notes.Until("tick ends");

        var lines = _bench.Notes.Lines.ToList();
        lines.IndexOf("tick starts").Should().Match(at => at < lines.IndexOf("work starts") || at > lines.IndexOf("work ends"), "its turn does not cut into a request");
        lines.IndexOf("other tick starts").Should().BeLessThan(lines.IndexOf("other work ends"));
    }

    [Fact]
    public async Task Timer_GoesOnAfterAFailure_AndEndsWithItsActivation()
    {
        _bench.Notes.Open("tick");
        await _bench.Probe().FailOnTick();
        await _bench.Probe().StartTimer("tick", _soon, _soon, interleave: false, keepAlive: false);
        await _bench.Notes.Until("tick fails");
        await _bench.Notes.Until("tick ends");
        await _bench.Probe().Leave();
        await _bench.Notes.Until("g deactivates ApplicationRequested");
        var ticks = _bench.Notes.Lines.Count(line => line == "tick starts");
        // Another grain's timer of several periods is the clock here.
        _bench.Notes.Open("clock");
        await _bench.Probe("clock").StartTimer("clock", _soon * 4, Timeout.InfiniteTimeSpan, interleave: false, keepAlive: false);
        await _bench.Notes.Until("clock ends");

        _bench.Notes.Lines.Count(line => line == "tick starts").Should().Be(ticks);
    }

    [Fact]
    public async Task Timer_Disposed_IsSilent()
    {
        // Open, since on a busy machine it ticks before it is stopped.
        _bench.Notes.Open("tick");
        await _bench.Probe().StartTimer("tick", _soon * 2, _soon, interleave: false, keepAlive: false);
        await _bench.Probe().StopTimer();
        var ticks = _bench.Notes.Lines.Count(line => line == "tick starts");
        _bench.Notes.Open("clock");
        await _bench.Probe("clock").StartTimer("clock", _soon * 5, Timeout.InfiniteTimeSpan, interleave: false, keepAlive: false);
        await _bench.Notes.Until("clock ends");

        _bench.Notes.Lines.Count(line => line == "tick starts").Should().Be(ticks);
    }

    [Fact]
    public async Task Kill_OfASilo_ItsGrainsActivateElsewhere()
    {
        await using var bench = await Bench.StartAsync(silos: 2);
        var keys = Enumerable.Range(0, 16).Select(number => $"grain{number}").ToArray();
        var before = await Task.WhenAll(keys.Select(key => bench.Probe(key).Incarnation()));

        await bench.Cluster.KillSiloAsync(bench.Cluster.Silos[^1]);
        await bench.Cluster.WaitForLivenessToStabilizeAsync(didKill: true);
        var after = await Task.WhenAll(keys.Select(key => AgainAsync(bench.Probe(key))));

        after.Except(before).Should().NotBeEmpty("some lived on the silo that died").And.HaveCountLessThan(keys.Length, "and some on the other");
        bench.Cluster.Silos.Should().ContainSingle();
    }

    [Fact]
    public async Task Stop_OfASilo_DeactivatesItsGrains()
    {
        await using var bench = await Bench.StartAsync(silos: 2);
        var keys = Enumerable.Range(0, 16).Select(number => $"grain{number}").ToArray();
        await Task.WhenAll(keys.Select(key => bench.Probe(key).Incarnation()));

        await bench.Cluster.StopSiloAsync(bench.Cluster.Silos[^1]);

        bench.Notes.Lines.Should().Contain(line => line.EndsWith("deactivates ShuttingDown", StringComparison.Ordinal));
        (await Task.WhenAll(keys.Select(key => AgainAsync(bench.Probe(key))))).Should().OnlyHaveUniqueItems();
    }

    /// <summary>While a death is being noticed calls fail and say so; callers ask again.</summary>
    private static async Task<int> AgainAsync(IProbeGrain grain)
    {
        const int attempts = 50;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await grain.Incarnation();
            }
            catch (Exception e) when (e is OrleansException or TimeoutException && attempt < attempts)
            {
                await Task.Yield();
            }
        }
    }
}
