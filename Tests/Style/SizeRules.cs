using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TPWallet.Tests.Style;

/// <summary>Rules with a limit (house style 3): the exceptions list records the size of each that is over.</summary>
internal static class SizeRules
{
    public const int MaxFileLines = 300;
    public const int MaxMethodLines = 50;

    public static Rule FileLength { get; } = new("file-length", file => file.Lines > MaxFileLines
        ? [new Finding(file.Path, 1, $"{file.Lines} lines, at most {MaxFileLines}", file.Lines)]
        : []);

    public static Rule MethodLength { get; } = new("method-length", file =>
        from body in file.Syntax.DescendantNodes()
        where body is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax
        let length = SourceFile.LengthOf(body)
        where length > MaxMethodLines
        select new Finding($"{file.Path}:{NameOf(body)}", SourceFile.LineOf(body), $"{length} lines, at most {MaxMethodLines}", length));

    private static string NameOf(SyntaxNode body) => body switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        LocalFunctionStatementSyntax function => function.Identifier.Text,
        OperatorDeclarationSyntax @operator => "operator" + @operator.OperatorToken.Text,
        AccessorDeclarationSyntax { Parent.Parent: PropertyDeclarationSyntax property } => property.Identifier.Text,
        _ => body.Kind().ToString(),
    };
}
