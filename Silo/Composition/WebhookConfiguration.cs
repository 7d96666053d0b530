using System.Net;
using TPWallet.Grains.Notifications;

namespace TPWallet.Silo.Composition;

/// <summary>The section <c>Webhooks</c> of the silo's configuration (docs/webhooks.md). The same in every silo of a cluster.</summary>
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
            ? new(networks)
            : throw SiloConfiguration.Wrong("Webhooks:Allow", $"at most {MaxNetworks} networks", $"{networks.Length}");
    }
}
