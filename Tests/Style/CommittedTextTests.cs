using System.Text.RegularExpressions;

namespace TPWallet.Tests.Style;

/// <summary>No file of the repository names a package registry, a path of somebody's machine or a secret.</summary>
public sealed class CommittedTextTests
{
    private static readonly string[] TextExtensions =
    [
        ".cs", ".csproj", ".props", ".targets", ".sln", ".json", ".md", ".yml", ".yaml", ".sh", ".sql", ".txt", ".sol", ".toml", ".js", ".ts", ".npmrc", "",
        ".editorconfig", ".gitignore", ".config",
    ];

    // Written in pieces, or this file would find itself.
    private static readonly (string Name, Regex Pattern)[] Forbidden =
    [
        ("registry host", new Regex(string.Join("|", "registry" + @"\.npmjs\.", "api" + @"\.nuget\.org", "yarn" + "pkg", "artifact" + "ory", "pypi" + @"\.org", "\"resol" + "ved\":"),
            RegexOptions.IgnoreCase)),
        ("machine path", new Regex("(?<![\\w.\\-}])/(wo" + "rk|ro" + "ot|ho" + "me/[a-z]+)/|[A-Z]:\\\\Use" + "rs", RegexOptions.None)),
        ("private key", new Regex("-----BEGIN (EC |RSA |OPENSSH )?PRIV" + "ATE KEY-----")),
    ];

    [Fact]
    public void Files_All_NameNoRegistryMachineOrKey()
    {
        var found = from path in Repository.Files
                    where TextExtensions.Contains(Path.GetExtension(path), StringComparer.Ordinal)
                    let text = Repository.Read(path)
                    from rule in Forbidden
                    let match = rule.Pattern.Match(text)
                    where match.Success
                    select $"{path}({text.AsSpan(0, match.Index).Count('\n') + 1}): {rule.Name}: {match.Value}";
        found.Should().BeEmpty();
    }

    [Theory]
    [InlineData("registry host", "\"resol" + "ved\": \"https://example\"")]
    [InlineData("machine path", "see /wo" + "rk/shared")]
    [InlineData("private key", "-----BEGIN PRIV" + "ATE KEY-----")]
    public void Pattern_Sample_IsCaught(string name, string text) =>
        Forbidden.Single(rule => rule.Name == name).Pattern.IsMatch(text).Should().BeTrue();
}
