using System.Globalization;
using System.Text.Json;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Notifications;

namespace TPWallet.Client;

/// <summary>
/// What a receiver checks before it believes a request (docs/webhooks.md): that it was signed with the endpoint's secret, and not long ago. Events come at least once and keep their
/// id: the receiver remembers ids for longer than the window, and drops what it has seen. Give the body as it came, byte for byte.
/// </summary>
public sealed class WebhookVerifier
{
    private readonly byte[][] _secrets;
    private readonly TimeProvider _clock;

    /// <param name="secrets">The endpoint's secret; while it is rotated, the old one too.</param>
    /// <exception cref="ArgumentException">None, or one that is no secret.</exception>
    public WebhookVerifier(IReadOnlyCollection<string> secrets, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        if (secrets.Count == 0) throw new ArgumentException("At least one secret is needed.", nameof(secrets));
        _secrets = [.. secrets.Select(secret => WebhookSecret.TryRead(secret) ?? throw new ArgumentException($"Expected {WebhookSecret.Form}.", nameof(secrets)))];
        _clock = clock ?? TimeProvider.System;
    }

    /// <summary>The id of an event that is genuine and fresh, and what it says; or why it must not be believed.</summary>
    /// <param name="id">Header webhook-id.</param>
    /// <param name="timestamp">Header webhook-timestamp.</param>
    /// <param name="signature">Header webhook-signature.</param>
    /// <param name="body">The whole body, before anything parsed it.</param>
    public Answer<WebhookMessage> Verify(string? id, string? timestamp, string? signature, ReadOnlySpan<byte> body)
    {
        if (CheckSigned(id, timestamp, signature, body) is { } unbelieved) return new Answer<WebhookMessage>.Refused(unbelieved);
        try
        {
            return JsonSerializer.Deserialize(body, NotificationJson.Default.Notification) is { } notification
                ? new Answer<WebhookMessage>.Given(new(id!, notification))
                : NoNotification();
        }
        catch (JsonException)
        {
            return NoNotification();
        }
    }

    /// <summary>Null if a body of whatever form was signed with one of the secrets, within <see cref="WebhookLimits.ReplayWindow"/>.</summary>
    public Rejection? CheckSigned(string? id, string? timestamp, string? signature, ReadOnlySpan<byte> body)
    {
        if (string.IsNullOrEmpty(id) || id.Contains('.', StringComparison.Ordinal)) return new(RejectionCode.Malformed, $"header {WebhookSignature.IdHeader}", "none, or another form");
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var at))
            return new(RejectionCode.Malformed, $"header {WebhookSignature.TimestampHeader} in seconds", "none, or another form");
        if (string.IsNullOrEmpty(signature)) return new(RejectionCode.Malformed, $"header {WebhookSignature.SignatureHeader}", "none");
        var age = _clock.GetUtcNow().ToUnixTimeSeconds() - at;
        if (Math.Abs(age) > WebhookLimits.ReplayWindow.Ms / 1000)
            return new(RejectionCode.Expired, $"a timestamp within {WebhookLimits.ReplayWindow.Ms / 1000} s of this machine's clock", $"{age} s old");
        foreach (var secret in _secrets)
            if (WebhookSignature.Verify(secret, id, at, body, signature)) return null;
        return new(RejectionCode.BadSignature, "a signature with the endpoint's secret", "another");
    }

    private static Answer<WebhookMessage>.Refused NoNotification() => new(new(RejectionCode.Malformed, "a notification", "another body"));
}

/// <summary>A request that was believed.</summary>
/// <param name="Id">The event's id: the same however often it is sent.</param>
public sealed record WebhookMessage(string Id, Notification Notification);
