using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Gateway;

/// <summary>Where the trackers of chains stand.</summary>
internal static class ChainRoutes
{
    public static void Map(RouteGroupBuilder routes) =>
        routes.MapGet("/chains/{chain}", (HttpContext http, GatewayPipeline gateway, string chain) => gateway.RunAsync(http, ApiScope.Read, async _ =>
            ChainId.TryParse(chain, out var id) && id.HasNodes
                ? GatewayPipeline.View(await gateway.Client.GetGrain<IChainTrackerGrain>(id.ToString()).Read().WaitAsync(http.RequestAborted))
                : Problems.Result(GatewayPipeline.BadId(ChainId.Form)))).View<ChainView>("ReadChain");
}
