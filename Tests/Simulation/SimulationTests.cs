using System.Buffers.Binary;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using TPWallet.Tests.Runtime;
using Xunit.Abstractions;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// The short form of ./tpw simulate, alone since it takes every processor and does as much as the time allows.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class SimulationTests(ITestOutputHelper output)
{
    /// <summary>No seed is begun after it, and no more than so many are.</summary>
    private static readonly TimeSpan _length = TimeSpan.FromSeconds(40);
    private const ulong MaxSeeds = 80;

    /// <summary>The first seed is said before anything runs.</summary>
    [Fact]
    public void Seeds_ForAWhile_HoldEveryInvariant()
    {
        var from = FirstSeed();
        output.WriteLine($"first seed {from}");
        var campaign = new Campaign(from, MaxSeeds, _length, Environment.ProcessorCount) { StopsAtFirst = true };
        campaign.Run(TimeSpan.FromSeconds(10), output.WriteLine);
        foreach (var line in campaign.Report()) output.WriteLine(line);
        campaign.Broken.Should().BeEmpty($"first seed {from}: {string.Join("; ", campaign.Broken.Select(Campaign.Describe))}");
        campaign.Done.Should().BePositive();
    }

    /// <summary>
    /// Other seeds in every run: what holds in thousands of runs holds. In CI, others for every commit and the same ones for the same, so that it says of a
    /// commit what was seen of it before.
    /// </summary>
    private static ulong FirstSeed()
    {
        var version = typeof(SimulationTests).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        return Environment.GetEnvironmentVariable("CI") is { Length: > 0 } && version is not null
            ? BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(version)))
            : (ulong)Random.Shared.NextInt64(1, int.MaxValue);
    }
}
