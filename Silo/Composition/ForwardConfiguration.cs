using System.Globalization;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Composition;

/// <summary>The section <c>Channels:Forward</c> of the silo's configuration: what is asked for carrying payments on. The same in every silo of a cluster.</summary>
internal static class ForwardConfiguration
{
    private const uint MostPpm = 1_000_000;

    /// <summary>Longest that one hop holds another's money for its own safety: two weeks.</summary>
    private const ulong MostDelta = 14 * 86_400;

    /// <exception cref="SetUpException">A value that is none.</exception>
    public static ForwardPolicy Read(IConfiguration configuration)
    {
        // Channels:Forward:BaseFee: base units for each lock, default 0. FeePpm: millionths of what goes on, default 1000. LockDelta: seconds, default twice the outgoing channel's shortest lock.
        var section = configuration.GetSection("Channels:Forward");
        var policy = ForwardPolicy.Default;
        if (section["BaseFee"] is { } baseFee)
        {
            policy = UInt256.TryParse(baseFee, out var fee) && fee <= BookRules.MostDeposited
                ? policy with { BaseFee = fee }
                : throw SiloConfiguration.Wrong(section.Path + ":BaseFee", $"base units of a token, 0 to {BookRules.MostDeposited}", baseFee);
        }

        if (section["FeePpm"] is { } feePpm)
        {
            policy = uint.TryParse(feePpm, NumberStyles.None, CultureInfo.InvariantCulture, out var ppm) && ppm <= MostPpm
                ? policy with { FeePpm = ppm }
                : throw SiloConfiguration.Wrong(section.Path + ":FeePpm", $"millionths, 0 to {MostPpm}", feePpm);
        }

        if (section["LockDelta"] is { } lockDelta)
        {
            policy = ulong.TryParse(lockDelta, NumberStyles.None, CultureInfo.InvariantCulture, out var delta) && delta <= MostDelta
                ? policy with { LockDelta = delta }
                : throw SiloConfiguration.Wrong(section.Path + ":LockDelta", $"seconds, 0 to {MostDelta}", lockDelta);
        }

        return policy;
    }
}
