using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Notifications;

namespace TPWallet.Silo.Gateway;

/// <summary>
/// An account's webhooks: who is told of it, what was sent, and what is to be sent again (docs/webhooks.md). A secret comes in with a command and never leaves; only accounts that
/// are registered have endpoints, since before that nobody can say whose they would be.
/// </summary>
internal static class WebhookRoutes
{
    private const string All = "/accounts/{id}/webhooks";
    private const string One = All + "/{endpoint}";

    public static void Map(RouteGroupBuilder routes)
    {
        routes.MapGet(All, (HttpContext http, GatewayPipeline gateway, string id) => gateway.ReadAsync<WebhooksView>(http, id, async account => await Grain(gateway, account).Read()))
            .View<WebhooksView>("ReadWebhooks");
        routes.MapGet(One, (HttpContext http, GatewayPipeline gateway, string id, string endpoint) => gateway.ReadAsync(
            http, id, async account => (await Grain(gateway, account).Read()).Endpoints.FirstOrDefault(view => view.Endpoint.Value == endpoint))).View<WebhookView>("ReadWebhook");
        routes.MapPut(One, (HttpContext http, GatewayPipeline gateway, WebhookSettings settings, string id, string endpoint) => gateway.CommandAsync<WebhookCommand.Add>(
            http, ApiScope.Admin, Operations.AddWebhook, id, endpoint,
            (command, _) => Same(endpoint, command.Endpoint) ?? settings.Check(command.Url),
            (command, account) => AddAsync(gateway, account, command))).Command<WebhookCommand.Add>("AddWebhook");
        routes.MapPost(One + "/update", (HttpContext http, GatewayPipeline gateway, WebhookSettings settings, string id, string endpoint) => Submit<WebhookCommand.Update>(
            http, gateway, Operations.UpdateWebhook, id, endpoint, command => Same(endpoint, command.Endpoint) ?? settings.Check(command.Url)))
            .Command<WebhookCommand.Update>("UpdateWebhook");
        routes.MapPost(One + "/remove", (HttpContext http, GatewayPipeline gateway, string id, string endpoint) => Submit<WebhookCommand.Remove>(
            http, gateway, Operations.RemoveWebhook, id, endpoint, command => Same(endpoint, command.Endpoint))).Command<WebhookCommand.Remove>("RemoveWebhook");
        routes.MapPost(One + "/rotate", (HttpContext http, GatewayPipeline gateway, string id, string endpoint) => Submit<WebhookCommand.Rotate>(
            http, gateway, Operations.RotateWebhook, id, endpoint, command => Same(endpoint, command.Endpoint))).Command<WebhookCommand.Rotate>("RotateWebhook");
        routes.MapPost(One + "/test", (HttpContext http, GatewayPipeline gateway, string id, string endpoint) => Submit<WebhookCommand.Try>(
            http, gateway, Operations.TryWebhook, id, endpoint, command => Same(endpoint, command.Endpoint))).Command<WebhookCommand.Try>("TestWebhook");
        routes.MapPost(One + "/resend", (HttpContext http, GatewayPipeline gateway, string id, string endpoint) => Submit<WebhookCommand.Resend>(
            http, gateway, Operations.ResendWebhook, id, endpoint, command => Same(endpoint, command.Endpoint))).Command<WebhookCommand.Resend>("ResendWebhook");
        MapLog(routes);
    }

    private static void MapLog(RouteGroupBuilder routes)
    {
        routes.MapGet(One + "/deliveries", (HttpContext http, GatewayPipeline gateway, string id, string endpoint, string? before, [Microsoft.AspNetCore.Mvc.FromQuery(Name = "event")] string? which, string? concerns, string? status) =>
            Number(before ?? "0") is { } from && (status is null ? -1 : Number(status)) is { } wanted && Name.TryParse(endpoint, out var name)
                ? gateway.ReadAsync(http, id, account => Grain(gateway, account).ReadDeliveries(new(name, from, which ?? "", concerns ?? "", (int)wanted)))
                : Bad(http, gateway, "the number of a delivery, and an HTTP status or 0")).View<DeliveryPage>("ReadDeliveries");
        routes.MapGet(One + "/dead-letters", (HttpContext http, GatewayPipeline gateway, string id, string endpoint, string? after) => Name.TryParse(endpoint, out var name)
            ? gateway.ReadAsync(http, id, account => Grain(gateway, account).ReadDeadLetters(name, after ?? ""))
            : Bad(http, gateway, Name.Form)).View<DeadLetterPage>("ReadDeadLetters");
    }

    private static Task<IResult> Submit<T>(HttpContext http, GatewayPipeline gateway, string operation, string id, string endpoint, Func<T, Rejection?> check)
        where T : WebhookCommand =>
        gateway.CommandAsync<T>(
            http, ApiScope.Admin, operation, id, endpoint, (command, _) => check(command), (command, account) => Grain(gateway, account).Submit(command));

    private static async Task<CommandReply> AddAsync(GatewayPipeline gateway, AccountId account, WebhookCommand.Add command) =>
        await gateway.Client.GetGrain<IAccountGrain>(account.ToString()).ReadLineage() is null
            ? new CommandReply.Refused(new(RejectionCode.NotRegistered, "a registered account", account.ToString()))
            : await Grain(gateway, account).Submit(command);

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= int.MaxValue ? number : null;

    private static Task<IResult> Bad(HttpContext http, GatewayPipeline gateway, string form) =>
        gateway.RunAsync(http, ApiScope.Read, _ => Task.FromResult(Problems.Result(GatewayPipeline.BadId(form))));

    private static Rejection? Same(string inPath, Name inBody) => AccountRoutes.Same("endpoint", inPath, inBody.ToString());

    private static IWebhookGrain Grain(GatewayPipeline gateway, AccountId account) => gateway.Client.GetGrain<IWebhookGrain>(account.ToString());
}
