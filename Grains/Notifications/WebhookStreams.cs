using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Notifications;

/// <summary>
/// Puts requests on the account's stream instead of sending them. It is taken when the provider says so: the embedded runtime's when every subscriber has taken it, one with a
/// queue when that holds it.
/// </summary>
/// <param name="provider">Null where none is configured.</param>
public sealed class WebhookStreams(Func<IStreamProvider?> provider, TimeProvider time, ILogger<WebhookStreams> log)
{
    /// <summary>Taken (RFC 9110, 202 Accepted).</summary>
    private const int Accepted = 202;

    /// <summary>Puts it on the stream once. What a provider or a subscriber does is an answer; only the caller's own cancellation is thrown.</summary>
    /// <param name="owner">The account id.</param>
    public async Task<WebhookAnswer> SendAsync(Name space, string owner, WebhookRequest request, CancellationToken cancellationToken)
    {
        if (provider() is not { } streams) return new(0, "no-stream");
        var item = new WebhookItem(
            request.Id, request.UnixSeconds.ToString(CultureInfo.InvariantCulture), string.Join(' ', request.Signatures), ImmutableCollectionsMarshal.AsImmutableArray(request.Body));
        try
        {
            var stream = streams.GetStream<WebhookItem>(Orleans.Runtime.StreamId.Create(space.Value, owner));
            await stream.OnNextAsync(item).WaitAsync(TimeSpan.FromMilliseconds(WebhookLimits.Timeout.Ms), time, cancellationToken);
            return new(Accepted, "");
        }
        catch (TimeoutException)
        {
            return new(0, "timeout");
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            log.LogWarning(failure, "Event {Event} was not taken by the stream {Namespace} of {Account}; it is tried again.", request.Id, space, owner);
            return new(0, "not-taken");
        }
    }
}
