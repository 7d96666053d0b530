using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Notifications;

/// <summary>What is heard, and what comes of sending it.</summary>
public sealed partial class WebhookDecider
{
    /// <summary>Of two that listened from one position the first is heard: no row is passed over, and none comes into a line twice.</summary>
    private static Decision<WebhookEvent> OnHear(WebhookEndpoint endpoint, WebhookCommand.Hear command)
    {
        if (endpoint.Heard is not { } heard) return command.News.IsEmpty ? new WebhookEvent.Heard(command.Endpoint, command.Steps, []) : Nothing;
        if (endpoint.IsFull || command.News.Length > WebhookLimits.MaxHeard) return Nothing;
        foreach (var step in command.Steps)
            if (heard.GetValueOrDefault(step.Committer) != step.From || step.To <= step.From) return Nothing;
        return command.Steps.IsEmpty ? Nothing : new WebhookEvent.Heard(command.Endpoint, command.Steps, command.News);
    }

    /// <summary>An answer to what is no longer asked, as after two activations sent the same, changes nothing.</summary>
    private static Decision<WebhookEvent> OnPosted(WebhookEndpoint endpoint, WebhookPosted posted, Stamp stamp)
    {
        if (!IsAsked(endpoint, posted)) return Nothing;
        if (posted.Attempt is not { } attempt) return new WebhookEvent.Passed(endpoint.Name, posted.InLine, posted.Subject, posted.From, posted.Next);
        if (attempt.Succeeded) return new WebhookEvent.Delivered(endpoint.Name, posted.InLine, attempt, posted.Next);
        if (attempt.IsGone) return new WebhookEvent.Gone(endpoint.Name, attempt);
        if (WebhookLimits.PauseAfter(attempt.Number) is { } pause)
        {
            var leaves = posted.InLine && !endpoint.Ordered && endpoint.Retrying.Count < WebhookLimits.MaxRetrying;
            return new WebhookEvent.Failed(endpoint.Name, posted.InLine, leaves, attempt, posted.Next, stamp.Latest + Jittered(pause, attempt));
        }

        return endpoint.Dead.Count < WebhookLimits.MaxDead
            ? new WebhookEvent.GivenUp(endpoint.Name, posted.InLine, attempt, posted.Next)
            : new WebhookEvent.Filled(endpoint.Name, attempt);
    }

    /// <summary>An endpoint that was stopped meanwhile keeps what it took.</summary>
    private static bool IsAsked(WebhookEndpoint endpoint, WebhookPosted posted)
    {
        if (posted.Attempt is { } attempt && attempt.Number != posted.Attempts + 1) return false;
        if (posted.InLine) return endpoint.Lines.TryGetValue(posted.Subject, out var line) && line.Next == posted.From && line.Attempts == posted.Attempts && posted.Next > posted.From;
        return endpoint.Retrying.TryGetValue(WebhookRetry.KeyOf(posted.Subject, posted.From), out var retry) && retry.Attempts == posted.Attempts;
    }

    private static Decision<WebhookEvent> OnFound(WebhookEndpoint endpoint, WebhookFound found) =>
        endpoint.Resends.TryGetValue(found.Number, out var resend) && found.After >= resend.After && found.News.Length <= WebhookLimits.MaxRetrying - endpoint.Retrying.Count
            ? new WebhookEvent.Found(endpoint.Name, found.Number, found.News, found.After, found.IsWhole)
            : Nothing;

    /// <summary>Up to a tenth more, the same for each attempt of an event whoever works it out: what failed together comes apart.</summary>
    private static Span Jittered(Span pause, WebhookAttempt attempt)
    {
        var spread = EffectId.Of(Kind, attempt.Event, $"jitter/{attempt.Number}").ToByteArray()[0];
        return new(pause.Ms + (pause.Ms * spread / (10 * byte.MaxValue)));
    }
}
