namespace TPWallet.Tests;

/// <summary>The checkout that these tests were built from: the folder that holds the solution.</summary>
internal static class Repository
{
    private static readonly string[] Skipped = ["bin", "obj", "node_modules", ".git", ".tools", "data", "TestResults", ".vs", ".idea"];

    public static string Root { get; } = FindRoot();

    /// <summary>Every file of the checkout that can be source, as paths relative to the root with forward slashes, in ordinal order.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Walk(Root).Order(StringComparer.Ordinal)];

    public static string Read(string relativePath) => File.ReadAllText(Path.Combine(Root, relativePath));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "TPWallet.Orleans.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds TPWallet.Orleans.sln.");
    }

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder)) yield return Path.GetRelativePath(Root, file).Replace('\\', '/');
        foreach (var child in Directory.EnumerateDirectories(folder))
            if (!Skipped.Contains(Path.GetFileName(child)))
                foreach (var file in Walk(child)) yield return file;
    }
}
