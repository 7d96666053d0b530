using System.Net;
using TPWallet.Grains.Notifications;

namespace TPWallet.Silo.Composition;

/// <summary>The sections <c>Webhooks</c> and <c>Streams</c> of the silo's configuration (docs/webhooks.md). The same in every silo of a cluster.</summary>
internal static class WebhookConfiguration
{
    /// <summary>Most networks.</summary>
    private const int MaxNetworks = 64;

    /// <exception cref="SetUpException">A value that is none.</exception>
    public static WebhookSettings Read(IConfiguration configuration)
    {
        // Webhooks:Allow:n: networks (such as 10.1.0.0/16) that endpoints may be in although they are not public, also without TLS; default none.
        var networks = configuration.GetSection("Webhooks:Allow").GetChildren().Select(entry => IPNetwork.TryParse(entry.Value, out var network)
            ? network
            : throw SiloConfiguration.Wrong(entry.Path, "a network such as 10.1.0.0/16", entry.Value ?? "nothing")).ToImmutableArray();
        return networks.Length <= MaxNetworks
            ? new(networks) { HasStreams = HasStreams(configuration["Streams:Provider"]) }
            : throw SiloConfiguration.Wrong("Webhooks:Allow", $"at most {MaxNetworks} networks", $"{networks.Length}");
    }

    /// <summary>Streams:Provider: "Memory", what carries events to endpoints that are streams; default none.</summary>
    private static bool HasStreams(string? provider) => provider switch
    {
        null or "" => false,
        "Memory" => true,
        "EventHubs" => throw new SetUpException(
            "TPW0101: Streams:Provider is EventHubs, and this build has no package Microsoft.Orleans.Streaming.EventHubs. Take Memory, or leave it out."),
        _ => throw SiloConfiguration.Wrong("Streams:Provider", "Memory or EventHubs", provider),
    };
}
