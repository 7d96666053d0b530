using TPWallet.Demo.Telling;

namespace TPWallet.Demo.Processes;

/// <summary>Where things are: the checkout, its built programs, the demo's work folder and the folder of what it leaves behind.</summary>
internal sealed record Places(string Root, string Work, string Output)
{
    private const int MaxParents = 12;

    public string Anvil => Path.Combine(Root, "tools", "node_modules", ".bin", "anvil");

    public string Cast => Path.Combine(Root, "tools", "node_modules", ".bin", "cast");

    public string Token => Path.Combine(Root, "Contracts", "demo", "DemoToken.json");

    public string IndependentCheck => Path.Combine(Root, "Demo", "independent-check.sh");

    public string Silo => Built("Silo");

    public string Signer => Built("Signer");

    public string SiloData => Path.Combine(Work, "silo");

    public string SignerData => Path.Combine(Work, "signer");

    public string SignerSocket => Path.Combine(Work, "signer.sock");

    /// <param name="output">Folder of what is left behind; default <c>data/demo</c> in the checkout. It is emptied.</param>
    public static Places Find(string? output)
    {
        var root = AppContext.BaseDirectory;
        for (var i = 0; i < MaxParents && !File.Exists(Path.Combine(root, "TPWallet.Orleans.sln")); i++) root = Path.GetDirectoryName(root) ?? root;
        if (!File.Exists(Path.Combine(root, "TPWallet.Orleans.sln")))
            throw new DemoFailedException("The demo runs inside a checkout: TPWallet.Orleans.sln was not found.");
        var left = Path.GetFullPath(output ?? Path.Combine(root, "data", "demo"));
        if (Directory.Exists(left)) Directory.Delete(left, recursive: true);
        Directory.CreateDirectory(left);
        return new(root, Directory.CreateTempSubdirectory("tpw-demo-").FullName, left);
    }

    /// <summary>The same configuration and runtime as this program's own: bin/Release/net10.0 beside each project.</summary>
    private string Built(string project)
    {
        var own = Path.GetRelativePath(Root, AppContext.BaseDirectory);
        return Path.Combine(Root, project, own[(own.IndexOf(Path.DirectorySeparatorChar, StringComparison.Ordinal) + 1)..], $"TPWallet.{project}.dll");
    }
}
