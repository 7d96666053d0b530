using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Gateway;

/// <summary>What a packet's legs would pay in fees, before anything is signed. A question changes nothing, so it has no idempotency key.</summary>
internal static class FeePreviewRoutes
{
    public static void Map(RouteGroupBuilder routes)
    {
        routes.MapGet("/accounts/{id}/packets/{packet}/fees", (HttpContext http, GatewayPipeline gateway, string id, string packet) =>
            gateway.ForAccountAsync(http, id, async (_, account) => Name.TryParse(packet, out var name)
                ? Told(await Grain(gateway, account).Read(name).WaitAsync(http.RequestAborted))
                : Problems.Result(GatewayPipeline.BadId(Name.Form)))).View<FeePreviews>("ReadPacketFees");
        routes.MapPost("/accounts/{id}/fees", (HttpContext http, GatewayPipeline gateway, string id) =>
            gateway.ForAccountAsync(http, id, async (call, account) =>
            {
                if (RequestBody.CheckContentType(http.Request.ContentType) is { } notJson) return Problems.Result(notJson);
                var (question, rejection) = RequestBody.ParseQuestion<FeeQuestion>(call.Body);
                return question is null
                    ? Problems.Result(rejection!)
                    : Told(await Grain(gateway, account).Ask(question).WaitAsync(http.RequestAborted));
            })).Question<FeeQuestion, FeePreviews>("AskFees");
    }

    private static IResult Told(FeePreviewReply reply) => reply switch
    {
        FeePreviewReply.Told told => GatewayPipeline.View(told.Previews),
        FeePreviewReply.Refused refused => Problems.Result(refused.Rejection),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static IFeePreviewGrain Grain(GatewayPipeline gateway, AccountId account) => gateway.Client.GetGrain<IFeePreviewGrain>(account.ToString());
}
