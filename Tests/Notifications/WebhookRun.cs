using System.Globalization;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Notifications;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Notifications;

/// <summary>An account's webhooks driven by hand; every row of its subjects is told.</summary>
internal sealed class WebhookRun() : MachineRun<WebhookDecider, WebhookState, WebhookCommand, WebhookEvent>(
    new AccountId(new Bytes32(9)).ToString(), WebhookJson.Default.WebhookEvent, WebhookJson.Default.WebhookState)
{
    internal const string Sealed = "sealed:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    /// <summary>Another one.</summary>
    internal static string SealedWith(string letters) => $"sealed:{letters}{Sealed[("sealed:".Length + letters.Length)..]}";

    private long _batch;
    private int _ids;

    internal WebhookEndpoint Hook => State.Endpoints["hook"];

    internal WebhookView View => WebhookDecider.View(State, Now).Endpoints.Single();

    /// <summary>What is to be sent now.</summary>
    internal IReadOnlyList<WebhookPost> Posts => [.. Owed.Values.OfType<Effect.Notify>().Select(notify => notify.Post)];

    /// <summary>An endpoint that listens.</summary>
    internal WebhookRun Listening(bool ordered = true, Name? name = null)
    {
        Accept(new WebhookCommand.Add(Id(), name ?? "hook", "https://example.com/hook", [], ordered, Sealed));
        Accept(new WebhookCommand.Hear(Id(), name ?? "hook", [new(1, 0, 1)], []));
        _batch = Math.Max(_batch, 1);
        return this;
    }

    /// <summary>The next batch has these rows.</summary>
    internal WebhookRun Hears(params ReadOnlySpan<WebhookNews> news)
    {
        Accept(new WebhookCommand.Hear(Id(), "hook", [new(1, _batch, _batch + 1)], [.. news])).Should().ContainSingle();
        _batch++;
        return this;
    }

    /// <summary>What came of sending.</summary>
    internal ImmutableArray<WebhookEvent> Posted(WebhookPost post, int status, string problem = "") => Accept(new WebhookCommand.RecordPost(Id(), Result(post, status, problem)));

    /// <summary>The one event that is to be sent was, with this outcome.</summary>
    internal ImmutableArray<WebhookEvent> Posted(int status, string problem = "") => Posted(Posts.Should().ContainSingle().Subject, status, problem);

    internal WebhookPosted Result(WebhookPost post, int status, string problem = "")
    {
        var attempt = new WebhookAttempt(
            EventOf(post.Subject, post.From), post.Subject, post.From, "leg.mined", [Key, post.Subject[(post.Subject.IndexOf('/', StringComparison.Ordinal) + 1)..]],
            post.Attempts + 1, status, problem, 7);
        return new(post.Endpoint, post.Subject, post.From, post.Attempts, post.InLine, attempt, post.From + 1);
    }

    internal static string EventOf(string subject, long version) => string.Create(CultureInfo.InvariantCulture, $"evt:{subject}:{version}");

    internal Guid Id() => People.Id(string.Create(CultureInfo.InvariantCulture, $"webhook {++_ids}"));
}
