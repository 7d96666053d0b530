using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Gateway;

/// <summary>Payment channels of an account, one side each: its channel keys, opening, payments and locks, and what came of them.</summary>
internal static class ChannelRoutes
{
    private const string Side = "/accounts/{id}/channels/{channel}/{side}";

    public static void Map(RouteGroupBuilder routes)
    {
        routes.MapGet("/accounts/{id}/channel-keys/{key}", (HttpContext http, GatewayPipeline gateway, string id, string key, string chain) =>
            Name.TryParse(key, out var name) && ChainId.TryParse(chain, out var known)
                ? gateway.ForAccountAsync(http, id, (_, account) => KeyAsync(gateway, account, name, known), ApiScope.Channels)
                : Bad(http, gateway, $"{Name.Form}, and {ChainId.Form}")).View<KeyAttestation>("ReadChannelKey");
        routes.MapGet("/accounts/{id}/channel-keys/{key}/onion-key", (HttpContext http, GatewayPipeline gateway, string id, string key) => Name.TryParse(key, out var name)
            ? gateway.ReadAsync<OnionKeyView>(http, id, async account => await gateway.Client.GetGrain<IChannelKeyGrain>($"{account}/{name}").ReadOnionKey())
            : Bad(http, gateway, Name.Form)).View<OnionKeyView>("ReadOnionKey");
        routes.MapGet("/accounts/{id}/channel-keys/{key}/capacity", (HttpContext http, GatewayPipeline gateway, string id, string key, string chain, string manager, string token) =>
            Name.TryParse(key, out var name) && ChainId.TryParse(chain, out var known) && Address.TryParse(manager, out var contract) && Address.TryParse(token, out var of)
                ? gateway.ReadAsync<CapacityView>(http, id, async account => await gateway.Client.GetGrain<IChannelKeyGrain>($"{account}/{name}").ReadCapacity(new(known, contract, of)))
                : Bad(http, gateway, $"{Name.Form}, {ChainId.Form}, and {Address.Form} twice")).View<CapacityView>("ReadChannelCapacity");
        routes.MapGet("/accounts/{id}/channel-keys/{key}/books", (HttpContext http, GatewayPipeline gateway, string id, string key, string chain, string manager, string token) =>
            Name.TryParse(key, out var name) && ChainId.TryParse(chain, out var known) && Address.TryParse(manager, out var contract) && Address.TryParse(token, out var of)
                ? gateway.ReadAsync<KeyBooksView>(http, id, async account => await gateway.Client.GetGrain<IKeyBooksGrain>($"{new KeyBooksRef(account, name, known, contract, of)}").Read())
                : Bad(http, gateway, $"{Name.Form}, {ChainId.Form}, and {Address.Form} twice")).View<KeyBooksView>("ReadChannelBooks");
        routes.MapPut(Side, (HttpContext http, GatewayPipeline gateway, string id, string channel, string side) => Parse(channel, side) is { } of
            ? gateway.CommandAsync<ChannelCommand.Open>(
                http, ApiScope.Channels, Operations.OpenChannel, id, of.ToString(), (command, account) => AccountRoutes.Same("account", $"{account}", $"{command.Opening.Account}"),
                (command, _) => Grain(gateway, of).Submit(command))
            : BadSide(http, gateway)).Command<ChannelCommand.Open>("OpenChannel");
        routes.MapGet(Side, (HttpContext http, GatewayPipeline gateway, string id, string channel, string side) => Parse(channel, side) is { } of
            ? gateway.ReadAsync(http, id, account => ReadAsync(gateway, account, of))
            : BadSide(http, gateway)).View<ChannelView>("ReadChannel");
        routes.MapGet(Side + "/updates/{update}", (HttpContext http, GatewayPipeline gateway, string id, string channel, string side, Guid update) => Parse(channel, side) is { } of
            ? gateway.ReadAsync<UpdateStanding>(
                http, id, async account => await ReadAsync(gateway, account, of) is null ? null : await Grain(gateway, of).Follow(update))
            : BadSide(http, gateway)).View<UpdateStanding>("ReadChannelUpdate");
        routes.MapGet(Side + "/ledger", (HttpContext http, GatewayPipeline gateway, string id, string channel, string side) => Parse(channel, side) is { } of
            ? gateway.ReadAsync<ChannelLedgerView>(http, id, async account => await ReadAsync(gateway, account, of) is null ? null : await Grain(gateway, of).ReadLedger())
            : BadSide(http, gateway)).View<ChannelLedgerView>("ReadChannelLedger");
        MapCommand<ChannelCommand.Pay>(routes, "payments", Operations.PayChannel, "PayChannel");
        MapCommand<ChannelCommand.Offer>(routes, "locks", Operations.OfferLock, "OfferLock");
        MapCommand<ChannelCommand.Fulfil>(routes, "fulfil", Operations.FulfilLock, "FulfilLock");
        MapCommand<ChannelCommand.Fail>(routes, "fail", Operations.FailLock, "FailLock");
        MapCommand<ChannelCommand.End>(routes, "end", Operations.EndChannel, "EndChannel");
        MapCommand<ChannelCommand.Close>(routes, "close", Operations.CloseChannel, "CloseChannel");
        MapCommand<ChannelCommand.Withdraw>(routes, "withdrawals", Operations.WithdrawChannel, "WithdrawChannel");
        MapCommand<ChannelCommand.Look>(routes, "look", Operations.LookAtChannel, "LookAtChannel");
        MapCommand<ChannelCommand.SetTower>(routes, "tower", Operations.SetChannelTower, "SetChannelTower");
        MapCommand<ChannelCommand.SetPublic>(routes, "public", Operations.SetChannelPublic, "SetChannelPublic");
    }

    private static void MapCommand<T>(RouteGroupBuilder routes, string path, string operation, string name)
        where T : ChannelCommand =>
        routes.MapPost($"{Side}/{path}", (HttpContext http, GatewayPipeline gateway, string id, string channel, string side) => Parse(channel, side) is { } of
            ? gateway.CommandAsync<T>(
                http, ApiScope.Channels, operation, id, of.ToString(), static (_, _) => null,
                async (command, account) => await ReadAsync(gateway, account, of) is null ? Unknown(of) : await Grain(gateway, of).Submit(command))
            : BadSide(http, gateway)).Command<T>(name);

    /// <summary>Null where it is not this account's.</summary>
    private static async Task<ChannelView?> ReadAsync(GatewayPipeline gateway, AccountId account, ChannelRef of) =>
        await Grain(gateway, of).Read() is { } view && view.Opening.Account == account ? view : null;

    private static async Task<IResult> KeyAsync(GatewayPipeline gateway, AccountId account, Name key, ChainId chain) =>
        await gateway.Client.GetGrain<IChannelKeyGrain>($"{account}/{key}").Read(chain) switch
        {
            SignerAnswer<KeyAttestation>.Given given => GatewayPipeline.View(given.Value),
            SignerAnswer<KeyAttestation>.Refused refused => Problems.Result(refused.Rejection),
            _ => Problems.Result(new(RejectionCode.SignerUnavailable, "an answer of the signer", "none")),
        };

    private static CommandReply.Refused Unknown(ChannelRef of) => new(new(RejectionCode.NotFound, "a channel of this account", of.ToString()));

    internal static ChannelRef? Parse(string channel, string side) =>
        Bytes32.TryParse(channel, out var id) && Enum.TryParse<ChannelSide>(side, out var us) && Enum.IsDefined(us) && us.ToString() == side ? new(id, us) : null;

    private static Task<IResult> BadSide(HttpContext http, GatewayPipeline gateway) => Bad(http, gateway, "a channel id, a slash, and A or B");

    private static Task<IResult> Bad(HttpContext http, GatewayPipeline gateway, string form) =>
        gateway.RunAsync(http, ApiScope.Read, _ => Task.FromResult(Problems.Result(GatewayPipeline.BadId(form))));

    private static IChannelGrain Grain(GatewayPipeline gateway, ChannelRef of) => gateway.Client.GetGrain<IChannelGrain>(of.ToString());
}
