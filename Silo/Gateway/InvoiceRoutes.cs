using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Gateway;

/// <summary>Invoices of an account: what it asks to be paid over its channels.</summary>
internal static class InvoiceRoutes
{
    private const string Invoice = "/accounts/{id}/invoices/{invoice}";

    public static void Map(RouteGroupBuilder routes)
    {
        routes.MapPut(Invoice, (HttpContext http, GatewayPipeline gateway, string id, string invoice) =>
            Submit<InvoiceCommand.Create>(http, gateway, Operations.CreateInvoice, id, invoice)).Command<InvoiceCommand.Create>("CreateInvoice");
        routes.MapPost(Invoice + "/cancel", (HttpContext http, GatewayPipeline gateway, string id, string invoice) =>
            Submit<InvoiceCommand.Cancel>(http, gateway, Operations.CancelInvoice, id, invoice)).Command<InvoiceCommand.Cancel>("CancelInvoice");
        routes.MapGet(Invoice, (HttpContext http, GatewayPipeline gateway, string id, string invoice) => Name.TryParse(invoice, out var name)
            ? gateway.ReadAsync(http, id, account => Grain(gateway, new(account, name)).Read())
            : BadName(http, gateway)).View<InvoiceView>("ReadInvoice");
        routes.MapGet(Invoice + "/events", (HttpContext http, GatewayPipeline gateway, VersionFeed feed, string id, string invoice) => Name.TryParse(invoice, out var name)
            ? gateway.ForAccountAsync(http, id, async (_, account) => await Grain(gateway, new(account, name)).Read() is null
                ? GatewayPipeline.View<InvoiceView>(null)
                : feed.Stream(http, "invoice", last => Grain(gateway, new(account, name)).ReadAfter(last), static view => view.Version))
            : BadName(http, gateway)).Events("WatchInvoice");
    }

    private static Task<IResult> Submit<T>(HttpContext http, GatewayPipeline gateway, string operation, string id, string invoice)
        where T : InvoiceCommand => Name.TryParse(invoice, out var name)
        ? gateway.CommandAsync<T>(
            http, ApiScope.Channels, operation, id, invoice, static (_, _) => null, (command, account) => Grain(gateway, new(account, name)).Submit(command))
        : BadName(http, gateway);

    private static Task<IResult> BadName(HttpContext http, GatewayPipeline gateway) =>
        gateway.RunAsync(http, ApiScope.Read, static _ => Task.FromResult(Problems.Result(GatewayPipeline.BadId(Name.Form))));

    private static IInvoiceGrain Grain(GatewayPipeline gateway, InvoiceRef invoice) => gateway.Client.GetGrain<IInvoiceGrain>(invoice.Key);
}
