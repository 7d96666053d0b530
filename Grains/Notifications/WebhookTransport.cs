using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using TPWallet.Grains.Interfaces.Notifications;

namespace TPWallet.Grains.Notifications;

/// <summary>A request that is signed already.</summary>
/// <param name="Signatures">One for each secret in force.</param>
public sealed record WebhookRequest(Uri Url, string Id, long UnixSeconds, ImmutableArray<string> Signatures, byte[] Body);

/// <summary>What came of it: a status, or a stable word for why there is none.</summary>
public readonly record struct WebhookAnswer(int Status, string Problem);

/// <summary>
/// Sends requests to addresses that strangers chose. Follows no redirect, uses no proxy, keeps no cookie, connects only to the very address that was looked at, reads little of
/// the answer and waits <see cref="WebhookLimits.Timeout"/> in all.
/// </summary>
public sealed class WebhookTransport : IDisposable
{
    private readonly WebhookSettings _settings;
    private readonly TimeProvider _time;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;
    private readonly HttpClient _http;

    /// <param name="resolve">Looks a name up; null: the system does.</param>
    public WebhookTransport(WebhookSettings settings, TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        (_settings, _time, _resolve) = (settings, time, resolve ?? Dns.GetHostAddressesAsync);
        _http = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            Credentials = null,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectCallback = ConnectAsync,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            MaxConnectionsPerServer = 2 * WebhookLimits.MaxInFlight,
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 0,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Sends once. What the world does is an answer; only the caller's own cancellation is thrown.</summary>
    public async Task<WebhookAnswer> SendAsync(WebhookRequest request, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(WebhookLimits.Timeout.Ms), _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var message = Message(request);
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, linked.Token);
            await DrainAsync(response, linked.Token);
            var status = (int)response.StatusCode;
            return new(status, status switch { >= 200 and < 300 => "", >= 300 and < 400 => "redirect", 410 => "gone", _ => "status" });
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new(0, "timeout");
        }
        catch (HttpRequestException failure)
        {
            return new(0, WordFor(failure));
        }
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Message(WebhookRequest request)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, request.Url) { Content = new ByteArrayContent(request.Body) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        message.Headers.UserAgent.Add(new ProductInfoHeaderValue("TPWallet", "1"));
        message.Headers.Add(WebhookSignature.IdHeader, request.Id);
        message.Headers.Add(WebhookSignature.TimestampHeader, request.UnixSeconds.ToString(CultureInfo.InvariantCulture));
        message.Headers.Add(WebhookSignature.SignatureHeader, string.Join(' ', request.Signatures));
        return message;
    }

    /// <summary>A short answer is read to its end, so that the connection can serve again; a long one ends with the connection. The status was said already.</summary>
    private static async Task DrainAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            var buffer = new byte[4096];
            var left = WebhookLimits.MaxAnswerBytes;
            while (left > 0 && await body.ReadAsync(buffer.AsMemory(0, Math.Min(left, buffer.Length)), cancellationToken) is > 0 and var read) left -= read;
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            // Who breaks off after the status has said what counts.
            return;
        }
    }

    /// <summary>The one place where a name becomes an address: what is looked at is what is connected to, so that a name which changes meanwhile leads nowhere else.</summary>
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await _resolve(host, cancellationToken);
        var plain = context.InitialRequestMessage.RequestUri!.Scheme == Uri.UriSchemeHttp;
        var fit = addresses.Where(address => PublicAddress.IsIn(_settings.Allowed, address) || (!plain && PublicAddress.IsPublic(address))).ToArray();

        // A name that leads to both is no better than one that leads only inside.
        if (fit.Length == 0 || fit.Length < addresses.Length) throw new RefusedAddressException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(fit, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string WordFor(HttpRequestException failure)
    {
        for (Exception? inner = failure; inner is not null; inner = inner.InnerException)
        {
            if (inner is RefusedAddressException) return "refused-address";
            if (inner is AuthenticationException) return "tls";
            if (inner is SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }) return "unresolved";
            if (inner is SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.TimedOut or SocketError.HostUnreachable or SocketError.NetworkUnreachable })
                return "unreachable";
        }

        return failure.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => "unresolved",
            HttpRequestError.ConnectionError => "unreachable",
            HttpRequestError.SecureConnectionError => "tls",
            _ => "broken-off",
        };
    }

    /// <summary>The name leads to an address that is not to be reached.</summary>
    private sealed class RefusedAddressException() : IOException("The address is not to be reached.");
}
