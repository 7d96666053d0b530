using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Shell;

namespace TPWallet.Tests.Shell;

/// <summary>Persist before act; what is owed survives, is tried again and is never run twice side by side when that would hurt.</summary>
public sealed class EffectTests
{
    private static readonly EffectResult.Done Done = new();

    [Fact]
    public async Task Effect_StartsOnlyWhenItsEventIsDurable()
    {
        await using var bench = await ShellBench.StartAsync();
        var gate = new Gate();
        bench.Journal.Intercept = gate.Hold;
        var asked = bench.Tally().Submit(Ask("a"));
        await gate.WaitForOneAsync();
        await bench.Tally().Read();
        bench.Effects.IsQuiet.Should().BeTrue("its event is not durable yet");
        bench.Journal.Intercept = null;
        await gate.LetGoAsync();
        (await asked).ShouldBeAccepted();
        (await bench.Effects.NextAsync("the owed effect")).Effect.Should().BeOfType<Effect.TellRevenue>();
    }

    [Fact]
    public async Task Effect_WithoutAnswer_IsTriedAgainUntilItsResultIsDurable()
    {
        await using var bench = await ShellBench.StartAsync();
        await bench.Tally().Submit(Ask("a"));
        (await bench.Effects.NextAsync("first try")).Result.SetResult(new EffectResult.NoAnswer("busy"));
        (await bench.Effects.NextAsync("second try")).Result.SetException(new HttpRequestException("gone"));
        var durable = bench.NextAppendAsync();
        (await bench.Effects.NextAsync("third try")).Result.SetResult(Done);
        await durable;
        (await bench.Tally().Read()).Owed.Should().Be(0);
        bench.Effects.IsQuiet.Should().BeTrue();
    }

    [Fact]
    public async Task Effect_OwedAtACrash_RunsAgainAfterRestartWhenWoken()
    {
        var bench = await ShellBench.StartAsync();
        await bench.Tally().Submit(Ask("a"));
        await bench.Effects.NextAsync("before the crash");
        await bench.DisposeAsync();
        bench = await ShellBench.StartAsync(bench.Store);
        var due = await bench.Journal.ReadDueAsync(bench.Stream().Shard, long.MaxValue, 10, CancellationToken.None);
        due.Should().ContainSingle().Which.Stream.Key.Should().Be("one");
        (await bench.Tally().Wake(0)).Should().NotBeNull("something is owed");
        var again = await bench.Effects.NextAsync("after the restart");
        var durable = bench.NextAppendAsync();
        again.Result.SetResult(Done);
        await durable;
        (await bench.Tally().Wake(0)).Should().BeNull("nothing is owed any more");
        await bench.DisposeAsync();
    }

    [Fact]
    public async Task Effect_ExclusiveAfterARestart_WaitsForTheFence()
    {
        var bench = await ShellBench.StartAsync();
        await bench.Tally().Submit(new TallyCommand.Ask(Guid.NewGuid(), "a", Exclusive: true));
        await bench.Effects.NextAsync("before the crash");
        await bench.DisposeAsync();
        bench = await ShellBench.StartAsync(bench.Store);
        var gate = new Gate();
        bench.Journal.Intercept = gate.Hold;
        await bench.Tally().Wake(0);
        await gate.WaitForOneAsync();
        bench.Effects.IsQuiet.Should().BeTrue("this activation has not proved that it is the only writer");
        bench.Journal.Intercept = null;
        await gate.LetGoAsync();
        (await bench.Effects.NextAsync("after the fence")).Effect.Should().BeOfType<Effect.Broadcast>();
        (await bench.RowsAsync()).Select(r => r.Type).Should().Equal("asked", "shell.resumed");
        (await bench.Tally().Submit(new TallyCommand.Add(Guid.NewGuid(), 1))).Should().BeOfType<CommandReply.Accepted>();
        await bench.DisposeAsync();
    }

    [Fact]
    public async Task Effects_OfOneDestination_RunInOrderOneAfterTheOther()
    {
        await using var bench = await ShellBench.StartAsync();
        await bench.Tally().Submit(new TallyCommand.Ask(Guid.NewGuid(), "a", Exclusive: true));
        await bench.Tally().Submit(new TallyCommand.Ask(Guid.NewGuid(), "b", Exclusive: true));
        await bench.Tally().Submit(Ask("c"));
        var first = await bench.Effects.NextAsync("a");
        (await bench.Effects.NextAsync("c, which has another destination")).Effect.Should().BeOfType<Effect.TellRevenue>();
        bench.Effects.IsQuiet.Should().BeTrue("b waits for a: the same destination");
        first.Result.SetResult(Done);
        (await bench.Effects.NextAsync("b")).Effect.Should().BeOfType<Effect.Broadcast>();
    }

    [Fact]
    public async Task Effects_OwedTogetherAndAnsweredAtOnce_RunOnceEach()
    {
        await using var bench = await ShellBench.StartAsync();
        bench.Effects.AtOnce = Done;
        var gate = new Gate();
        bench.Journal.Intercept = gate.Hold;
        var asked = Enumerable.Range(0, 5).Select(i => bench.Tally().Submit(Ask($"a{i}"))).ToArray();
        await gate.WaitForOneAsync();
        bench.Journal.Intercept = null;
        await gate.LetGoAsync();
        foreach (var one in asked) (await one).ShouldBeAccepted();
        await bench.Tally().Submit(new TallyCommand.Add(Guid.NewGuid(), 1));
        (await bench.Tally().Read()).Owed.Should().Be(0);
        var ran = new List<string>();
        while (!bench.Effects.IsQuiet) ran.Add(((Effect.TellRevenue)(await bench.Effects.NextAsync("one of them")).Effect).Period);
        ran.Should().BeEquivalentTo("a0", "a1", "a2", "a3", "a4");
    }

    [Fact]
    public async Task Effects_ManyForABusyDestination_HoldBackNoOther()
    {
        await using var bench = await ShellBench.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 4 * ShellLimits.MaxEffectsInFlight).Select(i =>
            bench.Tally().Submit(new TallyCommand.Ask(Guid.NewGuid(), $"a{i:d3}", Exclusive: true))));
        await bench.Tally().Submit(Ask("z"));
        await bench.Effects.NextAsync("the first of many");
        (await bench.Effects.NextAsync("z, which has another destination")).Effect.Should().BeOfType<Effect.TellRevenue>();
    }

    [Fact]
    public async Task Effects_WhoseResultsWaitToBeDurable_TakeNoOthersPlace()
    {
        await using var bench = await ShellBench.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, ShellLimits.MaxEffectsInFlight + 1).Select(i => bench.Tally().Submit(Ask($"a{i:d3}"))));
        var running = new List<TaskCompletionSource<EffectResult>>();
        for (var i = 0; i < ShellLimits.MaxEffectsInFlight; i++) running.Add((await bench.Effects.NextAsync("as many as may run at once")).Result);
        bench.Effects.IsQuiet.Should().BeTrue("no more may run at once");
        var gate = new Gate();
        bench.Journal.Intercept = gate.Hold;
        running[0].SetResult(Done);
        await bench.Effects.NextAsync("the last, while the first one's result waits for the journal");
        bench.Journal.Intercept = null;
        await gate.LetGoAsync();
    }

    private static TallyCommand.Ask Ask(string name) => new(Guid.NewGuid(), name, Exclusive: false);
}
