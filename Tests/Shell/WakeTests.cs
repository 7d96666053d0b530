using System.Reflection;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Shell;
using TPWallet.Tests.Journal;
using TPWallet.Tests.Runtime;

namespace TPWallet.Tests.Shell;

/// <summary>
/// A stream that owes, or waits for a deadline, always has a wake row that is due in time (engine-notes.md, Owed effects and waking): whatever the order
/// of appends and sweeps, and whoever died.
/// </summary>
public sealed class WakeTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Wake_WhileAnAppendThatOwesIsUnderWay_LeavesTheRow()
    {
        await using var bench = await ShellBench.StartAsync();
        await bench.Tally().Submit(Ask("a"));
        var durable = bench.NextAppendAsync();
        (await bench.Effects.NextAsync("a")).Result.SetResult(new EffectResult.Done());
        await durable;
        (await bench.Tally().Read()).Owed.Should().Be(0, "the row is still there, and nothing is owed");
        var gate = new Gate();
        bench.Journal.Intercept = gate.Hold;
        var asked = bench.Tally().Submit(Ask("b"));
        await gate.WaitForOneAsync();
        (await bench.Tally().Wake(0)).Should().NotBeNull("b will be owed, and its append may have relied on the row");
        bench.Journal.Intercept = null;
        await gate.LetGoAsync();
        (await asked).ShouldBeAccepted();
    }

    [Fact]
    public async Task Append_AfterTheSweeperFoundNothing_WritesTheRowAnew()
    {
        await using var bench = await ShellBench.StartAsync();
        await bench.Tally().Submit(Ask("a"));
        var durable = bench.NextAppendAsync();
        (await bench.Effects.NextAsync("a")).Result.SetResult(new EffectResult.Done());
        await durable;
        var row = await RowAsync(bench);
        (await bench.Tally().Wake(0)).Should().BeNull();
        (await bench.Journal.ClearWakeAsync(bench.Stream(), row!.DueAtUnixMs, None)).Should().BeTrue();
        await bench.Tally().Submit(Ask("b"));
        (await RowAsync(bench)).Should().NotBeNull();
    }

    /// <summary>Found by the simulation: after a partition the activation that nobody had told answered for one that knew, and the row was gone.</summary>
    [Fact]
    public async Task Wake_OfAnActivationThatAnotherOvertook_LeavesTheRowAndEndsIt()
    {
        var store = new MemoryStore { IsShared = true };
        await using var stale = await ShellBench.StartAsync(store);
        await stale.Tally().Submit(new TallyCommand.Add(Guid.NewGuid(), 1));
        await using var owner = await ShellBench.StartAsync(store);
        await owner.Tally().Submit(Ask("a"));

        (await stale.Tally().Wake(0)).Should().NotBeNull("another activation's append may owe what this one has not seen");
        await stale.Tally().Wake(1);
        (await stale.Effects.NextAsync("the next activation knows what is owed")).Effect.Should().NotBeNull();
    }

    [Fact]
    public async Task Append_AfterTheRowsInstant_WritesItAnew_SoThatADeadLetterLives()
    {
        await using var bench = await ShellBench.StartAsync(times: new(WakeAfter: default, Span.Seconds(3600)));
        await bench.Tally().Submit(Ask("a"));
        var row = await RowAsync(bench);
        await bench.Journal.PostponeWakeAsync(bench.Stream(), row!.DueAtUnixMs, row.DueAtUnixMs + 1, WakeResult.GivenUp, None);
        (await RowAsync(bench)).Should().BeNull("it is dead");
        await bench.Tally().Submit(Ask("b"));
        (await RowAsync(bench)).Should().NotBeNull("the stream wrote, so somebody can read it");
    }

    [Fact]
    public async Task Append_WhileTheRowIsEarlyEnough_LeavesIt()
    {
        await using var bench = await ShellBench.StartAsync();
        await bench.Tally().Submit(Ask("a"));
        var row = await RowAsync(bench);
        await bench.Tally().Submit(Ask("b"));
        (await RowAsync(bench)).Should().Be(row);
        await bench.Tally().Submit(new TallyCommand.Promise(Guid.NewGuid(), new Instant(row!.DueAtUnixMs - 1000)));
        (await RowAsync(bench))!.DueAtUnixMs.Should().Be(row.DueAtUnixMs - 1000, "a sooner deadline moves it");
    }

    [Theory]
    [InlineData(0, 30)]
    [InlineData(3, 240)]
    [InlineData(100, 600)]
    public async Task WakeOfAnOwingStream_ComesAgainEverMoreRarely_WithItsOwnJitter(int attempts, int pauseSeconds)
    {
        await using var bench = await ShellBench.StartAsync();
        var pauses = new List<long>();
        for (var i = 0; i < 8; i++)
        {
            await bench.Tally($"{i}").Submit(Ask("a"));
            var before = bench.Services.Clock.Now;
            var next = (await bench.Tally($"{i}").Wake(attempts))!.Value;
            (next - before).Ms.Should().BeGreaterThanOrEqualTo(pauseSeconds * 1000L);
            (next - bench.Services.Clock.Now).Ms.Should().BeLessThanOrEqualTo(pauseSeconds * 1500L);
            pauses.Add((next - before).Ms * 20 / (pauseSeconds * 1000L));
        }

        pauses.Distinct().Count().Should().BeGreaterThan(3, "streams that fell due together come apart");
    }

    /// <summary>Channels were missing: after a crash nobody looked at their contracts any more.</summary>
    [Fact]
    public void EachMachine_HasAGrainThatSweepersWake() => StreamKeepers.Kinds.Should().BeEquivalentTo(
        from type in typeof(ChannelDecider).Assembly.GetTypes()
        where type.GetInterfaces().Any(static port => port.IsGenericType && port.GetGenericTypeDefinition() == typeof(IMachine<,,>))
        select (string)type.GetProperty("Kind", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!);

    [Fact]
    public async Task WakeOfAStreamWithADeadline_ComesAtTheDeadline_HoweverOftenItWasWoken()
    {
        await using var bench = await ShellBench.StartAsync();
        await bench.Tally().Submit(Ask("a"));
        var deadline = bench.Services.Clock.Now + Span.Seconds(45);
        await bench.Tally().Submit(new TallyCommand.Promise(Guid.NewGuid(), deadline));
        (await bench.Tally().Wake(10)).Should().Be(deadline);
    }

    [Fact]
    public async Task Sweeper_GivesUpAfterTwentyFailuresInARow_WithAnIncident()
    {
        await using var bench = await ShellBench.StartAsync(times: new(Span.Seconds(30), SweepEvery: new(20)));
        var stream = new StreamName("test", "account", "no account has this key");
        await bench.Journal.AppendAsync(new(stream, 0, default, [new("account.unknown", 1, "{}"u8.ToArray(), null, default, 0)], WakeAtUnixMs: 1), None);
        long due = 1;
        for (var i = 1; i < SweeperGrain.MaxFailures; i++)
            (await bench.Journal.PostponeWakeAsync(stream.Id, due, ++due, WakeResult.Failed, None)).Should().BeTrue();
        await bench.Cluster.Client.GetGrain<ISweeperGrain>($"{stream.Id.Shard}").Start();
        await UntilAsync(bench, IncidentCodes.WakeDead);
        (await bench.Journal.ReadDeadWakesAsync(default, 10, None)).Should().ContainSingle().Which.Failures.Should().Be(SweeperGrain.MaxFailures);
        bench.Services.Incidents.All.Select(i => (i.Code, i.Subject)).Should().Equal(
            (IncidentCodes.StreamUnreadable, stream.ToString()), (IncidentCodes.WakeDead, stream.ToString()));
    }

    [Fact]
    public async Task Sweeper_StreamThatOwedForLongFailsOnce_IsNotGivenUp()
    {
        await using var bench = await ShellBench.StartAsync(times: new(Span.Seconds(30), SweepEvery: new(20)));
        var stream = new StreamName("test", "account", "no account has this key");
        await bench.Journal.AppendAsync(new(stream, 0, default, [new("account.unknown", 1, "{}"u8.ToArray(), null, default, 0)], WakeAtUnixMs: 1), None);
        long due = 1;
        for (var i = 0; i < SweeperGrain.MaxFailures; i++)
            (await bench.Journal.PostponeWakeAsync(stream.Id, due, ++due, WakeResult.Owing, None)).Should().BeTrue();
        var postponed = new TaskCompletionSource<WakeResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Journal.Postponed = result => postponed.TrySetResult(result);
        await bench.Cluster.Client.GetGrain<ISweeperGrain>($"{stream.Id.Shard}").Start();
        (await postponed.Task.WaitAsync(TimeSpan.FromSeconds(30))).Should().Be(WakeResult.Failed);
        bench.Services.Incidents.All.Should().ContainSingle().Which.Code.Should().Be(IncidentCodes.StreamUnreadable);
    }

    [Fact]
    public void Budget_GivesFiveHundredASecond()
    {
        var time = new ManualTime();
        var budget = new WakeBudget(time);
        Enumerable.Range(0, 100).Sum(_ => budget.Take(16)).Should().Be(WakeBudget.PerSecond);
        budget.Return(10);
        budget.Take(16).Should().Be(10);
        time.Advance(TimeSpan.FromSeconds(1));
        budget.Take(16).Should().Be(16);
    }

    private static async Task UntilAsync(ShellBench bench, string code)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var raised = async () => await bench.Services.Incidents.UntilRaisedAsync(code, bound.Token);
        await raised.Should().NotThrowAsync($"an incident {code} was awaited");
    }

    private static TallyCommand.Ask Ask(string name) => new(Guid.NewGuid(), name, Exclusive: false);

    private static async Task<DueWake?> RowAsync(ShellBench bench) =>
        (await bench.Journal.ReadDueAsync(bench.Stream().Shard, long.MaxValue, 10, None)).SingleOrDefault();
}
