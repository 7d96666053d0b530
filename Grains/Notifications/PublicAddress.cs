using System.Net;
using System.Net.Sockets;

namespace TPWallet.Grains.Notifications;

/// <summary>
/// Which addresses are public. A name that an account's owner gives must not lead the silo to itself, its neighbours or the cloud's metadata: what IANA's special-purpose
/// registries (RFC 6890 and updates) do not call globally reachable is refused, and so are forms that carry another address inside.
/// </summary>
public static class PublicAddress
{
    private static readonly IPNetwork[] _special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24",
            "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20", "5f00::/16",
            "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(static text => IPNetwork.Parse(text)),
    ];

    /// <summary>Whether an address is globally reachable.</summary>
    public static bool IsPublic(IPAddress address)
    {
        var plain = Plain(address);
        return plain.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6 && !_special.Any(network => network.Contains(plain));
    }

    /// <summary>Whether one of these networks has the address.</summary>
    public static bool IsIn(ImmutableArray<IPNetwork> networks, IPAddress address)
    {
        var plain = Plain(address);
        foreach (var network in networks)
            if (network.Contains(plain)) return true;
        return false;
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
