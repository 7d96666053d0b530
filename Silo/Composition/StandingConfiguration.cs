using System.Globalization;
using TPWallet.Domain.Peers;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Composition;

/// <summary>The section <c>Peers:Standing</c> of the silo's configuration: what follows from what peers did. The same in every silo of a cluster.</summary>
internal static class StandingConfiguration
{
    private const string Section = "Peers:Standing:";

    /// <exception cref="SetUpException">A value that is none, or values that do not go together.</exception>
    public static PeerPolicy Read(IConfiguration configuration)
    {
        // HalfLifeHours: default 168. WatchBelow, HalveBelow, BarBelow: points, default -100, -200, -400. Slots: locks for one peer in each direction, default 480.
        // HalvedPpm, BarredPpm: millionths of slots, value and time that are left, default 500000 and 100000.
        var known = PeerPolicy.Default;
        var policy = new PeerPolicy(
            Span.Hours(Read(configuration, "HalfLifeHours", (int)(known.HalfLife.Ms / Span.Hours(1).Ms))), Read(configuration, "WatchBelow", known.WatchBelow),
            Read(configuration, "HalveBelow", known.HalveBelow), Read(configuration, "BarBelow", known.BarBelow), Read(configuration, "Slots", known.Slots),
            unchecked((uint)Read(configuration, "HalvedPpm", (int)known.HalvedPpm)), unchecked((uint)Read(configuration, "BarredPpm", (int)known.BarredPpm)));
        // What is below zero is above all of it.
        return PeerRules.Judge(policy) is { } wrong ? throw SiloConfiguration.Wrong(Section[..^1], wrong.Expected, wrong.Actual) : policy;
    }

    /// <exception cref="SetUpException">A value that is none.</exception>
    public static StandingPrice ReadPrice(IConfiguration configuration)
    {
        // RoutePpm: for each point below zero, millionths of the amount that a way over the peer is taken for dearer; default 20.
        var ppm = Read(configuration, "RoutePpm", (int)StandingPrice.Default.PpmPerPoint);
        return ppm is >= 0 and <= (int)StandingPrice.Most ? new((uint)ppm) : throw SiloConfiguration.Wrong(Section + "RoutePpm", $"0 to {StandingPrice.Most}", $"{ppm}");
    }

    private static int Read(IConfiguration configuration, string key, int otherwise)
    {
        if (configuration[Section + key] is not { } text) return otherwise;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw SiloConfiguration.Wrong(Section + key, "a whole number", text);
    }
}
