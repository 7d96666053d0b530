using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
// The packages of Microsoft.Orleans bring another type of this name with them.
using Project = TPWallet.Tests.Architecture.Project;

namespace TPWallet.Tests.Style;

/// <summary>One C# file, parsed but not bound: the rules look at syntax only, so that the whole repository takes a second.</summary>
internal sealed record SourceFile(string Path, CompilationUnitSyntax Syntax)
{
    private static readonly CSharpParseOptions Options = new(LanguageVersion.CSharp14, DocumentationMode.Parse);

    // Lazy, not a static initialiser: the parallel workers would wait for the initialisation that waits for them.
    private static readonly Lazy<IReadOnlyList<SourceFile>> Parsed = new(() => [.. Repository.Files
        .Where(path => path.EndsWith(".cs", StringComparison.Ordinal))
        .AsParallel().AsOrdered()
        .Select(path => Parse(path, Repository.Read(path)))]);

    public static IReadOnlyList<SourceFile> All => Parsed.Value;

    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    public string Folder => Path.Contains('/', StringComparison.Ordinal) ? Path[..Path.LastIndexOf('/')] : "";

    /// <summary>The project whose folder is the nearest one above the file; null for a file outside all projects.</summary>
    public Project? Project => Project.All.Where(project => IsIn(project.Folder)).MaxBy(project => project.Folder.Length);

    public bool IsTest => IsIn("Tests");

    public int Lines => Syntax.SyntaxTree.GetText().Lines.Count(line => line.Start != Syntax.FullSpan.End);

    public static SourceFile Parse(string path, string text) =>
        new(path, CSharpSyntaxTree.ParseText(text, Options, path).GetCompilationUnitRoot());

    public bool IsIn(params string[] folders) => folders.Any(folder => Path.StartsWith(folder + "/", StringComparison.Ordinal));

    public IEnumerable<T> Nodes<T>() where T : SyntaxNode => Syntax.DescendantNodes().OfType<T>();

    /// <summary>Types that are not nested in another.</summary>
    public IEnumerable<MemberDeclarationSyntax> TopLevelTypes() => Syntax.DescendantNodes(node => node is not BaseTypeDeclarationSyntax)
        .OfType<MemberDeclarationSyntax>().Where(node => node is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax);

    public static int LineOf(SyntaxNode node) => node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;

    /// <summary>Lines from the first token after the attributes to the last token: rows of test data are no code of the method.</summary>
    public static int LengthOf(SyntaxNode node)
    {
        var attributes = node.ChildNodes().OfType<AttributeListSyntax>().LastOrDefault();
        var first = attributes is null ? node.GetFirstToken() : attributes.GetLastToken().GetNextToken();
        var lines = node.SyntaxTree.GetLineSpan(Microsoft.CodeAnalysis.Text.TextSpan.FromBounds(first.SpanStart, node.Span.End));
        return lines.EndLinePosition.Line - lines.StartLinePosition.Line + 1;
    }
}
