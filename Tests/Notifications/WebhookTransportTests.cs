using System.Net;
using System.Net.Sockets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Notifications;
using TPWallet.Tests.Runtime;

namespace TPWallet.Tests.Notifications;

/// <summary>One request to a real receiver that behaves in every way, and addresses that must not be reached.</summary>
public sealed class WebhookTransportTests : IAsyncDisposable
{
    private static readonly WebhookSettings _loopback = new([IPNetwork.Parse("127.0.0.0/8")]);

    /// <summary>Of 64 kB: 16 GB, far more than what buffers hold.</summary>
    private const int Blocks = 1 << 18;

    private readonly ManualTime _time = new();
    private readonly List<IDisposable> _open = [];

    [Theory]
    [InlineData(200, "")]
    [InlineData(204, "")]
    [InlineData(410, "gone")]
    [InlineData(404, "status")]
    [InlineData(500, "status")]
    public async Task Answer_Status_IsWhatCounts(int status, string problem)
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (http, _) => Receiver.Say(http, status);
        (await SendAsync(receiver.Url)).Should().Be(new WebhookAnswer(status, problem));
        var headers = (await receiver.NextAsync("the request")).Headers;
        (headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"], headers["Content-Type"])
            .Should().Be(("evt_1", "7", "v1,a v1,b", "application/json; charset=utf-8"));
        headers.Keys.Should().NotContain(["Cookie", "Authorization", "traceparent"]);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Redirect_IsNotFollowed(int status)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var other = await Receiver.StartAsync();
        receiver.Answer = (http, _) =>
        {
            http.Response.Headers.Location = other.Url.ToString();
            return Receiver.Say(http, status);
        };
        (await SendAsync(receiver.Url)).Should().Be(new WebhookAnswer(status, "redirect"));
        other.All.Should().BeEmpty();
    }

    [Fact]
    public async Task HugeBody_IsNotReadToItsEnd()
    {
        await using var receiver = await Receiver.StartAsync();
        var written = new TaskCompletionSource<int>();
        receiver.Answer = async (http, _) =>
        {
            var (block, n) = (new byte[64 * 1024], 0);
            try
            {
                for (; n < Blocks; n++) await http.Response.Body.WriteAsync(block, http.RequestAborted);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                written.SetResult(n);
                return;
            }

            written.SetResult(n);
        };
        (await SendAsync(receiver.Url)).Should().Be(new WebhookAnswer(200, ""));
        (await written.Task).Should().BeLessThan(Blocks, "the connection ended before");
    }

    [Fact]
    public async Task HugeHeaders_AreNoAnswer()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (http, _) =>
        {
            http.Response.Headers["X-Long"] = new string('x', 64 * 1024);
            return Receiver.Say(http, 200);
        };
        (await SendAsync(receiver.Url)).Should().Be(new WebhookAnswer(0, "broken-off"));
    }

    [Fact]
    public async Task ConnectionClosedMidway_IsNoAnswer_ButAStatusCounts()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (http, _) =>
        {
            http.Abort();
            return Task.CompletedTask;
        };
        (await SendAsync(receiver.Url)).Should().Be(new WebhookAnswer(0, "broken-off"));
        (await SendAsync(HalfAnswer())).Status.Should().Be(200);
    }

    /// <summary>A server that says a thousand bytes will come, and ends after four.</summary>
    private Uri HalfAnswer()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _open.Add(listener);
        _ = ServeAsync();
        return new Uri($"http://{listener.LocalEndpoint}/");

        async Task ServeAsync()
        {
            using var connection = await listener.AcceptTcpClientAsync();
            await using var stream = connection.GetStream();
            _ = await stream.ReadAsync(new byte[4096]);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf"u8.ToArray());
            connection.Client.Shutdown(SocketShutdown.Send);
        }
    }

    [Fact]
    public async Task SlowAnswer_IsWaitedForSoLong_AndNoLonger()
    {
        await using var receiver = await Receiver.StartAsync();
        var release = new TaskCompletionSource();
        receiver.Answer = (http, _) => release.Task.WaitAsync(http.RequestAborted).ContinueWith(_ => http.Response.StatusCode = 200, TaskScheduler.Default);
        var sent = SendAsync(receiver.Url);
        await receiver.NextAsync("the request");
        _time.Advance(TimeSpan.FromMilliseconds(WebhookLimits.Timeout.Ms - 1));
        sent.IsCompleted.Should().BeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        (await sent).Should().Be(new WebhookAnswer(0, "timeout"));
        release.SetResult();
    }

    [Fact]
    public async Task NobodyListens_IsNoAnswer()
    {
        Uri gone;
        await using (var receiver = await Receiver.StartAsync()) gone = receiver.Url;
        (await SendAsync(gone)).Should().Be(new WebhookAnswer(0, "unreachable"));
        (await SendAsync(new("https://nowhere.invalid/"), resolve: static _ => throw new SocketException((int)SocketError.HostNotFound)))
            .Should().Be(new WebhookAnswer(0, "unresolved"));
    }

    [Fact]
    public async Task CertificateOfNobody_IsNoAnswer()
    {
        await using var receiver = await Receiver.StartAsync();
        (await SendAsync(new UriBuilder(receiver.Url) { Scheme = "https" }.Uri)).Status.Should().Be(0, "a receiver that speaks no TLS is none");
        receiver.All.Should().BeEmpty();
    }

    [Theory]
    [InlineData("http://{0}/")]
    [InlineData("http://localhost:{1}/hook")]
    [InlineData("http://[::ffff:127.0.0.1]:{1}/hook")]
    [InlineData("http://2130706433:{1}/hook")]
    [InlineData("http://0x7f.1:{1}/hook")]
    [InlineData("http://0:{1}/hook")]
    [InlineData("https://{0}/")]
    public async Task Loopback_InWhateverForm_IsRefusedUnlessConfigured(string form)
    {
        await using var receiver = await Receiver.StartAsync();
        var url = new Uri(string.Format(System.Globalization.CultureInfo.InvariantCulture, form, receiver.Url.Authority, receiver.Url.Port));
        (await SendAsync(url, WebhookSettings.Default)).Should().Be(new WebhookAnswer(0, "refused-address"));
        receiver.All.Should().BeEmpty();
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("10.1.2.3")]
    [InlineData("::1")]
    [InlineData("fd00::1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("1.1.1.1,127.0.0.1")]
    public async Task Name_ThatLeadsInside_IsRefusedAfterTheLookUp(string addresses)
    {
        var answer = await SendAsync(
            new("https://hook.example/"), WebhookSettings.Default, _ => Task.FromResult<IPAddress[]>([.. addresses.Split(',').Select(IPAddress.Parse)]));
        answer.Should().Be(new WebhookAnswer(0, "refused-address"));
    }

    [Fact]
    public async Task PublicAddress_WithoutTls_IsRefused() =>
        (await SendAsync(new("http://hook.example/"), _loopback, _ => Task.FromResult<IPAddress[]>([IPAddress.Parse("1.1.1.1")])))
            .Should().Be(new WebhookAnswer(0, "refused-address"));

    /// <summary>A name that changes its mind between the look and the connection would be connected to where it was looked at.</summary>
    [Fact]
    public async Task Name_IsLookedUpOnce()
    {
        await using var receiver = await Receiver.StartAsync();
        var asked = 0;
        var answer = await SendAsync(
            new UriBuilder(receiver.Url) { Host = "hook.example" }.Uri, _loopback, _ => Task.FromResult<IPAddress[]>([asked++ == 0 ? IPAddress.Loopback : IPAddress.Parse("10.0.0.1")]));
        (answer.Status, asked).Should().Be((200, 1));
        (await receiver.NextAsync("the request")).Headers["Host"].Should().StartWith("hook.example");
    }

    [Theory]
    [InlineData("1.1.1.1", true)]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700:4700::1111", true)]
    [InlineData("::ffff:1.1.1.1", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.255.255.255", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("100.128.0.1", true)]
    [InlineData("127.255.255.254", false)]
    [InlineData("169.254.0.1", false)]
    [InlineData("172.15.255.255", true)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.0.0.1", false)]
    [InlineData("192.168.0.1", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("203.0.113.5", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("::7f00:1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2001::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fe80::1%1", false)]
    [InlineData("ff02::1", false)]
    public void Address_IsPublicOrNot(string address, bool isPublic) => PublicAddress.IsPublic(IPAddress.Parse(address)).Should().Be(isPublic);

    [Theory]
    [InlineData("http://example.com/", false, true)]
    [InlineData("https://example.com/", false, false)]
    [InlineData("https://10.0.0.1/", false, true)]
    [InlineData("https://[::1]/", false, true)]
    [InlineData("http://127.0.0.1:8080/", true, false)]
    [InlineData("https://10.0.0.1/", true, true)]
    public void Settings_SayEarlyWhatCanBeSaid(string url, bool loopback, bool refused) =>
        ((loopback ? _loopback : WebhookSettings.Default).Check(url) is not null).Should().Be(refused);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Settings_WithoutAProvider_RefuseStreams(bool hasStreams)
    {
        foreach (var settings in new[] { WebhookSettings.Default, _loopback })
            ((settings with { HasStreams = hasStreams }).Check("stream:told")?.Code).Should().Be(hasStreams ? null : RejectionCode.UnsupportedScheme);
    }

    public ValueTask DisposeAsync()
    {
        foreach (var one in _open) one.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<WebhookAnswer> SendAsync(Uri url, WebhookSettings? settings = null, Func<string, Task<IPAddress[]>>? resolve = null)
    {
        var transport = new WebhookTransport(settings ?? _loopback, _time, resolve is null ? null : (name, _) => resolve(name));
        _open.Add(transport);
        return transport.SendAsync(new(url, "evt_1", 7, ["v1,a", "v1,b"], "{}"u8.ToArray()), CancellationToken.None);
    }
}
