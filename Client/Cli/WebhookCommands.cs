using System.CommandLine;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Cli;

/// <summary>tpw webhook: who is told of an account, what was sent, what is to be sent again. Changes need an API key with scope Admin.</summary>
internal static class WebhookCommands
{
    public static Command Create() => new("webhook", "Tells receivers of what happens to an account (docs/webhooks.md). Changes need an API key with scope Admin.")
    {
        List(), Add(), Update(), Remove(), Rotate(), Test(), Resend(), Deliveries(), DeadLetters(),
    };

    private static Command List()
    {
        var account = Session.AccountArgument();
        return new Command("list", "The account's endpoints, and how they are.") { account }.Runs(async (session, cancellationToken) =>
        {
            var view = await (await session.WebhooksAsync(cancellationToken)).ReadAsync(session.Get(account), cancellationToken)
                ?? throw Session.NotFound($"account {session.Get(account)}");
            session.Report.Show(view, ContractJson.Default.WebhooksView, console =>
            {
                if (view.Endpoints.IsEmpty) Report.Line(console, "nobody is told");
                foreach (var one in view.Endpoints)
                {
                    Report.Line(
                        console,
                        $"{one.Endpoint} {one.Url}: {(one.Stop == WebhookStop.None ? "told" : $"stopped, {one.Stop}")}{(one.Ordered ? ", in order" : "")}{(one.IsFull ? ", full" : "")}; "
                        + $"{one.Waiting} subjects wait, {one.Retrying} events tried again, {one.Dead} dead letters, {one.Failures} failures since the last success, last status {one.LastStatus}");
                }
            });
            return ExitCode.Done;
        });
    }

    private static Command Add()
    {
        var (account, endpoint, url, types, ordered, file) =
            (Session.AccountArgument(), EndpointArgument(), UrlOption(required: true), TypesOption(), OrderedOption(), SecretOption());
        return new Command("add", "Tells an endpoint of everything from now on, and shows the secret that it checks signatures with: this once.")
        {
            account, endpoint, url, types, ordered, file,
        }.Runs(async (session, cancellationToken) =>
        {
            var secret = await SecretAsync(session.Find(file), cancellationToken);
            var reply = await (await session.WebhooksAsync(cancellationToken)).AddAsync(
                session.Key, session.Get(account), session.Get(endpoint), session.Get(url), [.. session.Find(types) ?? []], session.Get(ordered), secret, cancellationToken);
            return session.Report.Reply(reply, session.Key, ("secret", secret));
        });
    }

    private static Command Update()
    {
        var (account, endpoint, url, types) = (Session.AccountArgument(), EndpointArgument(), UrlOption(required: false), TypesOption());
        var (ordered, enabled) = (new Option<bool?>("--ordered") { Description = "true or false; default: as it is." }, new Option<bool?>("--enabled") { Description = "true: goes on, from where it stopped. false: stops. Default: as it is." });
        return new Command("update", "Changes what is named, leaves the rest. Types: those that are named are all that it wants.")
        {
            account, endpoint, url, types, ordered, enabled,
        }.Runs(async (session, cancellationToken) =>
        {
            var webhooks = await session.WebhooksAsync(cancellationToken);
            var (id, name) = (session.Get(account), session.Get(endpoint));
            var old = await webhooks.ReadAsync(id, name, cancellationToken) ?? throw Session.NotFound($"endpoint {name}");
            return session.Report.Reply(
                await webhooks.UpdateAsync(
                    session.Key, id, name, session.Find(url) ?? old.Url, session.Find(types) is { Length: > 0 } wanted ? [.. wanted] : old.Types,
                    session.Find(ordered) ?? old.Ordered, session.Find(enabled) ?? old.Stop == WebhookStop.None, cancellationToken),
                session.Key);
        });
    }

    private static Command Remove()
    {
        var (account, endpoint) = (Session.AccountArgument(), EndpointArgument());
        return new Command("remove", "Ends an endpoint. What it was not told, it never will be.") { account, endpoint }.Runs(async (session, cancellationToken) => session.Report.Reply(
            await (await session.WebhooksAsync(cancellationToken)).RemoveAsync(session.Key, session.Get(account), session.Get(endpoint), cancellationToken), session.Key));
    }

    private static Command Rotate()
    {
        var (account, endpoint, file) = (Session.AccountArgument(), EndpointArgument(), SecretOption());
        var overlap = new Option<int>("--overlap-hours") { Description = "So long the old secret signs too (default 24, at most 168).", DefaultValueFactory = _ => 24 };
        return new Command("rotate", "Makes a new secret and shows it, this once.") { account, endpoint, overlap, file }.Runs(async (session, cancellationToken) =>
        {
            var secret = await SecretAsync(session.Find(file), cancellationToken);
            var reply = await (await session.WebhooksAsync(cancellationToken)).RotateAsync(
                session.Key, session.Get(account), session.Get(endpoint), secret, Span.Hours(session.Get(overlap)), cancellationToken);
            return session.Report.Reply(reply, session.Key, ("secret", secret));
        });
    }

    private static Command Test()
    {
        var (account, endpoint) = (Session.AccountArgument(), EndpointArgument());
        return new Command("test", "Sends an event of type webhook.test; \"tpw webhook deliveries\" shows what came of it.") { account, endpoint }.Runs(
            async (session, cancellationToken) => session.Report.Reply(
                await (await session.WebhooksAsync(cancellationToken)).TestAsync(session.Key, session.Get(account), session.Get(endpoint), cancellationToken), session.Key));
    }

    private static Command Resend()
    {
        var (account, endpoint, since) = (Session.AccountArgument(), EndpointArgument(), SinceOption());
        var what = new Argument<string>("what")
        {
            Description = "An event id, a packet id, or anything else that events concern: a transaction hash, the account id. Nothing: all.",
            DefaultValueFactory = _ => "",
        };
        var failed = new Option<bool>("--dead") { Description = "Only what was given up." };
        return new Command("resend", "Sends events again, under their old ids and out of order.") { account, endpoint, what, since, failed }.Runs(
            async (session, cancellationToken) => session.Report.Reply(
                await (await session.WebhooksAsync(cancellationToken)).ResendAsync(
                    session.Key, session.Get(account), session.Get(endpoint), session.Get(what),
                    new(session.Find(since)?.ToUnixTimeMilliseconds() ?? 0), session.Get(failed), cancellationToken),
                session.Key));
    }

    private static Command Deliveries()
    {
        var (account, endpoint) = (Session.AccountArgument(), EndpointArgument());
        var before = new Option<long>("--before") { Description = "Older than this number.", DefaultValueFactory = _ => 0 };
        var which = new Option<string?>("--event") { Description = "One event." };
        var concerns = new Option<string?>("--concerns") { Description = "A subject, or an id that the event concerns." };
        var status = new Option<int?>("--status") { Description = "One HTTP status; 0: those without." };
        return new Command("deliveries", "What was sent and answered, newest first.") { account, endpoint, before, which, concerns, status }.Runs(
            async (session, cancellationToken) =>
            {
                var query = new DeliveryQuery(session.Get(endpoint), session.Get(before), session.Find(which) ?? "", session.Find(concerns) ?? "", session.Find(status) ?? -1);
                var page = await (await session.WebhooksAsync(cancellationToken)).ReadDeliveriesAsync(session.Get(account), query, cancellationToken)
                    ?? throw Session.NotFound($"endpoint {session.Get(endpoint)}");
                session.Report.Show(page, ContractJson.Default.DeliveryPage, console =>
                {
                    foreach (var one in page.Deliveries)
                        Report.Line(console, $"{one.Number} {one.At} {one.Attempt.Type} {one.Attempt.Event} attempt {one.Attempt.Number}: {one.Fate}, {Outcome(one.Attempt)}, {one.Attempt.DurationMs} ms");
                    if (page.Next > 0) Report.Line(console, $"more with --before {page.Next}");
                });
                return ExitCode.Done;
            });
    }

    private static Command DeadLetters()
    {
        var (account, endpoint) = (Session.AccountArgument(), EndpointArgument());
        var after = new Option<string?>("--after") { Description = "Where the page before ended." };
        return new Command("dead", "Events that were given up; \"tpw webhook resend --dead\" sends them again.") { account, endpoint, after }.Runs(async (session, cancellationToken) =>
        {
            var page = await (await session.WebhooksAsync(cancellationToken)).ReadDeadLettersAsync(
                session.Get(account), session.Get(endpoint), session.Find(after) ?? "", cancellationToken) ?? throw Session.NotFound($"endpoint {session.Get(endpoint)}");
            session.Report.Show(page, ContractJson.Default.DeadLetterPage, console =>
            {
                if (page.Letters.IsEmpty) Report.Line(console, "nothing was given up");
                foreach (var one in page.Letters) Report.Line(console, $"{one.At} {one.Last.Type} {one.Last.Event}: {Outcome(one.Last)} after {one.Last.Number} attempts");
                if (page.Next.Length > 0) Report.Line(console, $"more with --after {page.Next}");
            });
            return ExitCode.Done;
        });
    }

    /// <summary>A secret of one's own makes a command that can be repeated under its idempotency key.</summary>
    private static async Task<string> SecretAsync(string? file, CancellationToken cancellationToken) =>
        file is null ? WebhookSecret.New() : (await File.ReadAllTextAsync(file, cancellationToken)).Trim();

    private static Option<string?> SecretOption() => new("--secret-file") { Description = $"File with the secret: {WebhookSecret.Form} (default: a new one)." };

    private static string Outcome(WebhookAttempt attempt) => attempt.Status > 0 ? $"status {attempt.Status}" : attempt.Problem;

    private static Argument<Name> EndpointArgument() => Session.NameArgument("endpoint", "The endpoint's name.");

    private static Option<string> UrlOption(bool required) => new("--url") { Description = "https address, without credentials; or \"stream:\" and a name, for the account's stream.", Required = required };

    private static Option<string[]> TypesOption() =>
        new("--type") { Description = "A type it wants, such as leg.mined or leg.*; may be repeated (default: all).", AllowMultipleArgumentsPerToken = true };

    private static Option<bool> OrderedOption() => new("--ordered") { Description = "An event that is not taken holds back those after it of the same subject." };

    private static Option<DateTimeOffset?> SinceOption() => new("--since") { Description = "Nothing older, such as 2026-01-31T12:00:00Z (default: of any time)." };
}
