using System.Globalization;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Notifications;

/// <summary>
/// An account's webhooks. The journal is the outbox: an endpoint keeps a position in it, and for each subject with something to tell a line of its rows.
/// <code>
///   journal ─Hear─▶ line of a subject ─post─▶ taken ─▶ the next row
///                     ▲        │ fails
///                     └────────┤ ordered: the line waits;  else the event is tried by itself and the line goes on
///                              └─ tenth failure ─▶ dead letter ─Resend─▶ tried again
///   told ─410 Gone, or no room for dead letters─▶ stopped ─Update─▶ told, from where it stopped
/// </code>
/// Nothing is dropped: a full or stopped endpoint keeps its position and goes on from there. At least once: an event whose outcome was not recorded is sent again under its
/// old id.
/// </summary>
public sealed partial class WebhookDecider : IMachine<WebhookState, WebhookCommand, WebhookEvent>
{
    private WebhookDecider()
    {
    }

    public static string Kind => "webhook";

    public static int CodeVersion => 1;

    public static WebhookState Empty(string key) => new(key, ImmutableSortedDictionary<Name, WebhookEndpoint>.Empty);

    public static WebhookCommand Tick(Guid commandId) => new WebhookCommand.Tick(commandId);

    public static Decision<WebhookEvent> Decide(WebhookState state, WebhookCommand command, Stamp stamp) => command switch
    {
        WebhookCommand.Add add => OnAdd(state, add),
        WebhookCommand.Tick => NextWake(state) is { } due && stamp.Earliest >= due ? new WebhookEvent.CameDue(stamp.Earliest) : Nothing,
        WebhookCommand.Hear hear => state.Endpoints.TryGetValue(hear.Endpoint, out var endpoint) ? OnHear(endpoint, hear) : Nothing,
        WebhookCommand.RecordPost { Posted: var posted } => state.Endpoints.TryGetValue(posted.Endpoint, out var endpoint) ? OnPosted(endpoint, posted, stamp) : Nothing,
        WebhookCommand.RecordFound { Found: var found } => state.Endpoints.TryGetValue(found.Endpoint, out var endpoint) ? OnFound(endpoint, found) : Nothing,
        WebhookCommand.Update update => On(state, update.Endpoint, endpoint => OnUpdate(endpoint, update)),
        WebhookCommand.Remove remove => On(state, remove.Endpoint, _ => new WebhookEvent.Removed(remove.Endpoint)),
        WebhookCommand.Rotate rotate => On(state, rotate.Endpoint, endpoint => OnRotate(endpoint, rotate, stamp)),
        WebhookCommand.Try test => On(state, test.Endpoint, endpoint => OnTry(endpoint, test)),
        WebhookCommand.Resend resend => On(state, resend.Endpoint, endpoint => OnResend(endpoint, resend)),
        _ => new Rejection(RejectionCode.UnsupportedKind, "a command of webhooks", command.GetType().Name),
    };

    /// <summary>What the account's endpoints show.</summary>
    public static WebhooksView View(WebhookState state, Instant now) => new([.. state.Endpoints.Values.Select(endpoint => new WebhookView(
        endpoint.Name, endpoint.Url, endpoint.Types, endpoint.Ordered, endpoint.Stop, endpoint.IsFull, endpoint.Keys.Count(key => key.Until is not { } until || until > now),
        endpoint.CreatedAt, endpoint.Lines.Count, endpoint.Retrying.Count, endpoint.Dead.Count, endpoint.Resends.Count, endpoint.Failures, endpoint.LastStatus,
        endpoint.LastSuccessAt))]);

    /// <summary>A page of an endpoint's dead letters after an event id; null where there is no such endpoint.</summary>
    public static DeadLetterPage? DeadLetters(WebhookState state, Name name, string after)
    {
        if (!state.Endpoints.TryGetValue(name, out var endpoint)) return null;
        var letters = endpoint.Dead.Where(entry => string.CompareOrdinal(entry.Key.Value, after) > 0).Take(WebhookLimits.MaxPage + 1).ToArray();
        return letters.Length > WebhookLimits.MaxPage
            ? new([.. letters.Take(WebhookLimits.MaxPage).Select(entry => entry.Value)], letters[WebhookLimits.MaxPage - 1].Key.Value)
            : new([.. letters.Select(entry => entry.Value)], "");
    }

    private static Decision<WebhookEvent> Nothing => ImmutableArray<WebhookEvent>.Empty;

    private static Decision<WebhookEvent> On(WebhookState state, Name name, Func<WebhookEndpoint, Decision<WebhookEvent>> decide) =>
        state.Endpoints.TryGetValue(name, out var endpoint) ? decide(endpoint) : new Rejection(RejectionCode.NotFound, "an endpoint of this account", name.ToString());

    private static Decision<WebhookEvent> OnAdd(WebhookState state, WebhookCommand.Add command)
    {
        if (WebhookForm.Check(command.Url, command.Types) is { } unfit) return unfit;
        if (!SealedText.IsSealed(command.Secret)) return new Rejection(RejectionCode.Malformed, "a sealed text", "another");
        if (state.Endpoints.ContainsKey(command.Endpoint)) return new Rejection(RejectionCode.AlreadyExists, "a new name", command.Endpoint.ToString());
        return state.Endpoints.Count < WebhookLimits.MaxEndpoints
            ? new WebhookEvent.Added(command.Endpoint, command.Url, command.Types, command.Ordered, command.Secret)
            : new Rejection(RejectionCode.TooLarge, $"at most {WebhookLimits.MaxEndpoints} endpoints of an account", $"{state.Endpoints.Count + 1}");
    }

    private static Decision<WebhookEvent> OnUpdate(WebhookEndpoint endpoint, WebhookCommand.Update command)
    {
        if (WebhookForm.Check(command.Url, command.Types) is { } unfit) return unfit;
        return command.Enabled && endpoint.Dead.Count >= WebhookLimits.MaxDead
            ? new Rejection(RejectionCode.TooLarge, $"fewer than {WebhookLimits.MaxDead} dead letters: resend some, or remove the endpoint", $"{endpoint.Dead.Count}")
            : new WebhookEvent.Updated(command.Endpoint, command.Url, command.Types, command.Ordered, command.Enabled);
    }

    private static Decision<WebhookEvent> OnRotate(WebhookEndpoint endpoint, WebhookCommand.Rotate command, Stamp stamp)
    {
        if (!SealedText.IsSealed(command.Secret)) return new Rejection(RejectionCode.Malformed, "a sealed text", "another");
        if (command.Overlap > WebhookLimits.MaxOverlap)
            return new Rejection(RejectionCode.TooLarge, $"an overlap of at most {WebhookLimits.MaxOverlap.Ms} ms", $"{command.Overlap.Ms}");
        if (endpoint.Keys.Any(key => key.Secret == command.Secret)) return new Rejection(RejectionCode.AlreadyExists, "a new secret", "one that signs already");
        var inForce = endpoint.Keys.Count(key => key.Until is not { } until || until > stamp.Earliest);
        return inForce < WebhookLimits.MaxSecrets || command.Overlap == Span.Zero
            ? new WebhookEvent.Rotated(command.Endpoint, command.Secret, stamp.Latest + command.Overlap)
            : new Rejection(RejectionCode.TooLarge, $"at most {WebhookLimits.MaxSecrets} secrets that sign at once: wait, or rotate without an overlap", $"{inForce + 1}");
    }

    private static Decision<WebhookEvent> OnTry(WebhookEndpoint endpoint, WebhookCommand.Try command)
    {
        if (endpoint.Stop != WebhookStop.None) return new Rejection(RejectionCode.WrongState, "an endpoint that is told", endpoint.Stop.ToString());
        return endpoint.Retrying.Count < WebhookLimits.MaxRetrying
            ? new WebhookEvent.Tried(command.Endpoint, $"{WebhookSubject.Test}{command.CommandId:n}")
            : TooManyRetries(endpoint);
    }

    private static Decision<WebhookEvent> OnResend(WebhookEndpoint endpoint, WebhookCommand.Resend command)
    {
        if (command.What.Length > WebhookLimits.MaxUrl) return new Rejection(RejectionCode.TooLarge, $"an id of at most {WebhookLimits.MaxUrl} characters", $"{command.What.Length}");
        if (endpoint.Stop is WebhookStop.Disabled or WebhookStop.Gone)
            return new Rejection(RejectionCode.WrongState, "an endpoint that is told", endpoint.Stop.ToString());
        if (endpoint.Retrying.Count >= WebhookLimits.MaxRetrying) return TooManyRetries(endpoint);
        if (command.OnlyFailed)
        {
            ImmutableArray<WebhookNews> found = [.. endpoint.Dead.Values.Where(letter => IsMeant(letter, command)).Take(WebhookLimits.MaxRetrying - endpoint.Retrying.Count)
                .Select(letter => new WebhookNews(letter.Last.Subject, letter.Last.Version, letter.Last.Version))];
            return found.IsEmpty
                ? new Rejection(RejectionCode.NotFound, "a dead letter", "none of these")
                : new WebhookEvent.Found(command.Endpoint, 0, found, 0, true);
        }

        return endpoint.Resends.Count < WebhookLimits.MaxResends
            ? new WebhookEvent.ResendWanted(command.Endpoint, endpoint.Resent + 1, command.What, command.Since)
            : new Rejection(RejectionCode.Overloaded, $"at most {WebhookLimits.MaxResends} resends under way", $"{endpoint.Resends.Count + 1}");
    }

    private static bool IsMeant(DeadLetter letter, WebhookCommand.Resend command) => letter.At >= command.Since
        && (command.What.Length == 0 || letter.Last.Event == command.What || letter.Last.Subject == command.What || letter.Last.Concerns.Contains(command.What));

    private static Rejection TooManyRetries(WebhookEndpoint endpoint) =>
        new(RejectionCode.Overloaded, $"fewer than {WebhookLimits.MaxRetrying} events that are tried again", endpoint.Retrying.Count.ToString(CultureInfo.InvariantCulture));
}
