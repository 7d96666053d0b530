using TPWallet.Domain.Notifications;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Notifications;

/// <summary>Webhooks' events lie in users' journals for ever.</summary>
public sealed class WebhookGoldenTests
{
    private readonly WebhookRun _run = new();

    [Fact]
    public void Events_All_AreStoredAsTheyWere()
    {
        var news = new WebhookNews("packet/a", 1, 2);
        var attempt = _run.Listening().Hears(news).Result(_run.Posts.Single(), 503, "status").Attempt!;
        GoldenFiles.ShouldHold<WebhookEvent>("webhook", WebhookJson.Default.WebhookEvent,
        [
            .. _run.Events,
            new WebhookEvent.Updated("hook", "https://example.com/new", ["leg.*"], false, true), new WebhookEvent.Removed("hook"),
            new WebhookEvent.Rotated("hook", WebhookRun.Sealed, People.Start), new WebhookEvent.Tried("hook", "test/1"),
            new WebhookEvent.ResendWanted("hook", 1, "packet/a", People.Start), new WebhookEvent.Found("hook", 1, [news], 7, true),
            new WebhookEvent.Delivered("hook", true, attempt with { Status = 200, Problem = "" }, 2), new WebhookEvent.Failed("hook", true, false, attempt, 2, People.Start),
            new WebhookEvent.GivenUp("hook", false, attempt, 2), new WebhookEvent.Gone("hook", attempt with { Status = 410, Problem = "gone" }),
            new WebhookEvent.Passed("hook", true, "packet/a", 1, 2), new WebhookEvent.Filled("hook", attempt), new WebhookEvent.CameDue(People.Start),
        ]);
    }
}
