using System.Globalization;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Composition;

/// <summary><c>Peers:AskSeconds</c> and <c>Peers:LookSeconds</c> of the silo's configuration: how often others are asked what they know of channels, and contracts whether those are open.</summary>
internal static class GossipConfiguration
{
    private const int MostSeconds = 86_400;

    /// <exception cref="SetUpException">A value that is none.</exception>
    public static GossipSettings Read(IConfiguration configuration) =>
        // Peers:AskSeconds: default 30; Peers:LookSeconds: default 3600. Both 1 to 86400.
        new(Read(configuration, "Peers:AskSeconds") ?? GossipSettings.Default.AskEvery, Read(configuration, "Peers:LookSeconds") ?? GossipSettings.Default.LookEvery);

    private static Span? Read(IConfiguration configuration, string key)
    {
        if (configuration[key] is not { } text) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= MostSeconds
            ? Span.Seconds(seconds)
            : throw SiloConfiguration.Wrong(key, $"seconds, 1 to {MostSeconds}", text);
    }
}
