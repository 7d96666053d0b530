using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TPWallet.Domain.Dapps;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Dapps;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Gateway;

/// <summary>
/// What operators record of contracts, and how far those are trusted. As a chain, a contract is everyone's: its routes want a key of the silo's own tenant that names all
/// accounts, and the operator in the body is the key that signed the request.
/// </summary>
internal static class DappRoutes
{
    private const string All = "/operator/dapps";
    private const string Dapp = All + "/{chain}/{address}";
    private const int MaxKey = 128;

    public static void Map(RouteGroupBuilder routes, string tenant)
    {
        routes.MapGet(All, (HttpContext http, GatewayPipeline gateway, string? after, int? most, int? least) => OperatorRoutes.ForAllAsync(
            http, gateway, tenant, async _ => after is { Length: > MaxKey } || most is < 1 or > DappPage.Max || least is < 0 or > DappScore.Full
                ? Problems.Result(GatewayPipeline.BadId($"after, of at most {MaxKey} characters, most, of 1 to {DappPage.Max}, and least, of 0 to {DappScore.Full}"))
                : GatewayPipeline.View(await List(gateway).Read(after, most ?? DappPage.Max, least ?? 0).WaitAsync(http.RequestAborted)))).View<DappPage>("ReadDapps");
        routes.MapGet(Dapp, (HttpContext http, GatewayPipeline gateway, string chain, string address) => OnDappAsync(
            http, gateway, tenant, (chain, address), async (_, grain) => GatewayPipeline.View(await grain.Read().WaitAsync(http.RequestAborted)))).View<DappView>("ReadDapp");
        Post<DappCommand.RecordAudit>(routes, tenant, "/audits", Operations.RecordDappAudit, "RecordDappAudit", static command => command.Operator);
        Post<DappCommand.RecordSource>(routes, tenant, "/source", Operations.RecordDappSource, "RecordDappSource", static command => command.Operator);
        Post<DappCommand.Withdraw>(routes, tenant, "/withdraw", Operations.WithdrawFromDapp, "WithdrawFromDapp", static command => command.Operator);
        Post<DappCommand.RecordHolders>(routes, tenant, "/holders", Operations.RecordDappHolders, "RecordDappHolders", static command => command.Operator);
        Post<DappCommand.RecordIncident>(routes, tenant, "/incidents", Operations.RecordDappIncident, "RecordDappIncident", static command => command.Operator);
        Post<DappCommand.Override>(routes, tenant, "/override", Operations.OverrideDapp, "OverrideDapp", static command => command.Operator);
        Post<DappCommand.EndOverride>(routes, tenant, "/override/end", Operations.EndDappOverride, "EndDappOverride", static command => command.Operator);
        Post<DappCommand.Look>(routes, tenant, "/look", Operations.LookAtDapp, "LookAtDapp", static command => command.Operator);
    }

    private static void Post<T>(RouteGroupBuilder routes, string tenant, string path, string operation, string name, Func<T, Name> operatorOf)
        where T : DappCommand =>
        routes.MapPost(Dapp + path, (HttpContext http, GatewayPipeline gateway, string chain, string address) => OnDappAsync(
            http, gateway, tenant, (chain, address), async (call, grain) =>
            {
                var (command, rejection) = GatewayPipeline.Parse<T>(call, operation, $"{chain}/{address}");
                rejection ??= OperatorRoutes.Same(call, operatorOf(command!).Value);
                return rejection is null ? await gateway.AnswerAsync(call, command!, () => grain.Submit(command!)) : Problems.Result(rejection);
            })).Command<T>(name);

    private static Task<IResult> OnDappAsync(
        HttpContext http, GatewayPipeline gateway, string tenant, (string Chain, string Address) path, Func<GatewayCall, IDappGrain, Task<IResult>> handler) =>
        OperatorRoutes.ForAllAsync(http, gateway, tenant, call =>
            ChainId.TryParse(path.Chain, out var chain) && chain.IsEvm && Address.TryParse(path.Address, out var address)
                ? handler(call, gateway.Client.GetGrain<IDappGrain>(DappKey.Of(chain, address)))
                : Task.FromResult(Problems.Result(GatewayPipeline.BadId($"an EVM chain, and {Address.Form}"))));

    private static IDappListGrain List(GatewayPipeline gateway) => gateway.Client.GetGrain<IDappListGrain>(DappPage.Key);
}
