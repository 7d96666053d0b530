namespace TPWallet.Tests.Style;

/// <summary>A rule that finds nothing anywhere proves nothing: each has a sample that it must catch and one that it must let pass.</summary>
public sealed class RuleSampleTests
{
    public static TheoryData<string, string, string, bool> Samples => new()
    {
        { "method-length", "Domain/A.cs", Class($"void M() {{\n{Repeat("F();\n", 48)}}}"), false },
        { "method-length", "Domain/A.cs", Class($"void M() {{\n{Repeat("F();\n", 49)}}}"), true },
        { "method-length", "Domain/A.cs", Class($"int P {{ get {{\n{Repeat("F();\n", 50)}}} }}"), true },
        { "method-length", "Tests/A.cs", Class($"{Repeat("[InlineData(1)]\n", 60)} void M() {{ }}"), false },
        { "file-length", "Domain/A.cs", Repeat("// line\n", 300), false },
        { "file-length", "Domain/A.cs", Repeat("// line\n", 301), true },
        { "folder-name", "Domain/Helpers/A.cs", "", true },
        { "folder-name", "Domain/Packets/A.cs", "", false },
        { "namespace", "Domain/Packets/A.cs", "namespace TPWallet.Domain.Packets;", false },
        { "namespace", "Domain/Packets/A.cs", "namespace TPWallet.Domain;", true },
        { "namespace", "Client/Cli/Packets/A.cs", "namespace TPWallet.Client.Cli.Packets;", false },
        { "namespace", "Embedded/Hosting/A.cs", "namespace Microsoft.Extensions.Hosting;", false },
        { "namespace", "Embedded/Hosting/A.cs", "namespace TPWallet.Embedded;", true },
        { "namespace-missing", "Domain/A.cs", "class A;", true },
        { "namespace-missing", "Domain/A.cs", "namespace TPWallet.Domain; class A;", false },
        { "one-family", "Domain/Votes.cs", "record Vote(Decision Decision); record VoteBody; enum Decision { Yes }", false },
        { "one-family", "Domain/Votes.cs", "record Vote; record Nonce;", true },
        { "one-family", "Domain/Policies.cs", "record Policy; record PolicyRule;", false },
        { "documented", "Grains.Interfaces/A.cs", "public record A;", true },
        { "documented", "Grains.Interfaces/A.cs", "/// <summary>A.</summary>\npublic record A;", false },
        { "documented", "Domain/A.cs", "public record A;", false },
        { "async-void", "Silo/A.cs", Class("async void M() { }"), true },
        { "async-void", "Silo/A.cs", Class("async Task M() { }"), false },
        { "blocking-wait", "Silo/A.cs", Class("void M() => F().GetAwaiter().GetResult();"), true },
        { "blocking-wait", "Silo/A.cs", Class("void M() => query.GetResult();"), false },
        { "grain-configure-await", "Grains/A.cs", Class("async Task M() => await F().ConfigureAwait(false);"), true },
        { "grain-configure-await", "Grains/A.cs", Class("async Task M() => await F().ConfigureAwait(true);"), false },
        { "grain-configure-await", "Grains/Journal/A.cs", Class("async Task M() => await F().ConfigureAwait(false);"), false },
        { "grain-configure-await", "Client/A.cs", Class("async Task M() => await F().ConfigureAwait(false);"), false },
        { "empty-catch", "Silo/A.cs", Class("void M() { try { F(); } catch (IOException) { /* nothing */ } }"), true },
        { "empty-catch", "Silo/A.cs", Class("void M() { try { F(); } catch (IOException) { G(); } }"), false },
        { "unfinished", "Silo/A.cs", "// " + "TO" + "DO: later", true },
        { "unfinished", "Silo/A.cs", Class("void M() => throw new NotImplementedException();"), true },
        { "unfinished", "Silo/A.cs", Class("string S = \"TODO\";"), false },
        { "test-sleep", "Tests/A.cs", Class("Task M() => Task.Delay(1);"), true },
        { "test-sleep", "Silo/A.cs", Class("Task M() => Task.Delay(1);"), false },
        { "evolve-fall-through", "Domain/A.cs", Class("S Evolve(S state, E e) => e switch { X => Y, _ => state };"), true },
        { "evolve-fall-through", "Domain/A.cs", Class("S Evolve(S state, E e) { switch (e) { case X: return Y; default: return state; } }"), true },
        { "evolve-fall-through", "Domain/A.cs", Class("S Evolve(S state, E e) => e switch { X => state, _ => throw new E() };"), false },
        { "floating-money", "Domain/A.cs", Class("double Fee;"), true },
        { "floating-money", "Grains.Interfaces/A.cs", Class("void M() { var fee = (decimal)1; }"), true },
        { "floating-money", "Silo/A.cs", Class("double Seconds;"), false },
        { "region", "Domain/A.cs", "#region A\n#endregion", true },
        { "region", "Domain/A.cs", "// region", false },
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void Rule_Sample_IsJudgedRight(string rule, string path, string text, bool caught) =>
        StyleTests.Rules.Single(candidate => candidate.Name == rule).Find([SourceFile.Parse(path, text)]).Any().Should().Be(caught);

    [Fact]
    public void Samples_All_CoverEveryRule()
    {
        var covered = Samples.Select(row => ((string)row[0], (bool)row[3])).ToHashSet();
        StyleTests.Rules.SelectMany(rule => new[] { (rule.Name, true), (rule.Name, false) }).Should().BeSubsetOf(covered);
    }

    private static string Class(string member) => $"class A {{ {member} }}";

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
