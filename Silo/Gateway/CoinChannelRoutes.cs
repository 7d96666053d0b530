using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Gateway;

/// <summary>Payment channels of an account on chains of the Bitcoin family, one side each: opening, funding, updates, and what came of them.</summary>
internal static class CoinChannelRoutes
{
    private const string Side = "/accounts/{id}/coin-channels/{channel}/{side}";

    public static void Map(RouteGroupBuilder routes)
    {
        routes.MapPut(Side, (HttpContext http, GatewayPipeline gateway, string id, string channel, string side) => Parse(channel, side) is { } of
            ? gateway.CommandAsync<CoinCommand.Open>(
                http, ApiScope.Channels, Operations.OpenCoinChannel, id, of.ToString(), (command, account) => AccountRoutes.Same("account", $"{account}", $"{command.Opening.Account}"),
                (command, _) => Grain(gateway, of).Submit(command))
            : BadSide(http, gateway)).Command<CoinCommand.Open>("OpenCoinChannel");
        routes.MapGet(Side, (HttpContext http, GatewayPipeline gateway, string id, string channel, string side) => Parse(channel, side) is { } of
            ? gateway.ReadAsync(http, id, account => ReadAsync(gateway, account, of))
            : BadSide(http, gateway)).View<CoinChannelView>("ReadCoinChannel");
        routes.MapGet(Side + "/updates/{update}", (HttpContext http, GatewayPipeline gateway, string id, string channel, string side, Guid update) => Parse(channel, side) is { } of
            ? gateway.ReadAsync<UpdateStanding>(
                http, id, async account => await ReadAsync(gateway, account, of) is null ? null : await Grain(gateway, of).Follow(update))
            : BadSide(http, gateway)).View<UpdateStanding>("ReadCoinChannelUpdate");
        MapCommand<CoinCommand.Fund>(routes, "funding", Operations.FundCoinChannel, "FundCoinChannel");
        MapCommand<CoinCommand.Update>(routes, "updates", Operations.UpdateCoinChannel, "UpdateCoinChannel");
        MapCommand<CoinCommand.End>(routes, "end", Operations.EndCoinChannel, "EndCoinChannel");
        MapCommand<CoinCommand.Close>(routes, "close", Operations.CloseCoinChannel, "CloseCoinChannel");
        MapCommand<CoinCommand.Look>(routes, "look", Operations.LookAtCoinChannel, "LookAtCoinChannel");
    }

    private static void MapCommand<T>(RouteGroupBuilder routes, string path, string operation, string name)
        where T : CoinCommand =>
        routes.MapPost($"{Side}/{path}", (HttpContext http, GatewayPipeline gateway, string id, string channel, string side) => Parse(channel, side) is { } of
            ? gateway.CommandAsync<T>(
                http, ApiScope.Channels, operation, id, of.ToString(), static (_, _) => null, (command, account) => SubmitAsync(gateway, account, of, command))
            : BadSide(http, gateway)).Command<T>(name);

    private static async Task<CommandReply> SubmitAsync(GatewayPipeline gateway, AccountId account, CoinChannelRef of, CoinCommand command)
    {
        if (await ReadAsync(gateway, account, of) is not { } view) return new CommandReply.Refused(new(RejectionCode.NotFound, "a channel of this account", of.ToString()));
        return command is CoinCommand.Fund fund && CoinFundingCheck.Check(view, fund) is { } unfit ? new CommandReply.Refused(unfit) : await Grain(gateway, of).Submit(command);
    }

    /// <summary>Null where it is not this account's.</summary>
    private static async Task<CoinChannelView?> ReadAsync(GatewayPipeline gateway, AccountId account, CoinChannelRef of) =>
        await Grain(gateway, of).Read() is { } view && view.Opening.Account == account ? view : null;

    private static CoinChannelRef? Parse(string channel, string side) =>
        Bytes32.TryParse(channel, out var id) && Enum.TryParse<CoinSide>(side, out var us) && Enum.IsDefined(us) && us.ToString() == side ? new(id, us) : null;

    private static Task<IResult> BadSide(HttpContext http, GatewayPipeline gateway) =>
        gateway.RunAsync(http, ApiScope.Read, static _ => Task.FromResult(Problems.Result(GatewayPipeline.BadId("a channel id, a slash, and Opener or Accepter"))));

    private static ICoinChannelGrain Grain(GatewayPipeline gateway, CoinChannelRef of) => gateway.Client.GetGrain<ICoinChannelGrain>(of.ToString());
}
