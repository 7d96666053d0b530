namespace TPWallet.Tests.Style;

/// <summary>A style rule: a short name that the exceptions list uses, and a function from a file to what it finds there.</summary>
internal sealed record Rule(string Name, Func<SourceFile, IEnumerable<Finding>> Check)
{
    public IEnumerable<Finding> Find(IEnumerable<SourceFile> files) => files.SelectMany(Check);
}

/// <summary>One place where a rule does not hold. Subject is what the exceptions list names; Size is set where the rule has a limit.</summary>
internal sealed record Finding(string Subject, int Line, string What, int Size = 0)
{
    public override string ToString() => $"{Subject}({Line}): {What}";
}
