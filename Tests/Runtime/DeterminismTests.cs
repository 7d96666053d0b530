using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace TPWallet.Tests.Runtime;

/// <summary>Runs while no other test does: what it watches belongs to the whole process.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}

/// <summary>The seed decides everything, and the thread pool has no part in a simulation.</summary>
[Collection(AloneCollection.Name)]
public sealed class DeterminismTests
{
    private static readonly string[] _names = ["a", "b", "c", "d", "e"];

    [Fact]
    public async Task Run_SameSeed_SameTrace_OtherSeed_OtherTrace()
    {
        var one = await Scenario(7);
        var same = await Scenario(7);
        var other = await Scenario(8);

        (same.Trace, same.Steps).Should().Be((one.Trace, one.Steps));
        same.Lines.Should().Equal(one.Lines);
        other.Trace.Should().NotBe(one.Trace);
        other.Lines.Should().NotEqual(one.Lines);
        other.Lines.Should().BeEquivalentTo(one.Lines, "only the order is the seed's");
    }

    [Fact]
    public async Task Run_ThreadPool_DoesNothing()
    {
        // The test host itself uses the pool now and then; a quiet run among several shows that this scenario needs none of it.
        const int attempts = 50;
        var moved = long.MaxValue;
        for (var attempt = 0; attempt < attempts && moved != 0; attempt++)
            moved = Math.Min(moved, (await Scenario(attempt)).PoolItems);

        moved.Should().Be(0);
    }

    /// <summary>A hash table's order is another one in each process, so a silo that stops must not end its activations in it.</summary>
    [Fact]
    public async Task ActivationsOf_UnderASeed_ComeInTheOrderOfTheirIdentities()
    {
        GrainId[] met = [];
        await Simulated.RunAsync(async run =>
        {
            foreach (var number in Enumerable.Range(0, 40)) await run.Probe($"{number}").Incarnation();
            var silo = run.Cluster.Silos[0].ServiceProvider.GetRequiredService<Orleans.Runtime.Silo>();
            met = [.. silo.Cluster.ActivationsOf(silo).Select(activation => activation.GrainId)];
        });

        met.Should().HaveCountGreaterThanOrEqualTo(40).And.BeInAscendingOrder();
    }

    private static async Task<Outcome> Scenario(int seed)
    {
        long items = 0;
        var run = await Simulated.RunAsync(
            async run =>
            {
                var before = ThreadPool.CompletedWorkItemCount;
                await run.Reentrant("warm").ManyTurns("w", 2);
                var shared = _names.Select(name => run.Reentrant("g").ManyTurns(name, 5));
                var apart = _names.Select(name => run.Probe(name).ManyTurns(name, 5));
                await Task.WhenAll(shared.Concat(apart));
                var late = run.Probe("late").Work("late").Failure();
                await run.Probe("timer").StartTimer("tick", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), interleave: false, keepAlive: false);
                await run.Probe("gone").Leave();
                await run.Pass(TimeSpan.FromMinutes(1));
                (await late).Should().BeOfType<TimeoutException>();
                items = ThreadPool.CompletedWorkItemCount - before;
            },
            seed: seed,
            silos: 2);
        return new Outcome(run.Dispatcher.Trace, run.Dispatcher.Steps, run.Notes.Lines, items);
    }

    private sealed record Outcome(ulong Trace, long Steps, IReadOnlyList<string> Lines, long PoolItems);
}
