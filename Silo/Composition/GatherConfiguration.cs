using System.Globalization;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Composition;

/// <summary><c>Channels:GatherMs</c> of the silo's configuration: how long a call of the channel contract waits for others of its key.</summary>
internal static class GatherConfiguration
{
    /// <summary>Who waits does so in a grain's call, which ends after thirty seconds.</summary>
    private const int MostMs = 15_000;

    /// <exception cref="SetUpException">A value that is none.</exception>
    public static ActGathering Read(IConfiguration configuration)
    {
        // Channels:GatherMs: milliseconds, default 5000; 0: each call goes in a transaction of its own.
        if (configuration["Channels:GatherMs"] is not { } text) return ActGathering.Default;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) && ms <= MostMs
            ? new(new Span(ms))
            : throw SiloConfiguration.Wrong("Channels:GatherMs", $"milliseconds, 0 to {MostMs}", text);
    }
}
