using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Notifications;

/// <summary>What webhooks keep of their events.</summary>
public sealed partial class WebhookDecider
{
    public static WebhookState Evolve(WebhookState state, WebhookEvent @event, Instant at)
    {
        var now = @event is WebhookEvent.CameDue due && due.At > at ? due.At : at;
        return Evolved(state with { Now = now > state.Now ? now : state.Now, Turns = state.Turns + 1 }, @event, at);
    }

    private static WebhookState Evolved(WebhookState state, WebhookEvent @event, Instant at) => @event switch
    {
        WebhookEvent.Added e => With(state, New(e, at)),
        WebhookEvent.Updated e => Change(state, e.Endpoint, endpoint => endpoint with
        {
            Url = e.Url,
            Types = e.Types,
            Ordered = e.Ordered,
            Stop = e.Enabled ? WebhookStop.None : WebhookStop.Disabled,
        }),
        WebhookEvent.Removed e => state with { Endpoints = state.Endpoints.Remove(e.Endpoint) },
        WebhookEvent.Rotated e => Change(state, e.Endpoint, endpoint => endpoint with { Keys = Rotated(endpoint.Keys, e, at) }),
        WebhookEvent.Tried e => Change(state, e.Endpoint, endpoint => Retried(endpoint, new(e.Subject, 0, 0, at, state.Turns))),
        WebhookEvent.ResendWanted e => Change(
            state, e.Endpoint, endpoint => endpoint with { Resent = e.Number, Resends = endpoint.Resends.Add(e.Number, new(e.What, e.Since, 0)) }),
        WebhookEvent.Found e => Change(state, e.Endpoint, endpoint => Found(endpoint, e, at, state.Turns)),
        WebhookEvent.Heard e => Change(state, e.Endpoint, endpoint => Heard(endpoint, e, at, state.Turns)),
        WebhookEvent.Delivered e => Change(state, e.Endpoint, endpoint => Done(endpoint, e.InLine, e.Attempt.Subject, e.Attempt.Version, e.Next, at, state.Turns) with
        {
            Dead = endpoint.Dead.Remove(e.Attempt.Event),
            Failures = 0,
            LastStatus = e.Attempt.Status,
            LastSuccessAt = at,
        }),
        WebhookEvent.Failed e => Change(state, e.Endpoint, endpoint => Failing(Failed(endpoint, e, at, state.Turns), e.Attempt)),
        WebhookEvent.GivenUp e => Change(state, e.Endpoint, endpoint => Failing(
            Done(endpoint, e.InLine, e.Attempt.Subject, e.Attempt.Version, e.Next, at, state.Turns) with { Dead = endpoint.Dead.SetItem(e.Attempt.Event, new(e.Attempt, at)) },
            e.Attempt)),
        WebhookEvent.Gone e => Change(state, e.Endpoint, endpoint => Failing(endpoint, e.Attempt) with { Stop = WebhookStop.Gone }),
        WebhookEvent.Filled e => Change(state, e.Endpoint, endpoint => Failing(endpoint, e.Attempt) with { Stop = WebhookStop.DeadLettersFull }),
        WebhookEvent.Passed e => Change(state, e.Endpoint, endpoint => Done(endpoint, e.InLine, e.Subject, e.From, e.Next, at, state.Turns)),
        WebhookEvent.CameDue => state,
        _ => throw new UnreachableException($"No such event: {@event.GetType().Name}."),
    };

    private static WebhookEndpoint New(WebhookEvent.Added e, Instant at) => new(
        e.Endpoint, e.Url, e.Types, e.Ordered, [new(e.Secret, null)], at, WebhookStop.None, null,
        ImmutableSortedDictionary<StateKey, WebhookLine>.Empty, ImmutableSortedDictionary<StateKey, WebhookRetry>.Empty,
        ImmutableSortedDictionary<StateKey, DeadLetter>.Empty, ImmutableSortedDictionary<long, WebhookResend>.Empty);

    private static WebhookState With(WebhookState state, WebhookEndpoint endpoint) => state with { Endpoints = state.Endpoints.SetItem(endpoint.Name, endpoint) };

    private static WebhookState Change(WebhookState state, Name name, Func<WebhookEndpoint, WebhookEndpoint> change) => With(state, change(state.Endpoints[name]));

    /// <summary>The new one signs first; of the older ones those that are in force, until then at most.</summary>
    private static ImmutableArray<WebhookKey> Rotated(ImmutableArray<WebhookKey> keys, WebhookEvent.Rotated e, Instant at) =>
    [
        new(e.Secret, null),
        .. keys.Select(key => key with { Until = key.Until is { } until && until < e.Until ? until : e.Until }).Where(key => key.Until > at).Take(WebhookLimits.MaxSecrets - 1),
    ];

    private static WebhookEndpoint Heard(WebhookEndpoint endpoint, WebhookEvent.Heard e, Instant at, long turn)
    {
        var (heard, lines) = ((endpoint.Heard ?? ImmutableSortedDictionary<int, long>.Empty).ToBuilder(), endpoint.Lines.ToBuilder());
        foreach (var step in e.Steps) heard[step.Committer] = step.To;
        foreach (var news in e.News)
        {
            lines[news.Subject] = lines.TryGetValue(news.Subject, out var line)
                ? Joined(line, news, at)
                : new(news.From, news.Through, 0, at, turn);
        }

        return endpoint with { Heard = heard.ToImmutable(), Lines = lines.ToImmutable() };
    }

    /// <summary>Rows of an earlier version that were read later, as after a move between committers far behind, are told all the same.</summary>
    private static WebhookLine Joined(WebhookLine line, WebhookNews news, Instant at)
    {
        var through = Math.Max(line.Through, news.Through);
        return news.From < line.Next ? new(news.From, through, 0, at, line.Turn) : line with { Through = through };
    }

    private static WebhookEndpoint Found(WebhookEndpoint endpoint, WebhookEvent.Found e, Instant at, long turn)
    {
        foreach (var news in e.News) endpoint = Retried(endpoint, new(news.Subject, news.From, 0, at, turn));
        if (e.Number == 0)
        {
            var again = e.News.Select(news => (news.Subject, news.From)).ToImmutableSortedSet();
            return endpoint with { Dead = endpoint.Dead.RemoveRange(endpoint.Dead.Where(dead => again.Contains((dead.Value.Last.Subject, dead.Value.Last.Version))).Select(dead => dead.Key)) };
        }

        return endpoint with
        {
            Resends = e.IsWhole ? endpoint.Resends.Remove(e.Number) : endpoint.Resends.SetItem(e.Number, endpoint.Resends[e.Number] with { After = e.After }),
        };
    }

    private static WebhookEndpoint Retried(WebhookEndpoint endpoint, WebhookRetry retry) =>
        endpoint with { Retrying = endpoint.Retrying.SetItem(WebhookRetry.KeyOf(retry.Subject, retry.Version), retry) };

    private static WebhookEndpoint Failing(WebhookEndpoint endpoint, WebhookAttempt attempt) => endpoint with { Failures = endpoint.Failures + 1, LastStatus = attempt.Status };

    /// <summary>The line goes on with the next row, or is at its end; what was tried by itself is done.</summary>
    private static WebhookEndpoint Done(WebhookEndpoint endpoint, bool inLine, string subject, long version, long next, Instant at, long turn)
    {
        if (!inLine) return endpoint with { Retrying = endpoint.Retrying.Remove(WebhookRetry.KeyOf(subject, version)) };
        var line = endpoint.Lines[subject];
        return endpoint with { Lines = next > line.Through ? endpoint.Lines.Remove(subject) : endpoint.Lines.SetItem(subject, new(next, line.Through, 0, at, turn)) };
    }

    private static WebhookEndpoint Failed(WebhookEndpoint endpoint, WebhookEvent.Failed e, Instant at, long turn)
    {
        var (subject, version) = (e.Attempt.Subject, e.Attempt.Version);
        var retry = new WebhookRetry(subject, version, e.Attempt.Number, e.NextAt, turn);
        if (!e.InLine) return Retried(endpoint, retry);
        if (e.Leaves) return Retried(Done(endpoint, inLine: true, subject, version, e.Next, at, turn), retry);
        return endpoint with { Lines = endpoint.Lines.SetItem(subject, new(version, endpoint.Lines[subject].Through, e.Attempt.Number, e.NextAt, turn)) };
    }
}
