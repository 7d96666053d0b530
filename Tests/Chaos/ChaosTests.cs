using Xunit.Abstractions;

namespace TPWallet.Tests.Chaos;

/// <summary>The short form of ./tpw chaos: a fault of each kind on real processes. Alone, since it wants the machine's time-outs to be the faults' own.</summary>
[Collection(Runtime.AloneCollection.Name)]
public sealed class ChaosTests(ITestOutputHelper output)
{
    private const ulong Seed = 1;

    [Fact]
    public async Task EveryFaultOnce_UnderLoad_ViolatesNothing()
    {
        var folder = Directory.CreateTempSubdirectory("tpw-chaos-").FullName;
        var plan = ChaosPlan.Short(Seed);
        var report = await ChaosRun.RunAsync(plan, folder, output.WriteLine, CancellationToken.None);
        foreach (var line in report.Lines()) output.WriteLine(line);
        report.Violations.Should().Be(0, "{0}; the processes' logs are in {1}", string.Join("; ", report.Broken.Concat(report.Verdict.Told)), folder);
        report.Faults.Keys.Should().BeEquivalentTo(Enum.GetValues<ChaosFault>().Except([ChaosFault.SiloDrained]), "a drain is a cluster's");
        report.Verdict.Acknowledged.Should().BeGreaterThan(plan.Clients * 4, "the faults met a load: of every client, on however slow a machine");
        Directory.Delete(folder, recursive: true);
    }
}
