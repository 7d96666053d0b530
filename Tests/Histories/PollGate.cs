using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TPWallet.Tests.Chains;

namespace TPWallet.Tests.Histories;

/// <summary>
/// Stands before a node and holds the question with which a tracker begins each poll. So a history decides when the tracker looks, and knows when it has
/// done with what it saw: nothing depends on how fast the machine is.
/// </summary>
internal sealed class PollGate : IAsyncDisposable
{
    private const int MaxTries = 3;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(120);

    private readonly HttpClient _http = new();
    private readonly Uri _real;
    private readonly Func<string>? _credentials;
    private readonly SemaphoreSlim _allowed = new(0);
    private readonly SemaphoreSlim _asked = new(0);
    private LyingNode _server = null!;
    private volatile bool _open = true;
    private int _broken;

    private PollGate(Uri real, Func<string>? credentials) => (_real, _credentials) = (real, credentials);

    public Uri Endpoint => _server.Endpoint;

    /// <summary>Connections that the node ended under a question.</summary>
    public int Broken => Volatile.Read(ref _broken);

    /// <param name="credentials">What the node asks its callers for, if anything: "user:password".</param>
    public static async Task<PollGate> StartAsync(Uri real, Func<string>? credentials = null)
    {
        var gate = new PollGate(real, credentials);
        gate._server = await LyingNode.StartAsync(gate.AnswerAsync);
        return gate;
    }

    /// <summary>From now on polls wait; ends when one does.</summary>
    public async Task CloseAsync()
    {
        _open = false;
        await AskedAsync();
    }

    /// <summary>Lets one poll go, and ends when the next one asks: then that one is over, and all that it told is durable.</summary>
    public async Task PollAsync()
    {
        _allowed.Release();
        await AskedAsync();
    }

    /// <summary>Holds nothing any more.</summary>
    public void Open()
    {
        _open = true;
        _allowed.Release();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _http.Dispose();
        _allowed.Dispose();
        _asked.Dispose();
    }

    private async Task AskedAsync()
    {
        if (!await _asked.WaitAsync(Longest)) throw new TimeoutException($"Waited {Longest.TotalSeconds} s for the tracker's next poll.");
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (!_open && BeginsPoll(body.ToArray()))
        {
            _asked.Release();
            await _allowed.WaitAsync(context.RequestAborted);
        }

        using var response = await ForwardAsync(body.ToArray(), context.RequestAborted);
        context.Response.StatusCode = (int)response.StatusCode;
        await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    /// <summary>A node ends a connection that was idle, at times in the moment in which it is used again. A poll that came to nothing for that would prove nothing.</summary>
    private async Task<HttpResponseMessage> ForwardAsync(byte[] body, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            using var onward = new HttpRequestMessage(HttpMethod.Post, _real) { Content = new ByteArrayContent(body) };
            onward.Content.Headers.ContentType = new("application/json");
            if (_credentials is not null) onward.Headers.Authorization = new("Basic", Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(_credentials())));
            try
            {
                return await _http.SendAsync(onward, cancellationToken);
            }
            catch (HttpRequestException) when (tries < MaxTries)
            {
                Interlocked.Increment(ref _broken);
            }
        }
    }

    private static bool BeginsPoll(byte[] request)
    {
        using var json = JsonDocument.Parse(request);
        return json.RootElement.GetProperty("method").GetString() switch
        {
            "getbestblockhash" => true,
            "eth_getBlockByNumber" => json.RootElement.GetProperty("params")[0].GetString() == "latest",
            _ => false,
        };
    }
}
