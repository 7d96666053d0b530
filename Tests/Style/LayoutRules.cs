using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TPWallet.Tests.Style;

/// <summary>Rules on where things stand and what they are called (house style 1, 3 and 19).</summary>
internal static partial class LayoutRules
{
    private static readonly string[] ForbiddenFolders = ["Helpers", "Helper", "Utils", "Util", "Utilities", "Common", "Managers", "Misc"];

    public static Rule FolderNames { get; } = new("folder-name", file =>
        from folder in file.Folder.Split('/')
        where ForbiddenFolders.Contains(folder, StringComparer.OrdinalIgnoreCase)
        select new Finding(file.Path, 1, $"the folder name {folder} says nothing about the domain"));

    /// <summary>The namespace is the project's root namespace and then the folders. Orleans declares its host-builder extensions in a
    /// namespace of Microsoft.Extensions, so the embedded runtime does too.</summary>
    public static Rule Namespace { get; } = new("namespace", file =>
        from declared in file.Nodes<BaseNamespaceDeclarationSyntax>()
        let expected = ExpectedNamespace(file)
        let actual = declared.Name.ToString()
        where actual != expected && !(file.IsIn("Embedded") && OrleansNamespace().IsMatch(actual))
        select new Finding(file.Path, SourceFile.LineOf(declared), $"namespace {actual}, expected {expected}"));

    public static Rule NamespaceMissing { get; } = new("namespace-missing", file =>
        from type in file.TopLevelTypes()
        where type.FirstAncestorOrSelf<BaseNamespaceDeclarationSyntax>() is null && file.Name != "Program"
        select new Finding(file.Path, SourceFile.LineOf(type), $"{NameOf(type)} stands in no namespace"));

    /// <summary>The types of a file are one family: each shares a word with the file's name (Vote and VoteBody in Votes.cs), or mentions or
    /// is mentioned by one that belongs (Member in Roster.cs). Two types that know nothing of each other want two files.</summary>
    public static Rule OneFamily { get; } = new("one-family", file =>
    {
        var types = file.TopLevelTypes().ToList();
        if (types.Count < 2) return [];
        var family = types.Where(type => Words(NameOf(type)).Intersect(Words(file.Name)).Any()).ToHashSet();
        if (family.Count == 0) family.Add(types[0]);
        while (types.FirstOrDefault(type => !family.Contains(type) && family.Any(member => Mentions(member, type) || Mentions(type, member))) is { } relative)
            family.Add(relative);
        return types.Where(type => !family.Contains(type))
            .Select(type => new Finding(file.Path, SourceFile.LineOf(type), $"{NameOf(type)} is not of the family of {file.Name}"));
    });

    /// <summary>What callers see is documented: every public type of the contracts and of the client.</summary>
    public static Rule Documented { get; } = new("documented", file => !file.IsIn("Grains.Interfaces", "Client") || file.IsIn("Client/Cli") ? [] :
        from type in file.TopLevelTypes()
        where type.Modifiers.Any(SyntaxKind.PublicKeyword)
        where !type.GetLeadingTrivia().Any(SyntaxKind.SingleLineDocumentationCommentTrivia)
        select new Finding(file.Path, SourceFile.LineOf(type), $"{NameOf(type)} is public and has no documentation"));

    private static bool Mentions(MemberDeclarationSyntax type, MemberDeclarationSyntax other) =>
        type.DescendantTokens().Any(token => token.IsKind(SyntaxKind.IdentifierToken) && token.Text == NameOf(other));

    private static string ExpectedNamespace(SourceFile file)
    {
        if (file.Project is not { } project) return "";
        var inside = file.Folder[project.Folder.Length..].Trim('/');
        return inside.Length == 0 ? project.RootNamespace : $"{project.RootNamespace}.{inside.Replace('/', '.')}";
    }

    private static string NameOf(MemberDeclarationSyntax member) => member switch
    {
        BaseTypeDeclarationSyntax type => type.Identifier.Text,
        DelegateDeclarationSyntax type => type.Identifier.Text,
        _ => member.Kind().ToString(),
    };

    private static IEnumerable<string> Words(string name) => Word().Matches(name).Select(word => Singular(word.Value.ToUpperInvariant()));

    private static string Singular(string word) => word switch
    {
        [.., 'I', 'E', 'S'] => word[..^3] + "Y",
        [.., 'S', 'E', 'S'] => word[..^2],
        [.., 'S'] => word[..^1],
        _ => word,
    };

    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+|[0-9]+")]
    private static partial Regex Word();

    [GeneratedRegex(@"^(Orleans|Microsoft\.Extensions)(\.|$)")]
    private static partial Regex OrleansNamespace();
}
