using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Towers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Gateway;

/// <summary>
/// What an operator may do: hold new spending of an account or a chain back, let it go on, take nodes out of use. The operator that becomes part of the event
/// is the API key that signed the request, so that nobody acts in another's name. A chain is everyone's: its routes want a key of the silo's own tenant
/// that names all accounts.
/// </summary>
internal static class OperatorRoutes
{
    private const string Account = "/operator/accounts/{id}";
    private const string Chain = "/operator/chains/{chain}";
    private const string Node = Chain + "/nodes/{node}";

    public static void Map(RouteGroupBuilder routes, string tenant)
    {
        routes.MapPost(Account + "/stop", (HttpContext http, GatewayPipeline gateway, string id) =>
            SubmitAsync<AccountCommand.StopByOperator>(http, gateway, Operations.StopAccount, id, command => command.Operator.Value))
            .Command<AccountCommand.StopByOperator>("StopAccount");
        routes.MapPost(Account + "/resume", (HttpContext http, GatewayPipeline gateway, string id) =>
            SubmitAsync<AccountCommand.ResumeByOperator>(http, gateway, Operations.ResumeAccount, id, command => command.Operator.Value))
            .Command<AccountCommand.ResumeByOperator>("ResumeAccount");
        routes.MapPost(Account + "/erase", (HttpContext http, GatewayPipeline gateway, string id) =>
            SubmitAsync<AccountCommand.ErasePersonal>(http, gateway, Operations.EraseAccount, id, command => command.Operator.Value))
            .Command<AccountCommand.ErasePersonal>("EraseAccount");
        routes.MapPost(Chain + "/stop", (HttpContext http, GatewayPipeline gateway, string chain) =>
            TrackAsync<TrackerCommand.StopByOperator>(http, gateway, tenant, Operations.StopChain, chain, command => command.Operator.Value))
            .Command<TrackerCommand.StopByOperator>("StopChain");
        routes.MapPost(Chain + "/resume", (HttpContext http, GatewayPipeline gateway, string chain) =>
            TrackAsync<TrackerCommand.ResumeByOperator>(http, gateway, tenant, Operations.ResumeChain, chain, command => command.Operator.Value))
            .Command<TrackerCommand.ResumeByOperator>("ResumeChain");
        routes.MapPost(Chain + "/resume-from", (HttpContext http, GatewayPipeline gateway, string chain) =>
            TrackAsync<TrackerCommand.Resume>(http, gateway, tenant, Operations.ResumeChainFrom, chain, command => command.Operator))
            .Command<TrackerCommand.Resume>("ResumeChainFrom");
        routes.MapGet(Chain + "/service", (HttpContext http, GatewayPipeline gateway, string chain) =>
            OnChainAsync(http, gateway, tenant, chain, async (_, id) => GatewayPipeline.View(await ServiceAsync(gateway, id, http.RequestAborted))))
            .View<ChainService>("ReadChainService");
        routes.MapGet(Node, (HttpContext http, GatewayPipeline gateway, string chain, string node) =>
            OnChainAsync(http, gateway, tenant, chain, async (_, id) => Name.TryParse(node, out var name)
                ? GatewayPipeline.View(await Grain(gateway, id, name).Read().WaitAsync(http.RequestAborted))
                : Problems.Result(GatewayPipeline.BadId(Name.Form)))).View<NodeView>("ReadNode");
        routes.MapPost(Node + "/cordon", (HttpContext http, GatewayPipeline gateway, string chain, string node) =>
            NodeAsync<SupernodeCommand.Cordon>(http, gateway, tenant, Operations.CordonNode, (chain, node), command => command.Operator, command => command.Reason))
            .Command<SupernodeCommand.Cordon>("CordonNode");
        routes.MapPost(Node + "/uncordon", (HttpContext http, GatewayPipeline gateway, string chain, string node) =>
            NodeAsync<SupernodeCommand.Uncordon>(http, gateway, tenant, Operations.UncordonNode, (chain, node), command => command.Operator, _ => null))
            .Command<SupernodeCommand.Uncordon>("UncordonNode");
        routes.MapPost(Node + "/reinstate", (HttpContext http, GatewayPipeline gateway, string chain, string node) =>
            NodeAsync<SupernodeCommand.Reinstate>(http, gateway, tenant, Operations.ReinstateNode, (chain, node), command => command.Operator, command => command.Reason))
            .Command<SupernodeCommand.Reinstate>("ReinstateNode");
        routes.MapGet(Node + "/evidence", (HttpContext http, GatewayPipeline gateway, string chain, string node) =>
            OnChainAsync(http, gateway, tenant, chain, async (_, id) => Name.TryParse(node, out var name)
                ? GatewayPipeline.View(await Grain(gateway, id, name).ReadEvidence().WaitAsync(http.RequestAborted))
                : Problems.Result(GatewayPipeline.BadId(Name.Form)))).View<NodeEvidence>("ReadNodeEvidence");
        routes.MapGet("/operator/announcements", (HttpContext http, GatewayPipeline gateway) => ForAllAsync(http, gateway, tenant, async _ =>
            GatewayPipeline.View(await gateway.Client.GetGrain<IGossipGrain>(GossipCommand.Key).Read().WaitAsync(http.RequestAborted)))).View<GossipView>("ReadAnnouncements");
        routes.MapGet("/operator/towers/{customer}/{channel}/{side}", (HttpContext http, GatewayPipeline gateway, string customer, string channel, string side) =>
            ForAllAsync(http, gateway, tenant, async _ => Name.TryParse(customer, out var peer) && ChannelRoutes.Parse(channel, side) is { } of
                ? await gateway.Client.GetGrain<ITowerGrain>(new TowerRef(peer, of).Key).Read().WaitAsync(http.RequestAborted) is { } view
                    ? GatewayPipeline.View(view)
                    : Problems.Result(new(RejectionCode.NotFound, "a side that is guarded here", $"{customer}/{of}"))
                : Problems.Result(GatewayPipeline.BadId($"{Name.Form}, and a channel's side")))).View<TowerView>("ReadTower");
    }

    private static Task<IResult> SubmitAsync<T>(HttpContext http, GatewayPipeline gateway, string operation, string id, Func<T, string> operatorOf)
        where T : AccountCommand =>
        gateway.CommandAsync<T>(
            http, ApiScope.Operator, operation, id, "",
            (call, command, _) => Same(call, operatorOf(command)),
            (command, account) => gateway.Client.GetGrain<IAccountGrain>(account.ToString()).Submit(command));

    private static Task<IResult> TrackAsync<T>(
        HttpContext http, GatewayPipeline gateway, string tenant, string operation, string chain, Func<T, string> operatorOf)
        where T : TrackerCommand =>
        OnChainAsync(http, gateway, tenant, chain, async (call, id) =>
        {
            var (command, rejection) = GatewayPipeline.Parse<T>(call, operation, chain);
            rejection ??= Same(call, operatorOf(command!));
            return rejection is null
                ? await gateway.AnswerAsync(call, command!, () => gateway.Client.GetGrain<IChainTrackerGrain>(id.ToString()).Submit(command!))
                : Problems.Result(rejection);
        });

    private static Task<IResult> NodeAsync<T>(
        HttpContext http,
        GatewayPipeline gateway,
        string tenant,
        string operation,
        (string Chain, string Node) path,
        Func<T, string> operatorOf,
        Func<T, string?> reasonOf)
        where T : SupernodeCommand =>
        OnChainAsync(http, gateway, tenant, path.Chain, async (call, id) =>
        {
            if (!Name.TryParse(path.Node, out var node)) return Problems.Result(GatewayPipeline.BadId(Name.Form));
            var (command, rejection) = GatewayPipeline.Parse<T>(call, operation, $"{path.Chain}/{path.Node}");
            rejection ??= Same(call, operatorOf(command!)) ?? (reasonOf(command!) is { } reason ? OperatorStop.CheckReason(reason) : null);
            return rejection is null
                ? await gateway.AnswerAsync(call, command!, () => Grain(gateway, id, node).Submit(command!))
                : Problems.Result(rejection);
        });

    private static Task<IResult> OnChainAsync(
        HttpContext http, GatewayPipeline gateway, string tenant, string chain, Func<GatewayCall, ChainId, Task<IResult>> handler) =>
        ForAllAsync(http, gateway, tenant, call => ChainId.TryParse(chain, out var id) && id.HasNodes
            ? handler(call, id)
            : Task.FromResult(Problems.Result(GatewayPipeline.BadId(ChainId.Form))));

    /// <summary>What is everyone's: it wants a key of the silo's own tenant that names all accounts.</summary>
    internal static Task<IResult> ForAllAsync(HttpContext http, GatewayPipeline gateway, string tenant, Func<GatewayCall, Task<IResult>> handler) =>
        gateway.RunAsync(http, ApiScope.Operator, call => call.Key.Tenant.Value == tenant && call.Key.Accounts.Contains(ApiKey.AllAccounts)
            ? handler(call)
            : Task.FromResult(Problems.Result(new(RejectionCode.MissingScope, $"a key of tenant {tenant} that names all accounts", $"{call.Key.Id} of {call.Key.Tenant}"))));

    private static async Task<ChainService> ServiceAsync(GatewayPipeline gateway, ChainId chain, CancellationToken cancellationToken)
    {
        var tracker = gateway.Client.GetGrain<IChainTrackerGrain>(chain.ToString());
        var nodes = await tracker.ReadNodes().WaitAsync(cancellationToken);
        var relays = await tracker.ReadRelays().WaitAsync(cancellationToken);
        var lines = await Task.WhenAll(nodes.Select(node => Grain(gateway, chain, node).ReadService())).WaitAsync(cancellationToken);
        var standings = await Task.WhenAll(relays.Select(relay => Grain(gateway, chain, relay).ReadRelay())).WaitAsync(cancellationToken);
        return ChainService.Of(chain, lines.OfType<ServiceLine>()) with { Relays = [.. standings.OfType<RelayLine>().OrderBy(static line => line.Name)] };
    }

    internal static Rejection? Same(GatewayCall call, string inBody) => inBody == call.Key.Id.Value
        ? null
        : new(RejectionCode.Malformed, $"operator {call.Key.Id}, the key that signs", $"operator {inBody}");

    private static ISupernodeGrain Grain(GatewayPipeline gateway, ChainId chain, Name node) =>
        gateway.Client.GetGrain<ISupernodeGrain>($"{chain}/{node}");
}
