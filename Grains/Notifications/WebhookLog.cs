using System.Text.Json;
using TPWallet.Domain.Notifications;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;

namespace TPWallet.Grains.Notifications;

/// <summary>The delivery log: the webhooks' own stream, read where somebody asks.</summary>
public sealed class WebhookLog(IJournal journal, IJournalFeed feed, NoticeRows rows)
{
    /// <summary>Rows of the stream that one answer looks at.</summary>
    public const int MaxRows = 4096;

    private const int Page = 512;

    /// <summary>Attempts at an endpoint, newest first.</summary>
    public async Task<DeliveryPage> ReadAsync(StreamId stream, DeliveryQuery query, CancellationToken cancellationToken)
    {
        var found = ImmutableArray.CreateBuilder<Delivery>();
        var before = query.Before > 0 ? query.Before : (await journal.ReadHeadAsync(stream, cancellationToken)).Version + 1;
        for (var looked = 0; looked < MaxRows && before > 1; looked += Page)
        {
            var from = Math.Max(1, before - Page);
            var some = await journal.ReadAsync(stream, from, (int)(before - from), cancellationToken);
            for (var i = some.Count - 1; i >= 0; i--)
            {
                if (DeliveryOf(some[i], query.Endpoint) is not { } delivery || !IsMeant(delivery, query)) continue;
                found.Add(delivery);
                if (found.Count == WebhookLimits.MaxPage) return new(found.ToImmutable(), some[i].Version > 1 ? some[i].Version : 0);
            }

            before = from;
        }

        return new(found.ToImmutable(), before > 1 ? before : 0);
    }

    /// <summary>A part of what a resend concerns: see <see cref="WebhookCommand.Resend"/>.</summary>
    public async Task<WebhookFound> FindAsync(string tenant, WebhookSearch search, CancellationToken cancellationToken)
    {
        var what = search.Resend.What;
        if (NotificationId.TryParse(what) is { } one) return new(search.Endpoint, search.Number, await OneAsync(search.Owner, one, cancellationToken), 0, true);
        if (Name.TryParse(what, out _) && StreamId.Of(tenant, "packet", $"{search.Owner}/{what}") is var packet
            && (await journal.ReadHeadAsync(packet, cancellationToken)).Version is > 0 and var head)
            return await OfPacketAsync(tenant, search, head, cancellationToken);
        return await OfLogAsync(StreamId.Of(tenant, WebhookDecider.Kind, search.Owner), search, cancellationToken);
    }

    private async Task<ImmutableArray<WebhookNews>> OneAsync(string owner, (Guid Stream, long Version) one, CancellationToken cancellationToken) =>
        await feed.FindStreamsAsync([new(one.Stream)], cancellationToken) is [var name] && WebhookSubject.Of(name.Kind, name.Key) is { } known && known.Owner == owner
            && (await journal.ReadHeadAsync(name.Id, cancellationToken)).Version >= one.Version
            ? [new(known.Subject, one.Version, one.Version)]
            : [];

    private async Task<WebhookFound> OfPacketAsync(string tenant, WebhookSearch search, long head, CancellationToken cancellationToken)
    {
        var subject = $"packet/{search.Resend.What}";
        var (told, next) = await rows.ReadAsync(tenant, search.Owner, subject, search.Resend.After + 1, head, [], cancellationToken);
        var some = told.Where(row => row.At >= search.Resend.Since).Take(WebhookDecider.FoundAtOnce).ToArray();
        var after = some.Length == WebhookDecider.FoundAtOnce ? some[^1].Version : next - 1;
        return new(search.Endpoint, search.Number, [.. some.Select(row => new WebhookNews(subject, row.Version, row.Version))], after, after >= head);
    }

    /// <summary>Up to the row by which the resend was asked for: what it sends itself is behind that.</summary>
    private async Task<WebhookFound> OfLogAsync(StreamId stream, WebhookSearch search, CancellationToken cancellationToken)
    {
        var (found, after) = (new SortedSet<(string Subject, long Version)>(), search.Resend.After);
        for (var looked = 0; looked < MaxRows; looked += Page)
        {
            var some = await journal.ReadAsync(stream, after + 1, Page, cancellationToken);
            foreach (var row in some)
            {
                after = row.Version;
                var said = Read(row);
                if (said is WebhookEvent.ResendWanted wanted && wanted.Endpoint == search.Endpoint && wanted.Number == search.Number) return Answer(isWhole: true);
                if (AttemptOf(said, search.Endpoint) is not { } ended || row.AtUnixMs < search.Resend.Since.UnixMs || !IsMeant(ended, search.Resend.What)) continue;
                found.Add((ended.Subject, ended.Version));
                if (found.Count == WebhookDecider.FoundAtOnce) return Answer(isWhole: false);
            }

            if (some.Count == 0) return Answer(isWhole: true);
        }

        return Answer(isWhole: false);

        WebhookFound Answer(bool isWhole) =>
            new(search.Endpoint, search.Number, [.. found.Select(one => new WebhookNews(one.Subject, one.Version, one.Version))], after, isWhole);
    }

    /// <summary>The attempt by which an event was taken or given up.</summary>
    private static WebhookAttempt? AttemptOf(WebhookEvent? said, Name endpoint) => said switch
    {
        WebhookEvent.Delivered e when e.Endpoint == endpoint => e.Attempt,
        WebhookEvent.GivenUp e when e.Endpoint == endpoint => e.Attempt,
        _ => null,
    };

    private static bool IsMeant(WebhookAttempt attempt, string what) => what.Length == 0 || attempt.Subject == what || attempt.Event == what || attempt.Concerns.Contains(what);

    private static bool IsMeant(Delivery delivery, DeliveryQuery query) => (query.Event.Length == 0 || delivery.Attempt.Event == query.Event)
        && (query.Status < 0 || delivery.Attempt.Status == query.Status) && IsMeant(delivery.Attempt, query.Concerns);

    private static Delivery? DeliveryOf(JournalRow row, Name endpoint) => Read(row) switch
    {
        WebhookEvent.Delivered e when e.Endpoint == endpoint => Of(row, "delivered", e.Attempt, null),
        WebhookEvent.Failed e when e.Endpoint == endpoint => Of(row, "failed", e.Attempt, e.NextAt),
        WebhookEvent.GivenUp e when e.Endpoint == endpoint => Of(row, "dead", e.Attempt, null),
        WebhookEvent.Gone e when e.Endpoint == endpoint => Of(row, "gone", e.Attempt, null),
        WebhookEvent.Filled e when e.Endpoint == endpoint => Of(row, "failed", e.Attempt, null),
        _ => null,
    };

    private static Delivery Of(JournalRow row, string fate, WebhookAttempt attempt, Instant? nextAt) => new(row.Version, new(row.AtUnixMs), fate, attempt, nextAt);

    /// <summary>Null for what the shell wrote.</summary>
    private static WebhookEvent? Read(JournalRow row) => row.Type.StartsWith("webhook.", StringComparison.Ordinal)
        ? JsonSerializer.Deserialize(row.Payload.Span, WebhookJson.Default.WebhookEvent)
        : null;
}
