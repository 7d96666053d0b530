using System.Globalization;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Notifications;

/// <summary>What an account's webhooks want done.</summary>
public sealed partial class WebhookDecider
{
    /// <summary>Events that one look for a resend may add.</summary>
    public const int FoundAtOnce = 64;

    public static ImmutableSortedDictionary<string, Effect> Owed(WebhookState state)
    {
        var owed = ImmutableSortedDictionary.CreateBuilder<string, Effect>(StringComparer.Ordinal);
        foreach (var endpoint in state.Endpoints.Values)
        {
            if (endpoint.Stop != WebhookStop.None) continue;
            owed.Add($"listen/{endpoint.Name}", new Effect.Listen(endpoint.Name));
            foreach (var due in Due(state, endpoint).OrderBy(static due => due.Turn).Take(WebhookLimits.MaxInFlight))
            {
                var post = PostOf(state, endpoint, due.Key, due.InLine);
                owed.Add(IntentOf(post), new Effect.Notify(post));
            }

            if (WebhookLimits.MaxRetrying - endpoint.Retrying.Count < FoundAtOnce) continue;
            foreach (var (number, resend) in endpoint.Resends)
            {
                owed.Add(
                    string.Create(CultureInfo.InvariantCulture, $"find/{endpoint.Name}/{number}/{resend.After}"),
                    new Effect.FindNotices(new(state.Owner, endpoint.Name, number, resend)));
            }
        }

        return owed.ToImmutable();
    }

    public static WebhookCommand? Resume(WebhookState state, string intent, EffectResult result) => result switch
    {
        EffectResult.Notified { Posted: var posted } => new WebhookCommand.RecordPost(EffectId.ResultOf(Kind, state.Owner, $"{intent}/{posted.Next}/{state.Turns}"), posted),
        EffectResult.NoticesFound { Found: var found } => new WebhookCommand.RecordFound(EffectId.ResultOf(Kind, state.Owner, $"{intent}/{state.Turns}"), found),
        _ => null,
    };

    public static Instant? NextWake(WebhookState state)
    {
        var next = (Instant?)null;
        foreach (var endpoint in state.Endpoints.Values)
        {
            if (endpoint.Stop != WebhookStop.None) continue;
            foreach (var line in endpoint.Lines.Values) next = Sooner(next, line.NotBefore, state.Now);
            foreach (var retry in endpoint.Retrying.Values) next = Sooner(next, retry.NotBefore, state.Now);
        }

        return next;
    }

    private static IEnumerable<(long Turn, StateKey Key, bool InLine)> Due(WebhookState state, WebhookEndpoint endpoint)
    {
        foreach (var (subject, line) in endpoint.Lines)
            if (line.NotBefore <= state.Now) yield return (line.Turn, subject, true);
        foreach (var (key, retry) in endpoint.Retrying)
            if (retry.NotBefore <= state.Now) yield return (retry.Turn, key, false);
    }

    private static WebhookPost PostOf(WebhookState state, WebhookEndpoint endpoint, StateKey key, bool inLine)
    {
        var (subject, from, through, attempts) = inLine
            ? (key.Value, endpoint.Lines[key].Next, endpoint.Lines[key].Through, endpoint.Lines[key].Attempts)
            : (endpoint.Retrying[key].Subject, endpoint.Retrying[key].Version, endpoint.Retrying[key].Version, endpoint.Retrying[key].Attempts);
        return new(state.Owner, endpoint.Name, endpoint.Url, endpoint.Types, endpoint.Keys, subject, from, through, attempts, inLine);
    }

    private static string IntentOf(WebhookPost post) =>
        string.Create(CultureInfo.InvariantCulture, $"post/{post.Endpoint}/{(post.InLine ? "line" : "again")}/{post.Subject}#{post.From}/{post.Attempts}");

    private static Instant? Sooner(Instant? next, Instant at, Instant now) => at > now && (next is not { } known || at < known) ? at : next;
}
