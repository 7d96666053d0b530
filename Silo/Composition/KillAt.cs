using System.Globalization;
using TPWallet.Grains.Shell;
using TPWallet.Silo.Gateway;

namespace TPWallet.Silo.Composition;

/// <summary>
/// For crash tests only: environment TPW_KILL_AT=boundary[:n] lets this process end itself as by kill -9 at the n-th crossing (default the first) of that
/// boundary (see <see cref="ICrossings"/>). A silo that listens beyond this machine does not start with it.
/// </summary>
internal sealed class KillAt : ICrossings
{
    /// <summary>Name of the environment variable.</summary>
    public const string Variable = "TPW_KILL_AT";

    private readonly string _boundary;
    private int _left;

    private KillAt(string boundary, int crossing) => (_boundary, _left) = (boundary, crossing);

    /// <returns>Null where the variable is not set: then nothing is crossed at all.</returns>
    /// <exception cref="SetUpException">The value does not read, or the silo would listen beyond loopback.</exception>
    public static KillAt? FromEnvironment(IConfiguration configuration)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } text) return null;
        if (!GatewayKeys.OnlyLoopback(configuration))
            throw new SetUpException($"{Variable} is for crash tests: expected a silo on loopback only, got {configuration["urls"]}.");
        var parts = text.Split(':');
        var crossing = 1;
        var reads = parts.Length == 1 || (parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out crossing));
        return reads && crossing > 0 && (parts[0].StartsWith("append.", StringComparison.Ordinal) || parts[0].StartsWith("effect.", StringComparison.Ordinal))
            ? new(parts[0], crossing)
            : throw new SetUpException($"{Variable}: expected append.KIND.EVENT.before or .after, or effect.KIND.before or .after, and :n, got \"{text}\".");
    }

    public void Cross(string boundary)
    {
        if (!string.Equals(boundary, _boundary, StringComparison.Ordinal) || Interlocked.Decrement(ref _left) != 0) return;
        // SIGKILL: no handler, no flush, no finally.
        using var self = Process.GetCurrentProcess();
        self.Kill();
        Thread.Sleep(Timeout.Infinite);
    }
}
