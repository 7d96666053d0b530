using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Orleans.Runtime;
using TPWallet.Grains.Interfaces;

namespace TPWallet.Silo.Gateway;

/// <summary>
/// Server-sent events of a subject's durable versions: one event per change that a poll sees, its id the version, its data the whole view. A client
/// that comes back with Last-Event-ID gets the current view if it is newer; versions in between are folded into it. Only durable state is told.
/// </summary>
internal sealed class VersionFeed(TimeProvider clock, IHostApplicationLifetime lifetime)
{
    /// <summary>Interval between looks at the subject.</summary>
    public static TimeSpan Poll { get; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Looks in a row without news after which a comment keeps proxies from closing the connection (15 s).</summary>
    public const int QuietPolls = 60;

    /// <summary>Looks after which the stream ends; the client comes back with its last id (1 h).</summary>
    public const int MaxPolls = 14_400;

    private const string LastEventId = "Last-Event-ID";

    /// <summary>Streams until the client goes, the silo stops or the stream is old.</summary>
    public IResult Stream<T>(HttpContext http, string name, Func<long, Task<T?>> readAfter, Func<T, long> version)
        where T : class
    {
        var last = 0L;
        if (http.Request.Headers[LastEventId] is { Count: > 0 } given
            && (given is not [{ } text] || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out last)))
            return Problems.Result(new(RejectionCode.Malformed, $"{LastEventId}: a version", "another text"));
        return new Result(context => RunAsync(context, name, last, readAfter, version));
    }

    private async Task RunAsync<T>(HttpContext http, string name, long last, Func<long, Task<T?>> readAfter, Func<T, long> version)
        where T : class
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        var response = http.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        try
        {
            await WriteAsync(response, "retry: 1000\n\n", stop.Token);
            for (int poll = 0, quiet = 0; poll < MaxPolls; poll++)
            {
                if (await readAfter(last).WaitAsync(stop.Token) is { } view)
                {
                    (last, quiet) = (version(view), 0);
                    var data = JsonSerializer.Serialize(view, RequestBody.TypeOf<T>());
                    await WriteAsync(response, string.Create(CultureInfo.InvariantCulture, $"id: {last}\nevent: {name}\ndata: {data}\n\n"), stop.Token);
                }
                else if (++quiet >= QuietPolls)
                {
                    quiet = 0;
                    await WriteAsync(response, ": still here\n\n", stop.Token);
                }

                await Task.Delay(Poll, clock, stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The client has gone or the silo stops: the stream simply ends, and is resumed by its last id.
            return;
        }
        catch (Exception failure) when (failure is OrleansException or TimeoutException)
        {
            // So it does where the grain's silo is gone: the client comes back, and the grain lives elsewhere by then.
            return;
        }
    }

    private static async Task WriteAsync(HttpResponse response, string text, CancellationToken cancellationToken)
    {
        await response.WriteAsync(text, cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }

    private sealed class Result(Func<HttpContext, Task> run) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => run(httpContext);
    }
}
