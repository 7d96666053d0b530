using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Gateway;

/// <summary>Accounts: register, read, keys, changes, freeze, events.</summary>
internal static class AccountRoutes
{
    public static void Map(RouteGroupBuilder routes)
    {
        routes.MapPost("/accounts", (HttpContext http, GatewayPipeline gateway) => RegisterAsync(http, gateway))
            .Command<AccountCommand.Register>("RegisterAccount");
        routes.MapGet("/accounts/{id}", (HttpContext http, GatewayPipeline gateway, string id) =>
            gateway.ReadAsync(http, id, account => Grain(gateway, account).Read())).View<AccountView>("ReadAccount");
        routes.MapGet("/accounts/{id}/lineage", (HttpContext http, GatewayPipeline gateway, string id) =>
            gateway.ReadAsync(http, id, account => Grain(gateway, account).ReadLineage())).View<AccountLineage>("ReadLineage");
        routes.MapGet("/accounts/{id}/events", (HttpContext http, GatewayPipeline gateway, VersionFeed feed, string id) =>
            gateway.ForAccountAsync(http, id, async (_, account) => await Grain(gateway, account).Read() is null
                ? GatewayPipeline.View<AccountView>(null)
                : feed.Stream(http, "account", last => Grain(gateway, account).ReadAfter(last), view => view.Version))).Events("WatchAccount");
        routes.MapPost("/accounts/{id}/keys", (HttpContext http, GatewayPipeline gateway, string id) =>
            Submit<AccountCommand.RequestKey>(http, gateway, ApiScope.Admin, Operations.RequestKey, id, (command, _) => Check(command)))
            .Command<AccountCommand.RequestKey>("RequestKey");
        routes.MapPost("/accounts/{id}/changes", (HttpContext http, GatewayPipeline gateway, string id) =>
            Submit<AccountCommand.ProposeChange>(http, gateway, ApiScope.Propose, Operations.ProposeChange, id,
                (command, account) => Same("account", account.ToString(), command.Proposal.Account.ToString())))
            .Command<AccountCommand.ProposeChange>("ProposeChange");
        routes.MapPost("/accounts/{id}/changes/{change}/votes", (HttpContext http, GatewayPipeline gateway, string id, string change) =>
            gateway.CommandAsync<AccountCommand.VoteOnChange>(http, ApiScope.Propose, Operations.VoteOnChange, id, change,
                (command, _) => Same("change", change, command.Change.ToString()),
                (command, account) => Grain(gateway, account).Submit(command))).Command<AccountCommand.VoteOnChange>("VoteOnChange");
        routes.MapPost("/accounts/{id}/freeze", (HttpContext http, GatewayPipeline gateway, string id) =>
            Submit<AccountCommand.Freeze>(http, gateway, ApiScope.Propose, Operations.Freeze, id, static (_, _) => null))
            .Command<AccountCommand.Freeze>("FreezeAccount");
    }

    /// <summary>Null if path and body name the same thing.</summary>
    internal static Rejection? Same(string what, string inPath, string inBody) =>
        inPath == inBody ? null : new(RejectionCode.Malformed, $"{what} {inPath}, as in the path", $"{what} {inBody}");

    /// <summary>The account id is the hash of the genesis, so here the body names the subject.</summary>
    private static Task<IResult> RegisterAsync(HttpContext http, GatewayPipeline gateway) => gateway.RunAsync(http, ApiScope.Admin, async call =>
    {
        var (command, rejection) = GatewayPipeline.Parse<AccountCommand.Register>(call, Operations.RegisterAccount, "");
        if (command is null) return Problems.Result(rejection!);
        if (command.Genesis.Tenant != call.Key.Tenant)
            return Problems.Result(new(RejectionCode.MissingScope, $"tenant {call.Key.Tenant}", $"tenant {command.Genesis.Tenant}"));
        var account = Canonical.AccountId(command.Genesis);
        return AccountAccess.CheckListed(call.Key, account) is { } denied
            ? Problems.Result(denied)
            : await gateway.AnswerAsync(call, command, () => gateway.Tenants.RegisterAsync(
                call.Key.Tenant, async () => await Grain(gateway, account).ReadLineage() is not null, () => Grain(gateway, account).Submit(command)));
    });

    private static Task<IResult> Submit<T>(
        HttpContext http, GatewayPipeline gateway, ApiScope scope, string operation, string id, Func<T, AccountId, Rejection?> check)
        where T : AccountCommand =>
        gateway.CommandAsync(http, scope, operation, id, "", check, (command, account) => Grain(gateway, account).Submit(command));

    private static Rejection? Check(AccountCommand.RequestKey command) => Enum.IsDefined(command.Tier)
        ? null
        : new(RejectionCode.Malformed, string.Join(", ", Enum.GetNames<Tier>()), $"{command.Tier}");

    private static IAccountGrain Grain(GatewayPipeline gateway, AccountId account) => gateway.Client.GetGrain<IAccountGrain>(account.ToString());
}
