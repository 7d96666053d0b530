using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Gateway;

/// <summary>How the operators at the other side of channels stand, and what an operator here makes of it. Wants a key of the silo's own tenant that names all accounts.</summary>
internal static class PeerStandingRoutes
{
    private const string Peer = "/operator/peers/{peer}";

    public static void Map(RouteGroupBuilder routes, string tenant)
    {
        routes.MapGet(Peer, (HttpContext http, GatewayPipeline gateway, string peer) => OfAsync(http, gateway, tenant, peer, async (_, grain) =>
            await grain.Read().WaitAsync(http.RequestAborted) is { } view
                ? GatewayPipeline.View(view)
                : Problems.Result(new(RejectionCode.NotFound, "a peer that channels here have told of", peer)))).View<PeerView>("ReadPeer");
        routes.MapPost(Peer + "/forgive", (HttpContext http, GatewayPipeline gateway, string peer) => OfAsync(http, gateway, tenant, peer, async (call, grain) =>
        {
            var (command, rejection) = GatewayPipeline.Parse<PeerCommand.Forgive>(call, Operations.ForgivePeer, peer);
            rejection ??= OperatorRoutes.Same(call, command!.Operator) ?? OperatorStop.CheckReason(command.Because);
            return rejection is null ? await gateway.AnswerAsync(call, command!, () => grain.Submit(command!)) : Problems.Result(rejection);
        })).Command<PeerCommand.Forgive>("ForgivePeer");
    }

    private static Task<IResult> OfAsync(HttpContext http, GatewayPipeline gateway, string tenant, string peer, Func<GatewayCall, IPeerGrain, Task<IResult>> handler) =>
        OperatorRoutes.ForAllAsync(http, gateway, tenant, call => Name.TryParse(peer, out var name)
            ? handler(call, gateway.Client.GetGrain<IPeerGrain>(name.Value))
            : Task.FromResult(Problems.Result(GatewayPipeline.BadId(Name.Form))));
}
