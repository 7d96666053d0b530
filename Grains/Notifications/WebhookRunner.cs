using System.Text.Json;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Notifications;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Personal;

namespace TPWallet.Grains.Notifications;

/// <summary>
/// Tells receivers. Everything about a request follows from the journal's row but its timestamp and signatures, so that whoever sends it again sends the same event. A row or a
/// secret that cannot be read is no attempt: the effect is tried again.
/// </summary>
/// <param name="tenant">The journal's.</param>
public sealed class WebhookRunner(NoticeRows rows, WebhookLog log, PersonalTexts texts, WebhookTransport transport, WebhookStreams streams, TimeProvider time, string tenant)
{
    public async Task<EffectResult> RunAsync(Effect.Notify effect, CancellationToken cancellationToken)
    {
        var post = effect.Post;
        var (told, next) = await FindAsync(post, cancellationToken);
        if (told is null) return new EffectResult.Notified(new(post.Endpoint, post.Subject, post.From, post.Attempts, post.InLine, null, next));
        var begun = time.GetTimestamp();
        var answer = await SendAsync(post, told, cancellationToken);
        var attempt = new WebhookAttempt(
            told.Id, post.Subject, told.Version, told.Notice.Type, told.Notice.Concerns, post.Attempts + 1, answer.Status, answer.Problem,
            (long)time.GetElapsedTime(begun).TotalMilliseconds);
        return new EffectResult.Notified(new(post.Endpoint, post.Subject, post.From, post.Attempts, post.InLine, attempt, next));
    }

    public async Task<EffectResult> RunAsync(Effect.FindNotices effect, CancellationToken cancellationToken) =>
        new EffectResult.NoticesFound(await log.FindAsync(tenant, effect.Search, cancellationToken));

    /// <summary>The first row that is told, and the version after which the next one may come; null where none is.</summary>
    private async Task<(Told? Event, long Next)> FindAsync(WebhookPost post, CancellationToken cancellationToken)
    {
        if (post.Subject.StartsWith(WebhookSubject.Test, StringComparison.Ordinal))
            return (new(NotificationId.OfTest(post.Subject), 0, new(time.GetUtcNow().ToUnixTimeMilliseconds()), NoticeReader.Test(post.Owner, post.Subject)), 1);
        var (told, next) = await rows.ReadAsync(
            tenant, post.Owner, post.Subject, post.From, post.Through, post.InLine ? post.Types : [], cancellationToken);
        if (told.Count == 0) return (null, next);
        var first = told[0];
        return (new(NotificationId.Of(first.Stream.Value, first.Version), first.Version, first.At, first.Notice), told.Count > 1 ? told[1].Version : next);
    }

    private async Task<WebhookAnswer> SendAsync(WebhookPost post, Told told, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(told.Notice.ToNotification(told.At), NotificationJson.Default.Notification);
        if (body.Length > WebhookLimits.MaxPayloadBytes) return new(0, "too-large");
        var now = new Instant(time.GetUtcNow().ToUnixTimeMilliseconds());
        var signatures = ImmutableArray.CreateBuilder<string>();
        foreach (var key in post.Keys)
        {
            if (key.Until is { } until && until <= now) continue;
            if (WebhookSecret.TryRead(await texts.OpenAsync(WebhookSecrets.SubjectOf(post.Owner), key.Secret, cancellationToken)) is not { } secret) return new(0, "no-secret");
            signatures.Add(WebhookSignature.Sign(secret, told.Id, WebhookSignature.Seconds(now), body));
        }

        var request = new WebhookRequest(new Uri(post.Url), told.Id, WebhookSignature.Seconds(now), signatures.ToImmutable(), body);
        return WebhookStream.TryRead(post.Url) is { } space
            ? await streams.SendAsync(space, post.Owner, request, cancellationToken)
            : await transport.SendAsync(request, cancellationToken);
    }

    private sealed record Told(string Id, long Version, Instant At, Notice Notice);
}
