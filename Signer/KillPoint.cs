using System.Globalization;

namespace TPWallet.Signer;

/// <summary>
/// Named moments at which the process can be made to die as by kill -9, for the crash tests: environment TPW_KILL_AT=name[:n], at the n-th passing
/// (default the first). Whoever sets a process's environment can end it anyway, so this gives nobody a new power.
/// </summary>
internal static class KillPoint
{
    /// <summary>Everything was checked, nothing is signed.</summary>
    public const string SignerDecided = "signer.decided";

    /// <summary>The signature is made, it is not durable.</summary>
    public const string SignerSigned = "signer.signed";

    /// <summary>The signature is durable, its answer has not left.</summary>
    public const string SignerPersisted = "signer.persisted";

    private static readonly string[] Chosen = (Environment.GetEnvironmentVariable("TPW_KILL_AT") ?? "").Split(':');

    private static int _left = Chosen.Length > 1 ? int.Parse(Chosen[1], NumberStyles.None, CultureInfo.InvariantCulture) : 1;

    public static void Pass(string name)
    {
        if (!string.Equals(Chosen[0], name, StringComparison.Ordinal) || Interlocked.Decrement(ref _left) != 0) return;
        using var self = Process.GetCurrentProcess();
        self.Kill();
        Thread.Sleep(Timeout.Infinite);
    }
}
