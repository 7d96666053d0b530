using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TPWallet.Demo.Chain;
using TPWallet.Demo.Processes;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>A silo whose peer says what it may not say: its standing, what is held for it, and channels with it, over the peers' own protocol.</summary>
public sealed class PeerStandingTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tpw-standing-").FullName;
    private readonly (AccountId Account, Address Key)[] _parties = new (AccountId, Address)[2];
    private readonly int[] _ports = [FreePort.Take(), FreePort.Take()];
    private WholeSystem _system = null!;
    private Anvil _anvil = null!;
    private ChannelTown _town = null!;

    public async Task InitializeAsync()
    {
        foreach (var name in new[] { "one", "two" }) Peering.Certify(_folder, name);
        _anvil = await Anvil.StartAsync(31337, "--no-mining");
        await _anvil.MineAsync();
        _town = await ChannelTown.BuildAsync(_anvil);
        _system = await WholeSystem.StartAsync(_anvil, Settings());
        for (var i = 0; i < 2; i++) _parties[i] = await _town.JoinAsync(_system, $"party {i}");
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        Directory.Delete(_system.Folder, recursive: true);
        await _anvil.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Peer_ThatBreaksTheProtocol_IsLentLess_AndOpenedNoChannelWith_UntilItIsForgiven()
    {
        var side = await BeginAsync();
        await OpenAsync(side);
        await StandsAsync(static view => view is { Level: PeerLevel.Full, Channels: 1, Score: 0 }, "the peer to be known");

        var heard = await HeardAsync(side);
        for (var i = 1; i <= 3; i++)
        {
            var message = string.Create(CultureInfo.InvariantCulture, $$$"""{"message":"refuse","number":{{{heard + i}}},"nonce":999,"reason":{"code":"Retry","expected":"","actual":"","reasons":[]}}""");
            (await SendAsync(side, message)).Status.Should().Be(HttpStatusCode.OK, "it is taken, and noted");
            (await SendAsync(side, message)).Status.Should().Be(HttpStatusCode.OK, "it came again, and counts once");
        }

        await StandsAsync(static view => view is { Level: PeerLevel.Barred, Bad: > 74_900 and <= 75_000 }, "the peer to be barred");
        (await Peer.Read())!.Counts.Should().Equal(new DealingCount(DealingReason.MessageRefused, 3));
        (await Peer.Read())!.Latest.Should().OnlyContain(note => note.Side == side);
        _system.Incidents.All.Should().Contain(static incident => incident.Code == IncidentCodes.PeerPoorStanding && incident.Subject == "two" && incident.Detail.Contains("MessageRefused"));
        await _system.UntilAsync(async () => (await Grain(side).Read())!.Room == ChannelTown.Terms.MostLocked / 10, "the side to lend a tenth");

        var second = await BeginAsync();
        await _system.UntilAsync(async () => (await Grain(second).Read())!.Trouble is not null, "no channel to be opened");
        (await Grain(second).Read())!.Trouble.Should().Match<Rejection>(static trouble =>
            trouble.Code == RejectionCode.PoorStanding && trouble.Expected == "a standing of two of at least -60.000" && trouble.Actual.StartsWith("-7"));

        (await Peer.Submit(new PeerCommand.Forgive(Guid.NewGuid(), "ops", "ticket 7"))).Rejected().Should().BeNull();
        await StandsAsync(static view => view is { Level: PeerLevel.Full, Bad: 0, Forgiven.Operator: "ops" }, "the peer to be forgiven");
        await _system.UntilAsync(async () => (await Grain(side).Read())!.Room is null, "the side to lend what its terms allow");
        (await Grain(second).Submit(new ChannelCommand.Open(Guid.NewGuid(), (await Grain(second).Read())!.Opening))).Rejected().Should().BeNull();
        await OpenAsync(second);
    }

    private IPeerGrain Peer => _system.Grains.GetGrain<IPeerGrain>("two");

    private IChannelGrain Grain(ChannelRef side) => _system.Grains.GetGrain<IChannelGrain>(side.ToString());

    private Task StandsAsync(Func<PeerView, bool> how, string what) => _system.UntilAsync(async () => await Peer.Read() is { } view && how(view), what);

    private Task OpenAsync(ChannelRef side) => _system.UntilAsync(async () => (await Grain(side).Read())!.Phase == ChannelPhase.Open, "the channel to be open");

    private async Task<ChannelRef> BeginAsync()
    {
        var facts = await _town.OpenAsync(_parties[0].Key, _parties[1].Key, 1_000, 0);
        await _anvil.MineAsync(WholeSystem.Confirmations);
        var side = new ChannelRef(ChannelDomain.Id(facts), facts.A == _parties[0].Key ? ChannelSide.A : ChannelSide.B);
        (await Grain(side).Submit(new ChannelCommand.Open(Guid.NewGuid(), new(_parties[0].Account, "channels", facts, ChannelTown.Terms, "two")))).Rejected().Should().BeNull();
        return side;
    }

    /// <summary>The number of the newest message that the side has heard: one too far is refused with the one that is missing.</summary>
    private async Task<int> HeardAsync(ChannelRef side)
    {
        var (status, body) = await SendAsync(side, """{"message":"ask-turn","number":900}""");
        status.Should().Be(HttpStatusCode.UnprocessableEntity);
        const string Missing = "message ";
        var at = body.IndexOf(Missing, StringComparison.Ordinal) + Missing.Length;
        return int.Parse(body.AsSpan(at, body.IndexOf('"', at) - at), CultureInfo.InvariantCulture) - 1;
    }

    /// <summary>Posts to the silo as its peer.</summary>
    private async Task<(HttpStatusCode Status, string Body)> SendAsync(ChannelRef to, string body)
    {
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = static (_, _, _, _) => true };
        handler.ClientCertificates.Add(X509Certificate2.CreateFromPemFile(Path.Combine(_folder, "two.pem"), Path.Combine(_folder, "two.key")));
        using var http = new HttpClient(handler);
        using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var response = await http.PostAsync(new Uri($"https://127.0.0.1:{_ports[0]}/peer/v1/channels/{to}"), content);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>The peer itself does not listen.</summary>
    private Dictionary<string, string?> Settings() => new()
    {
        ["Peers:Listen"] = $"127.0.0.1:{_ports[0]}",
        ["Peers:CertificateFile"] = Path.Combine(_folder, "one.pem"),
        ["Peers:KeyFile"] = Path.Combine(_folder, "one.key"),
        ["Peers:Operators:0:Name"] = "two",
        ["Peers:Operators:0:Url"] = $"https://127.0.0.1:{_ports[1]}",
        ["Peers:Operators:0:CertificateFile"] = Path.Combine(_folder, "two.pem"),
        ["Peers:Standing:WatchBelow"] = "-10",
        ["Peers:Standing:HalveBelow"] = "-30",
        ["Peers:Standing:BarBelow"] = "-60",
    };
}
