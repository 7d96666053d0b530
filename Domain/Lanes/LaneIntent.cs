using System.Globalization;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Lanes;

/// <summary>The name of an owed effect, taken apart. Names are stored (they make command ids): never change them.</summary>
/// <param name="Number">The entry's sequence, or the number of a report or of a read of facts.</param>
/// <param name="Request">The number of a signature request, broadcast or look-up; 0 elsewhere.</param>
internal readonly record struct LaneIntent(string Name, long Number, Bytes32 TxHash, long Request)
{
    internal const string Admit = "admit";
    internal const string Broadcast = "broadcast";
    internal const string Facts = "facts";
    internal const string Lookup = "lookup";
    internal const string Report = "report";
    internal const string Sign = "sign";
    internal const string Signed = "signed";
    internal const string Terms = "terms";
    internal const string Track = "track";
    internal const string Watch = "watch";

    internal static string Of(string name, long number) => string.Create(CultureInfo.InvariantCulture, $"{name}/{number:D12}");

    internal static string Of(string name, long number, long request) =>
        string.Create(CultureInfo.InvariantCulture, $"{name}/{number:D12}/{request:D12}");

    internal static string Of(string name, long number, Bytes32 txHash, long request = 0) =>
        string.Create(CultureInfo.InvariantCulture, $"{name}/{number:D12}/{request:D12}/{txHash}");

    /// <summary>Reads a name that <see cref="Of(string, long)"/> made; anything else is an unknown intent with an empty name.</summary>
    internal static LaneIntent Parse(string intent)
    {
        var parts = intent.Split('/');
        long request = 0;
        if (parts.Length is < 2 or > 4 || !TryNumber(parts[1], out var number) || (parts.Length > 2 && !TryNumber(parts[2], out request)))
            return new("", 0, default, 0);
        return new(parts[0], number, parts.Length == 4 && Bytes32.TryParse(parts[3], out var hash) ? hash : default, request);
    }

    private static bool TryNumber(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
