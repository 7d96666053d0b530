namespace TPWallet.Tests;

/// <summary>No vector file of issue 2, parts 2 and 3, lies unread; how many cases each has is asserted where it is read.</summary>
public sealed class VectorCoverageTests
{
    private static readonly string[] _folders =
        ["bip39", "bips/bip-0322", "bips/bip-0340", "bips/bip-0341", "ethers", "ethereum-tests", "go-ethereum", "wycheproof"];

    [Fact]
    public void Files_OfCryptoAndEthereum_AreEachNamedByATest()
    {
        var tests = string.Join('\n', Repository.Files
            .Where(static file => file.StartsWith("Tests/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal))
            .Select(static file => File.ReadAllText(Path.Combine(Repository.Root, file))));
        foreach (var folder in _folders)
        {
            if (Vectors.Path(folder) is not { } path) return;
            foreach (var file in Directory.EnumerateFiles(path, "*.*", SearchOption.AllDirectories))
            {
                if (Path.GetExtension(file) is not (".json" or ".gz" or ".csv")) continue;
                tests.Should().Contain(Path.GetFileName(file), "{0} is read by a test", Path.GetRelativePath(path, file));
            }
        }
    }
}
