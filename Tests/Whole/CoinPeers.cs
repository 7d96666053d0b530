using TPWallet.Demo.Chain;
using TPWallet.Demo.Processes;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Whole;

/// <summary>Certificates and ports of two operators who know each other.</summary>
internal sealed class CoinPeers : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tpw-coin-peers-").FullName;

    private readonly Dictionary<CoinSide, int> _ports = new() { [CoinSide.Opener] = Bitcoind.FreePort(), [CoinSide.Accepter] = Bitcoind.FreePort() };

    public CoinPeers()
    {
        foreach (var side in _ports.Keys) Peering.Certify(_folder, NameOf(side).Value);
    }

    public static Name NameOf(CoinSide side) => side == CoinSide.Opener ? "one" : "two";

    public Dictionary<string, string?> SettingsOf(CoinSide side) => new()
    {
        ["Peers:Listen"] = $"127.0.0.1:{_ports[side]}",
        ["Peers:CertificateFile"] = Path.Combine(_folder, $"{NameOf(side)}.pem"),
        ["Peers:KeyFile"] = Path.Combine(_folder, $"{NameOf(side)}.key"),
        ["Peers:Operators:0:Name"] = NameOf(side.Other()).Value,
        ["Peers:Operators:0:Url"] = $"https://127.0.0.1:{_ports[side.Other()]}",
        ["Peers:Operators:0:CertificateFile"] = Path.Combine(_folder, $"{NameOf(side.Other())}.pem"),
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
