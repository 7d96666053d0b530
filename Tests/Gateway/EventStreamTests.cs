using System.Net.ServerSentEvents;
using System.Text.Json;
using Orleans.Runtime;
using TPWallet.Grains.Interfaces;

namespace TPWallet.Tests.Gateway;

public sealed class EventStreamTests
{
    /// <summary>Bound of a wait for an event that the gateway owes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Stream_NewVersions_AreToldOnceEach()
    {
        await using var host = await GatewayHost.StartAsync();
        var version = 3L;
        host.Cluster.Account = () => Bodies.View(Interlocked.Read(ref version));
        using var stop = new CancellationTokenSource(Patience);
        List<long> seen = [];
        await foreach (var view in host.Wallet.WatchAccountAsync(Bodies.Account, 0, stop.Token))
        {
            seen.Add(view.Version);
            if (seen.Count == 3) break;
            Interlocked.Add(ref version, 2);
        }

        seen.Should().Equal(3, 5, 7);
    }

    [Fact]
    public async Task Stream_ResumedByLastEventId_TellsOnlyWhatIsNewer()
    {
        await using var host = await GatewayHost.StartAsync();
        var version = 4L;
        host.Cluster.Account = () => Bodies.View(Interlocked.Read(ref version));
        using var request = host.Request(HttpMethod.Get, $"/v1/accounts/{Bodies.Account}/events", [], false, null, host.Key);
        request.Headers.Add("Last-Event-ID", "4");
        using var response = await host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.Content.Headers.ContentType!.MediaType.Should().Be("text/event-stream");
        using var stop = new CancellationTokenSource(Patience);
        Interlocked.Exchange(ref version, 6);
        await using var stream = await response.Content.ReadAsStreamAsync(stop.Token);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(stop.Token))
        {
            item.EventId.Should().Be("6");
            item.EventType.Should().Be("account");
            JsonSerializer.Deserialize(item.Data, ContractJson.Default.AccountView)!.Version.Should().Be(6);
            break;
        }
    }

    [Fact]
    public async Task Stream_OfAPacket_TellsItsView()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Cluster.Packet = () => Bodies.PacketView(9);
        using var stop = new CancellationTokenSource(Patience);
        await foreach (var view in host.Wallet.WatchPacketAsync(Bodies.Packet.Ref, 8, stop.Token))
        {
            view.Version.Should().Be(9);
            Canonical.Hash(view.Content).Should().Be(view.ContentHash);
            break;
        }
    }

    /// <summary>A silo that goes in the middle ends the stream as any other end: whole events, and the client resumes by the last one's id.</summary>
    [Fact]
    public async Task Stream_GrainThatFailsMeanwhile_EndsAfterWholeEvents()
    {
        await using var host = await GatewayHost.StartAsync();
        var looks = 0;
        host.Cluster.Account = () => Interlocked.Increment(ref looks) < 3 ? Bodies.View(4) : throw new SiloUnavailableException("gone");
        using var request = host.Request(HttpMethod.Get, $"/v1/accounts/{Bodies.Account}/events", [], false, null, host.Key);
        using var response = await host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var stop = new CancellationTokenSource(Patience);
        await using var stream = await response.Content.ReadAsStreamAsync(stop.Token);
        List<string> seen = [];
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(stop.Token)) seen.Add(item.EventId!);
        seen.Should().Equal("4");
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("-1")]
    public async Task LastEventId_NoVersion_IsRefused(string id)
    {
        await using var host = await GatewayHost.StartAsync();
        host.Cluster.Account = () => Bodies.View(1);
        var answer = await host.SendAsync(
            HttpMethod.Get, $"/v1/accounts/{Bodies.Account}/events", change: request => request.Headers.Add("Last-Event-ID", id));
        answer.Status.Should().Be(400);
    }

    [Fact]
    public async Task Stream_OfNoAccount_IsNotFound()
    {
        await using var host = await GatewayHost.StartAsync();
        (await host.SendAsync(HttpMethod.Get, $"/v1/accounts/{Bodies.Account}/events")).Status.Should().Be(404);
    }
}
