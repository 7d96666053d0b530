namespace TPWallet.Tests.Style;

/// <summary>The house style, as far as syntax can tell. Each rule also has samples that it must catch (RuleSampleTests).</summary>
public sealed class StyleTests
{
    internal static readonly IReadOnlyList<Rule> Rules =
    [
        SizeRules.FileLength, SizeRules.MethodLength,
        LayoutRules.FolderNames, LayoutRules.Namespace, LayoutRules.NamespaceMissing, LayoutRules.OneFamily, LayoutRules.Documented,
        CodeRules.AsyncVoid, CodeRules.BlockingWait, CodeRules.GrainConfigureAwait, CodeRules.EmptyCatch, CodeRules.Unfinished,
        CodeRules.TestSleep, CodeRules.EvolveFallThrough, CodeRules.FloatingMoney, CodeRules.Region,
    ];

    public static TheoryData<string> RuleNames => [.. Rules.Select(rule => rule.Name)];

    [Theory]
    [MemberData(nameof(RuleNames))]
    public void Rule_WholeRepository_Holds(string name)
    {
        var rule = Rules.Single(rule => rule.Name == name);
        // One string, as a list would be cut short in the message.
        string.Join('\n', Exceptions.Listed.Judge(name, [.. rule.Find(SourceFile.All)])).Should().BeEmpty();
    }

    [Fact]
    public void Repository_Sources_AreSeen()
    {
        SourceFile.All.Select(file => file.Path).Should().Contain("Tests/Style/StyleTests.cs").And.Contain("Silo/Program.cs");
        SourceFile.All.Should().OnlyContain(file => file.Project != null);
    }

    [Fact]
    public void Exceptions_Listed_NameRulesThatExist() =>
        Exceptions.Listed.Rules.Should().BeSubsetOf(Rules.Select(rule => rule.Name));

    [Theory]
    [InlineData("file-length A.cs 310", 305, "may shrink from 310 to 305")]
    [InlineData("file-length A.cs 310", 311, "its exception allows 310")]
    [InlineData("file-length B.cs 310", 311, "311 lines")]
    public void Exceptions_ListThatDoesNotFit_IsRefused(string listed, int lines, string complaint) =>
        Exceptions.Parse(listed).Judge("file-length", [new Finding("A.cs", 1, $"{lines} lines", lines)])
            .Should().Contain(line => line.Contains(complaint, StringComparison.Ordinal));

    [Fact]
    public void Exceptions_EntryWithoutFinding_IsNoLongerNeeded() =>
        Exceptions.Parse("empty-catch A.cs").Judge("empty-catch", []).Should().ContainSingle().Which.Should().Contain("no longer needed");
}
