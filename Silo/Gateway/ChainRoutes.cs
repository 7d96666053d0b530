using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Gateway;

/// <summary>Where the trackers of chains stand, and what the chains charge.</summary>
internal static class ChainRoutes
{
    public static void Map(RouteGroupBuilder routes)
    {
        routes.MapGet("/chains/{chain}", (HttpContext http, GatewayPipeline gateway, string chain) => gateway.RunAsync(http, ApiScope.Read, async _ =>
            ChainId.TryParse(chain, out var id) && id.HasNodes
                ? GatewayPipeline.View(await gateway.Client.GetGrain<IChainTrackerGrain>(id.ToString()).Read().WaitAsync(http.RequestAborted))
                : Problems.Result(GatewayPipeline.BadId(ChainId.Form)))).View<ChainView>("ReadChain");
        routes.MapGet("/chains/{chain}/fees", (HttpContext http, GatewayPipeline gateway, string chain) => gateway.RunAsync(http, ApiScope.Read, async _ =>
            ChainId.TryParse(chain, out var id) && id.HasNodes
                ? await gateway.Client.GetGrain<IFeeOracleGrain>(id.ToString()).Read().WaitAsync(http.RequestAborted) switch
                {
                    FeesReply.Told told => GatewayPipeline.View(told.View),
                    FeesReply.Refused refused => Problems.Result(refused.Rejection),
                    _ => throw new System.Diagnostics.UnreachableException(),
                }
                : Problems.Result(GatewayPipeline.BadId(ChainId.Form)))).View<FeesView>("ReadFees");
    }
}
