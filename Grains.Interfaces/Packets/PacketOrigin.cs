using System.Net;
using System.Net.Sockets;
using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Packets;

/// <summary>
/// From where a person proposed a packet, in the words of the program that handed it in. It proves nothing and lets nothing pass: risk rules compare it with what the
/// account's settled payments came from.
/// </summary>
/// <param name="Device">The program's name for the device; it need not stand in the roster. Null: not said.</param>
/// <param name="Network">
/// As a caller gives it: the IP address. From the shell on: its network (<see cref="NetworkOf"/>) as a <see cref="SealedText"/>. In a view: the network. Null: not said.
/// </param>
[GenerateSerializer, Immutable, Alias("tpw.packet-origin")]
public sealed record PacketOrigin(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Name? Device,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Network)
{
    /// <summary>What <see cref="Network"/> has to look like.</summary>
    public const string NetworkForm = "an IPv4 or IPv6 address";

    private const int IPv4Bits = 24;
    private const int IPv6Bits = 48;

    /// <summary>
    /// The network that an address is of, as risk rules tell networks apart: "203.0.113.0/24", or "2001:db8:1::/48" (what one site is given, RFC 6177). A person's address
    /// changes within it every day. Null for what is no address in its usual form.
    /// </summary>
    public static string? NetworkOf(string address)
    {
        // The parser also takes ports, zones, and numbers in other forms than four decimal ones.
        if (address.AsSpan().ContainsAny("[]%/") || !IPAddress.TryParse(address, out var parsed)) return null;
        if (parsed.AddressFamily == AddressFamily.InterNetwork && parsed.ToString() != address) return null;
        if (parsed.IsIPv4MappedToIPv6) parsed = parsed.MapToIPv4();
        var bits = parsed.AddressFamily == AddressFamily.InterNetwork ? IPv4Bits : IPv6Bits;
        var bytes = parsed.GetAddressBytes();
        bytes.AsSpan(bits / 8).Clear();
        return $"{new IPAddress(bytes)}/{bits}";
    }
}
