namespace TPWallet.Signer;

/// <summary>
/// Named moments at which the process can be made to die as by kill -9, for the crash tests: environment TPW_KILL_AT=name. Whoever sets a process's
/// environment can end it anyway, so this gives nobody a new power.
/// </summary>
internal static class KillPoint
{
    /// <summary>The signature is durable, its answer has not left.</summary>
    public const string SignerPersisted = "signer.persisted";

    private static readonly string? Chosen = Environment.GetEnvironmentVariable("TPW_KILL_AT");

    public static void Pass(string name)
    {
        if (!string.Equals(Chosen, name, StringComparison.Ordinal)) return;
        using var self = Process.GetCurrentProcess();
        self.Kill();
        Thread.Sleep(Timeout.Infinite);
    }
}
