namespace TPWallet.Tests.Simulation;

/// <summary>
/// Enough of the planted bugs still fit the product: a patch that no longer applies finds nothing. Which of them are found, and which are stale, is said by
/// ./tpw simulate --planted.
/// </summary>
public sealed class PlantedPatchTests
{
    /// <summary>What the issue asks for; there are more, so that a change of the product does not make the build red for one patch.</summary>
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
    public void Patches_EnoughApply()
    {
        var stale = Directory.GetFiles(Path.Combine(Repository.Root, Folder), "*.patch").Order(StringComparer.Ordinal).Where(IsStale).ToArray();
        var count = Directory.GetFiles(Path.Combine(Repository.Root, Folder), "*.patch").Length;
        (count - stale.Length).Should().BeGreaterThanOrEqualTo(Least, $"these no longer apply: {string.Join(", ", stale.Select(Path.GetFileName))}");
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
