using System.Globalization;
using TPWallet.Tests.Runtime;
using Xunit.Abstractions;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// The short form of ./tpw simulate, alone in the process since it watches the thread pool. Seeds that once broke an invariant are named; what they found
/// has a test of its own in the room where it was mended.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class SimulationTests(ITestOutputHelper output)
{
    /// <summary>No seed is begun after it, and no more than so many are.</summary>
    private static readonly TimeSpan _length = TimeSpan.FromSeconds(40);
    private const ulong MaxSeeds = 80;

    /// <summary>Other seeds in every run: what holds in thousands of runs holds. The first one is said before anything runs.</summary>
    [Fact]
    public void Seeds_ForAWhile_HoldEveryInvariant()
    {
        var from = (ulong)Random.Shared.NextInt64(1, int.MaxValue);
        output.WriteLine($"first seed {from}");
        var campaign = new Campaign(from, MaxSeeds, _length, Environment.ProcessorCount) { StopsAtFirst = true };
        campaign.Run(TimeSpan.FromSeconds(10), output.WriteLine);
        foreach (var line in campaign.Report()) output.WriteLine(line);
        campaign.Broken.Should().BeEmpty($"first seed {from}: {string.Join("; ", campaign.Broken.Select(Campaign.Describe))}");
        campaign.Done.Should().BePositive();
    }

    [Theory]
    [InlineData(5, "a sweeper believed a stale activation, and a packet was never woken")]
    [InlineData(8, "a durable vote, sent again, was refused by a stale activation")]
    [InlineData(27, "a lane's report was taken for old news by a stale activation of the packet")]
    [InlineData(94, "a tracker that others had overtaken told of a reorg that was none, and a deposit was lost")]
    [InlineData(143, "a reorg while no tracker lived left a payment mined in a block that was gone")]
    [InlineData(99, "a key's outcome was taken for old news by a stale activation of the lane")]
    [InlineData(2137521297, "a vote was refused as late by a silo whose clock was ahead, while another was writing it")]
    [InlineData(20017, "an activation that others had overtaken knew no account, and its key was denied for good")]
    [InlineData(20037, "a score was pushed out before it was read, and a deposit was screened for ever")]
    public void Seed_ThatOnceBrokeAnInvariant_Holds(int seed, string found) =>
        Simulation.Run((ulong)seed).Broken.Should().BeNull($"seed {seed}: {found}");

    [Fact]
    public async Task Seed_TwiceAndInAnotherProcess_GivesTheSameTrace()
    {
        var first = Simulation.Run(3);
        var second = Simulation.Run(3);
        (second.Trace, second.Steps, second.Operations, second.Rows).Should().Be((first.Trace, first.Steps, first.Operations, first.Rows));
        Simulation.Run(4).Trace.Should().NotBe(first.Trace);

        var said = await InAnotherProcess(3);
        said.Should().Contain(string.Create(CultureInfo.InvariantCulture, $"trace {first.Trace:x16} steps {first.Steps}"));
    }

    /// <summary>
    /// Nothing that a process has of its own shows: the secret of its hashes, when it collects and compiles, what seeds before left in its caches, who runs beside.
    /// </summary>
    [Fact]
    public async Task Seeds_InProcessesThatDiffer_GiveTheSameTraces()
    {
        string[] seeds = ["--from", "513", "--seeds", "7", "--traces"];
        var one = Start([.. seeds, "--workers", "1"], ("DOTNET_GCgen0size", "0x400000"));
        var other = Start([.. seeds, "--workers", "2", "--backwards"], ("DOTNET_TieredPGO", "0"), ("DOTNET_GCgen0size", "0x4000000"));

        var (traces, others) = (TracesOf(await one), TracesOf(await other));

        traces.Should().HaveCount(7);
        others.Should().Equal(traces);
    }

    /// <summary>In a process of its own, since a test host uses the pool all the time.</summary>
    [Fact]
    public async Task Seed_ThreadPool_DoesNothing() => (await InAnotherProcess(3)).Should().Contain("thread pool items 0");

    /// <summary>What is measured counts only if a run is large enough (≥ 300 client operations, ≥ 20,000 steps).</summary>
    [Fact]
    public void Seed_IsLargeEnough()
    {
        var outcomes = Enumerable.Range(1, 6).Select(seed => Simulation.Run((ulong)seed)).ToArray();
        outcomes.Should().OnlyContain(outcome => outcome.Operations >= 300 && outcome.Steps >= 20_000);
    }

    private static Task<string> InAnotherProcess(ulong seed) => Start(["--seed", seed.ToString(CultureInfo.InvariantCulture), "--quiet"]);

    private static async Task<string> Start(string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(SimulationTests).Assembly.Location, .. arguments]) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return said;
    }

    private static string[] TracesOf(string said) => [.. said.Split('\n').Where(line => line.Contains(" trace ", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
