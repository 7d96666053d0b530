using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TPWallet.Tests.Style;

/// <summary>Rules on what the code says (house style 6, 8, 13, 14, 15, 18 and 23).</summary>
internal static partial class CodeRules
{
    public static Rule AsyncVoid { get; } = new("async-void", file =>
        from node in file.Syntax.DescendantNodes()
        let returns = node switch
        {
            MethodDeclarationSyntax method when method.Modifiers.Any(SyntaxKind.AsyncKeyword) => method.ReturnType,
            LocalFunctionStatementSyntax function when function.Modifiers.Any(SyntaxKind.AsyncKeyword) => function.ReturnType,
            _ => null,
        }
        where returns is PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.VoidKeyword }
        select At(file, node, "async void: nobody can await it, and its exception ends the process"));

    /// <summary>Task.Result and Task.Wait are found in compiled metadata (CompiledCodeTests); this form is what await compiles to, so only text tells it.</summary>
    public static Rule BlockingWait { get; } = new("blocking-wait", file =>
        from call in file.Nodes<InvocationExpressionSyntax>()
        where call.Expression is MemberAccessExpressionSyntax { Name.Identifier.Text: "GetResult", Expression: InvocationExpressionSyntax inner }
            && inner.Expression is MemberAccessExpressionSyntax { Name.Identifier.Text: "GetAwaiter" }
        select At(file, call, "blocks a thread: await it"));

    /// <summary>The journal's stores are no grain code: they run beside the activations and must not come back to one of them.</summary>
    public static Rule GrainConfigureAwait { get; } = new("grain-configure-await", file => !file.IsIn("Grains") || file.IsIn("Grains/Journal") ? [] :
        from call in Calls(file, "ConfigureAwait")
        where call.ArgumentList.Arguments is [{ Expression.RawKind: (int)SyntaxKind.FalseLiteralExpression }]
        select At(file, call, "leaves the activation's scheduler"));

    public static Rule EmptyCatch { get; } = new("empty-catch", file =>
        from clause in file.Nodes<CatchClauseSyntax>()
        where clause.Block.Statements.Count == 0
        select At(file, clause, "an empty catch hides what happened"));

    public static Rule Unfinished { get; } = new("unfinished", file =>
        (from trivia in file.Syntax.DescendantTrivia(descendIntoTrivia: false)
         where IsComment(trivia) && UnfinishedWord().IsMatch(trivia.ToFullString())
         select new Finding(file.Path, trivia.GetLocation().GetLineSpan().StartLinePosition.Line + 1, "a promise in a comment is not work done"))
        .Concat(from name in file.Nodes<IdentifierNameSyntax>()
                where name.Identifier.Text == "NotImplementedException"
                select At(file, name, "a stub")));

    public static Rule TestSleep { get; } = new("test-sleep", file => !file.IsTest ? [] :
        from access in file.Nodes<MemberAccessExpressionSyntax>()
        where access.ToString() is "Thread.Sleep" or "Task.Delay" or "System.Threading.Thread.Sleep" or "System.Threading.Tasks.Task.Delay"
        select At(file, access, "tests wait for events, never for the clock"));

    /// <summary>The fall-through arm of Evolve throws: an event that the machine forgot must not pass as "nothing happened".</summary>
    public static Rule EvolveFallThrough { get; } = new("evolve-fall-through", file =>
        from method in file.Nodes<MethodDeclarationSyntax>()
        where method.Identifier.Text == "Evolve" && method.ParameterList.Parameters.Count > 0
        let state = method.ParameterList.Parameters[0].Identifier.Text
        from node in method.DescendantNodes()
        where node is SwitchExpressionArmSyntax { Pattern: DiscardPatternSyntax, Expression: IdentifierNameSyntax arm } && arm.Identifier.Text == state
            || node is SwitchSectionSyntax section && section.Labels.Any(SyntaxKind.DefaultSwitchLabel) && Returns(section, state)
        select At(file, node, "hides a wrong event: throw UnreachableException"));

    public static Rule FloatingMoney { get; } = new("floating-money", file => !file.IsIn("Domain", "Grains.Interfaces") ? [] :
        from type in file.Nodes<PredefinedTypeSyntax>()
        where type.Keyword.Kind() is SyntaxKind.DoubleKeyword or SyntaxKind.FloatKeyword or SyntaxKind.DecimalKeyword
        select At(file, type, $"{type} has no place where amounts live"));

    public static Rule Region { get; } = new("region", file =>
        from trivia in file.Syntax.DescendantTrivia()
        where trivia.IsKind(SyntaxKind.RegionDirectiveTrivia)
        select new Finding(file.Path, trivia.GetLocation().GetLineSpan().StartLinePosition.Line + 1, "a region asks for a file of its own"));

    private static IEnumerable<InvocationExpressionSyntax> Calls(SourceFile file, string method) => file.Nodes<InvocationExpressionSyntax>()
        .Where(call => call.Expression is MemberAccessExpressionSyntax access && access.Name.Identifier.Text == method);

    private static bool Returns(SwitchSectionSyntax section, string name) => section.Statements.OfType<ReturnStatementSyntax>()
        .Any(statement => statement.Expression is IdentifierNameSyntax returned && returned.Identifier.Text == name);

    private static bool IsComment(SyntaxTrivia trivia) => trivia.Kind() is SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia
        or SyntaxKind.SingleLineDocumentationCommentTrivia or SyntaxKind.MultiLineDocumentationCommentTrivia;

    private static Finding At(SourceFile file, SyntaxNode node, string what) => new(file.Path, SourceFile.LineOf(node), what);

    [GeneratedRegex(@"\b(TODO|FIXME|XXX|HACK)\b")]
    private static partial Regex UnfinishedWord();
}
