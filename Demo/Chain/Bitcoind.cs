using System.Diagnostics;
using System.Globalization;

namespace TPWallet.Demo.Chain;

/// <summary>The program of a real Bitcoin node (Bitcoin Knots or Bitcoin Core), and how it is started alone on loopback, on regtest.</summary>
internal static class Bitcoind
{
    /// <summary>What it says when it serves.</summary>
    public const string Ready = "init message: Done loading";

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>The one that `./tpw setup` put into .tools, or one of this machine; null where there is none.</summary>
    public static string? Find(string root)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Prepend(Path.Combine(root, ".tools", "knots")).Select(static folder => Path.Combine(folder, "bitcoind")).FirstOrDefault(File.Exists);
    }

    /// <summary>Why there is none, as `./tpw setup` found out; null where set-up was not run or the node is there.</summary>
    public static string? WhyAbsent(string root)
    {
        var note = Path.Combine(root, ".tools", "knots.absent");
        return Find(root) is null && File.Exists(note) ? File.ReadAllText(note).Trim() : null;
    }

    /// <summary>A node that talks to no other, with its data in a folder and its RPC on a port.</summary>
    public static async Task<string[]> OptionsAsync(string program, string folder, int port) =>
    [
        "-regtest", "-server", "-printtoconsole", $"-datadir={folder}", "-rpcbind=127.0.0.1", "-rpcallowip=127.0.0.1",
        string.Create(CultureInfo.InvariantCulture, $"-rpcport={port}"), "-listen=0", "-dnsseed=0", "-connect=0", "-persistmempool=0", "-dbcache=8", "-par=1",
        "-txindex=1", .. await OwnOptionsAsync(program),
    ];

    /// <summary>Where a node with this data folder keeps what its callers authenticate with.</summary>
    public static string Cookie(string folder) => Path.Combine(folder, "regtest", ".cookie");

    /// <summary>Knots leaves the rules for transactions of version 3 (BIP-431) out unless told; Bitcoin Core has them and knows no such option.</summary>
    private static async Task<string[]> OwnOptionsAsync(string program)
    {
        using var asked = Process.Start(new ProcessStartInfo(program, "-version") { RedirectStandardOutput = true })!;
        var version = await asked.StandardOutput.ReadToEndAsync();
        await asked.WaitForExitAsync().WaitAsync(Longest);
        return version.Contains("Knots", StringComparison.Ordinal) ? ["-mempooltruc=enforce"] : [];
    }
}
