using System.Globalization;

namespace TPWallet.Tests.Simulation;

/// <summary>The same seed gives the same run, in another process too.</summary>
public sealed class TraceTests
{
    /// <summary>Of one process of its own, for all that want to see it: a test host uses the thread pool all the time.</summary>
    private static readonly Lazy<Task<string>> _inAnotherProcess = new(() => Start(["--seed", "3", "--quiet"]));

    [Fact]
    public async Task Seed_TwiceAndInAnotherProcess_GivesTheSameTrace()
    {
        var first = Simulation.Run(3);
        var second = Simulation.Run(3);
        (second.Trace, second.Steps, second.Operations, second.Rows).Should().Be((first.Trace, first.Steps, first.Operations, first.Rows));
        Simulation.Run(4).Trace.Should().NotBe(first.Trace);

        var said = await _inAnotherProcess.Value;
        said.Should().Contain(string.Create(CultureInfo.InvariantCulture, $"trace {first.Trace:x16} steps {first.Steps}"));
    }

    /// <summary>
    /// Nothing that a process has of its own shows: the secret of its hashes, when it collects and compiles, what seeds before left in its caches, who runs beside.
    /// </summary>
    [Fact]
    public async Task Seeds_InProcessesThatDiffer_GiveTheSameTraces()
    {
        string[] seeds = ["--from", "513", "--seeds", "7", "--traces"];
        var one = Start([.. seeds, "--workers", "1"], ("DOTNET_TieredPGO", "1"), ("DOTNET_GCgen0size", "0x400000"));
        var other = Start([.. seeds, "--workers", "2", "--backwards"], ("DOTNET_TieredPGO", "0"), ("DOTNET_GCgen0size", "0x4000000"));

        var (traces, others) = (TracesOf(await one), TracesOf(await other));

        traces.Should().HaveCount(7);
        others.Should().Equal(traces);
    }

    [Fact]
    public async Task Seed_ThreadPool_DoesNothing() => (await _inAnotherProcess.Value).Should().Contain("thread pool items 0");

    private static async Task<string> Start(string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(TraceTests).Assembly.Location, .. arguments]) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return said;
    }

    private static string[] TracesOf(string said) => [.. said.Split('\n').Where(line => line.Contains(" trace ", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
