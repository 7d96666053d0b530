using System.Globalization;

namespace TPWallet.Domain.Chains.Watching;

/// <summary>Names of what a watched transaction owes. They make command ids: never change them.</summary>
internal static class WatchedIntent
{
    internal const string Deposit = "deposit";
    internal const string Forget = "forget";
    internal const string Lookup = "lookup";
    internal const string Report = "report";

    internal static string Of(string name, long number) => string.Create(CultureInfo.InvariantCulture, $"{name}/{number:D12}");

    /// <summary>Reads a name that <see cref="Of"/> made; anything else is an unknown intent with an empty name.</summary>
    internal static (string Name, long Number) Parse(string intent)
    {
        var slash = intent.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && int.TryParse(intent.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (intent[..slash], number)
            : ("", 0);
    }
}
