using TPWallet.Demo.Telling;

namespace TPWallet.Demo.Processes;

/// <summary>Where things are: the checkout, its built programs, the demo's work folder and the folder of what it leaves behind.</summary>
internal sealed record Places(string Root, string Work, string Output)
{
    private const int MaxParents = 12;

    public string Anvil => Path.Combine(Root, "tools", "node_modules", ".bin", "anvil");

    public string Cast => Path.Combine(Root, "tools", "node_modules", ".bin", "cast");

    /// <summary>Null where there is none.</summary>
    public string? Bitcoind => Chain.Bitcoind.Find(Root);

    public string Token => Path.Combine(Root, "Contracts", "demo", "DemoToken.json");

    public string ChannelManager => Path.Combine(Root, "Contracts", "channels", "ChannelManager.json");

    public string IndependentCheck => Path.Combine(Root, "Demo", "independent-check.sh");

    public string Silo => Built(Root, "Silo");

    /// <summary>The silo that is built with <c>Runtime=Orleans</c>; it is there only where somebody built it.</summary>
    public static string OrleansSilo => Built(FindRoot(), "Silo", "Orleans");

    public string Signer => Built(Root, "Signer");

    public string SiloData => Path.Combine(Work, "silo");

    public string SignerData => Path.Combine(Work, "signer");

    public string SignerSocket => Path.Combine(Work, "signer.sock");

    /// <summary>The places of another operator on the same machine.</summary>
    public Places Of(string name) => this with { Work = Directory.CreateDirectory(Path.Combine(Work, name)).FullName };

    /// <param name="output">Folder of what is left behind; default <c>data/demo</c> in the checkout. It is emptied.</param>
    public static Places Find(string? output)
    {
        var root = FindRoot();
        var left = Path.GetFullPath(output ?? Path.Combine(root, "data", "demo"));
        if (Directory.Exists(left)) Directory.Delete(left, recursive: true);
        Directory.CreateDirectory(left);
        return new(root, Directory.CreateTempSubdirectory("tpw-demo-").FullName, left);
    }

    private static string FindRoot()
    {
        var root = AppContext.BaseDirectory;
        for (var i = 0; i < MaxParents && !File.Exists(Path.Combine(root, "TPWallet.Orleans.sln")); i++) root = Path.GetDirectoryName(root) ?? root;
        return File.Exists(Path.Combine(root, "TPWallet.Orleans.sln"))
            ? root
            : throw new DemoFailedException("The demo runs inside a checkout: TPWallet.Orleans.sln was not found.");
    }

    /// <summary>The same configuration and runtime as this program's own: bin/Release/net10.0 beside each project.</summary>
    /// <param name="runtime">Another runtime than this program's own: bin/Orleans/Release/net10.0.</param>
    private static string Built(string root, string project, string runtime = "")
    {
        var own = Path.GetRelativePath(root, AppContext.BaseDirectory).Split(Path.DirectorySeparatorChar);
        return Path.Combine([root, project, own[1], runtime, .. own[2..], $"TPWallet.{project}.dll"]);
    }
}
