using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Gateway;

/// <summary>Payments of an account over channels that they find by themselves.</summary>
internal static class PaymentRoutes
{
    private const string Payment = "/accounts/{id}/payments/{payment}";

    public static void Map(RouteGroupBuilder routes)
    {
        routes.MapPut(Payment, (HttpContext http, GatewayPipeline gateway, string id, string payment) =>
            Submit<PaymentCommand.Begin>(http, gateway, Operations.BeginPayment, id, payment)).Command<PaymentCommand.Begin>("BeginPayment");
        routes.MapPost(Payment + "/stop", (HttpContext http, GatewayPipeline gateway, string id, string payment) =>
            Submit<PaymentCommand.Stop>(http, gateway, Operations.StopPayment, id, payment)).Command<PaymentCommand.Stop>("StopPayment");
        routes.MapGet(Payment, (HttpContext http, GatewayPipeline gateway, string id, string payment) => Name.TryParse(payment, out var name)
            ? gateway.ReadAsync(http, id, account => Grain(gateway, new(account, name)).Read())
            : BadName(http, gateway)).View<PaymentView>("ReadPayment");
        routes.MapGet(Payment + "/events", (HttpContext http, GatewayPipeline gateway, VersionFeed feed, string id, string payment) => Name.TryParse(payment, out var name)
            ? gateway.ForAccountAsync(http, id, async (_, account) => await Grain(gateway, new(account, name)).Read() is null
                ? GatewayPipeline.View<PaymentView>(null)
                : feed.Stream(http, "payment", last => Grain(gateway, new(account, name)).ReadAfter(last), static view => view.Version))
            : BadName(http, gateway)).Events("WatchPayment");
    }

    private static Task<IResult> Submit<T>(HttpContext http, GatewayPipeline gateway, string operation, string id, string payment)
        where T : PaymentCommand => Name.TryParse(payment, out var name)
        ? gateway.CommandAsync<T>(
            http, ApiScope.Channels, operation, id, payment, static (_, _) => null, (command, account) => Grain(gateway, new(account, name)).Submit(command))
        : BadName(http, gateway);

    private static Task<IResult> BadName(HttpContext http, GatewayPipeline gateway) =>
        gateway.RunAsync(http, ApiScope.Read, static _ => Task.FromResult(Problems.Result(GatewayPipeline.BadId(Name.Form))));

    private static IPaymentGrain Grain(GatewayPipeline gateway, PaymentRef payment) => gateway.Client.GetGrain<IPaymentGrain>(payment.Key);
}
