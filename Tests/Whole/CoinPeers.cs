using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TPWallet.Demo.Chain;
using TPWallet.Demo.Processes;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Whole;

/// <summary>Certificates and ports of two operators who know each other.</summary>
internal sealed class CoinPeers : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tpw-coin-peers-").FullName;

    private readonly Dictionary<CoinSide, int> _ports = new() { [CoinSide.Opener] = FreePort.Take(), [CoinSide.Accepter] = FreePort.Take() };

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

    /// <summary>Posts to a side at the opener's operator, as the accepter's.</summary>
    public async Task<HttpStatusCode> PostAsync(CoinChannelRef to, string body)
    {
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = static (_, _, _, _) => true };
        var name = NameOf(CoinSide.Accepter);
        handler.ClientCertificates.Add(X509Certificate2.CreateFromPemFile(Path.Combine(_folder, $"{name}.pem"), Path.Combine(_folder, $"{name}.key")));
        using var http = new HttpClient(handler);
        using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var response = await http.PostAsync(new Uri($"https://127.0.0.1:{_ports[CoinSide.Opener]}/peer/v1/coin-channels/{to}"), content);
        return response.StatusCode;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
