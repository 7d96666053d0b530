namespace TPWallet.Tests.Simulation;

/// <summary>
/// Every planted bug still fits the product: a patch that no longer applies finds nothing. Whoever changes the lines around one refreshes it; which of them
/// are found is said by ./tpw simulate --planted.
/// </summary>
public sealed class PlantedPatchTests
{
    /// <summary>What the issue asks for.</summary>
    private const int Least = 40;
    private const string Folder = "Tests/Simulation/Planted";

    [Fact]
    public void Patches_AreManyAndSayWhatTheyBreak()
    {
        var patches = Directory.GetFiles(Path.Combine(Repository.Root, Folder), "*.patch");
        patches.Should().HaveCountGreaterThanOrEqualTo(Least);
        foreach (var patch in patches) File.ReadLines(patch).First().Should().StartWith("Breaks: ", Path.GetFileName(patch));
    }

    [Fact]
    public void Patches_Apply()
    {
        var stale = Directory.GetFiles(Path.Combine(Repository.Root, Folder), "*.patch").Order(StringComparer.Ordinal).Where(IsStale);
        stale.Select(Path.GetFileName).Should().BeEmpty();
    }

    private static bool IsStale(string patch)
    {
        var start = new ProcessStartInfo("git", ["apply", "--check", "-C1", patch]) { WorkingDirectory = Repository.Root, RedirectStandardError = true };
        using var git = Process.Start(start)!;
        git.StandardError.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode != 0;
    }
}
