using System.IO.Enumeration;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TPWallet.Tests.Architecture;

/// <summary>
/// The build with <c>Runtime=Orleans</c> leaves out test files that look into the embedded runtime. Where its packages cannot be had nobody builds it, so what the
/// others use of those files is looked for here.
/// </summary>
public sealed class OrleansBuildTests
{
    private const string Condition = "'$(Runtime)' == 'Orleans'";

    [Fact]
    public void TestFiles_ThatStay_UseNothingOfThoseLeftOut()
    {
        var files = Sources().ToArray();
        var stay = files.Where(file => !file.LeftOut).SelectMany(file => file.Declared).ToHashSet();
        var gone = files.Where(file => file.LeftOut).SelectMany(file => file.Declared).Where(type => !stay.Contains(type)).ToHashSet();
        gone.Should().Contain((Namespace: "TPWallet.Tests.Simulation", Name: "SimulatedSilo"), "the patterns are read");

        var used = files.Where(file => !file.LeftOut).SelectMany(file => file.UsesOf(gone).Select(name => $"{file.Path}: {name}"));

        used.Should().BeEmpty("Tests.csproj names, for Runtime=Orleans, what else of that folder is compiled");
    }

    private static IEnumerable<Source> Sources()
    {
        var project = Project.All.Single(one => one.Name == "Tests");
        var items = project.Xml.Descendants("Compile").Where(item => item.Attribute("Condition")?.Value == Condition).ToArray();
        var removed = items.SelectMany(item => Patterns(item.Attribute("Remove")?.Value)).ToArray();
        var included = items.SelectMany(item => Patterns(item.Attribute("Include")?.Value)).ToArray();
        // Silos over TCP are compiled in that build alone.
        foreach (var path in Repository.Files.Where(file => file.StartsWith("Tests/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal)))
            if (!path.StartsWith("Tests/Clusters/", StringComparison.Ordinal))
                yield return Source.Read(path, Array.Exists(removed, pattern => Fits(pattern, path)) && !Array.Exists(included, pattern => Fits(pattern, path)));
    }

    private static string[] Patterns(string? list) => list?.Split(';', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>MSBuild's globs as far as they are used: ** for any folders, * within one.</summary>
    private static bool Fits(string pattern, string path)
    {
        var file = path["Tests/".Length..];
        if (pattern.EndsWith("/**", StringComparison.Ordinal)) return file.StartsWith(pattern[..^2], StringComparison.Ordinal);
        return pattern.Count(letter => letter == '/') == file.Count(letter => letter == '/') && FileSystemName.MatchesSimpleExpression(pattern, file, ignoreCase: false);
    }

    private sealed record Source(string Path, bool LeftOut, CompilationUnitSyntax Tree)
    {
        public IEnumerable<(string Namespace, string Name)> Declared => Tree.DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
            .Where(type => type.Parent is BaseNamespaceDeclarationSyntax).Select(type => (Own, type.Identifier.Text));

        private string Own => Tree.Members.OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault()?.Name.ToString() ?? "";

        public static Source Read(string path, bool leftOut) => new(path, leftOut, CSharpSyntaxTree.ParseText(Repository.Read(path)).GetCompilationUnitRoot());

        /// <summary>Names of those types that this file can only mean as types: it is in their namespace or uses it, and they stand alone.</summary>
        public IEnumerable<string> UsesOf(HashSet<(string Namespace, string Name)> types)
        {
            string[] seen = [Own, .. Tree.Usings.Select(used => used.Name!.ToString())];
            return Tree.DescendantNodes().OfType<SimpleNameSyntax>()
                .Where(name => name.Parent is not (MemberAccessExpressionSyntax or NameColonSyntax or QualifiedNameSyntax or UsingDirectiveSyntax)
                    || name.Parent is MemberAccessExpressionSyntax access && access.Expression == name)
                .Select(name => name.Identifier.Text).Distinct()
                .Where(name => Array.Exists(seen, space => types.Contains((space, name))));
        }
    }
}
