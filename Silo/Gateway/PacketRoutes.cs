using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TPWallet.Domain.Evidence;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Evidence;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Gateway;

/// <summary>TokenPackets of an account: draft, propose, vote, cancel, read, evidence, events.</summary>
internal static class PacketRoutes
{
    private const string Packet = "/accounts/{id}/packets/{packet}";

    public static void Map(RouteGroupBuilder routes)
    {
        routes.MapPut(Packet, (HttpContext http, GatewayPipeline gateway, string id, string packet) =>
            Submit<PacketCommand.Draft>(http, gateway, Operations.DraftPacket, id, packet,
                (command, account) => AccountRoutes.Same("packet", $"{account}/{packet}", command.Content.Ref.Key)))
            .Command<PacketCommand.Draft>("DraftPacket");
        routes.MapPost(Packet + "/propose", (HttpContext http, GatewayPipeline gateway, string id, string packet) =>
            Submit<PacketCommand.Propose>(http, gateway, Operations.ProposePacket, id, packet, static (_, _) => null))
            .Command<PacketCommand.Propose>("ProposePacket");
        routes.MapPost(Packet + "/votes", (HttpContext http, GatewayPipeline gateway, string id, string packet) =>
            Submit<PacketCommand.CastVote>(http, gateway, Operations.CastVote, id, packet,
                (command, account) => AccountRoutes.Same("account", account.ToString(), command.Vote.Content.Account.ToString())))
            .Command<PacketCommand.CastVote>("CastVote");
        routes.MapPost(Packet + "/cancel", (HttpContext http, GatewayPipeline gateway, string id, string packet) =>
            Submit<PacketCommand.Cancel>(http, gateway, Operations.CancelPacket, id, packet, static (_, _) => null))
            .Command<PacketCommand.Cancel>("CancelPacket");
        routes.MapGet(Packet, (HttpContext http, GatewayPipeline gateway, string id, string packet) =>
            Name.TryParse(packet, out var name)
                ? gateway.ReadAsync(http, id, account => Grain(gateway, new(account, name)).Read())
                : BadName(http, gateway)).View<PacketView>("ReadPacket");
        routes.MapGet(Packet + "/evidence", (HttpContext http, GatewayPipeline gateway, string id, string packet) =>
            Name.TryParse(packet, out var name)
                ? gateway.ForAccountAsync(http, id, (_, account) => EvidenceAsync(http, gateway, new(account, name)))
                : BadName(http, gateway)).View<EvidencePack>("ReadEvidence");
        routes.MapGet(Packet + "/events", (HttpContext http, GatewayPipeline gateway, VersionFeed feed, string id, string packet) =>
            Name.TryParse(packet, out var name)
                ? gateway.ForAccountAsync(http, id, async (_, account) => await Grain(gateway, new(account, name)).Read() is null
                    ? GatewayPipeline.View<PacketView>(null)
                    : feed.Stream(http, "packet", last => Grain(gateway, new(account, name)).ReadAfter(last), view => view.Version))
                : BadName(http, gateway)).Events("WatchPacket");
    }

    /// <summary>The answer's bytes are those of the evidence file: what is saved verifies.</summary>
    private static async Task<IResult> EvidenceAsync(HttpContext http, GatewayPipeline gateway, PacketRef packet) =>
        await gateway.Client.GetGrain<IEvidenceGrain>(packet.Key).Build().WaitAsync(http.RequestAborted) switch
        {
            EvidenceReply.Built built => Results.Bytes(EvidenceFile.Write(built.Pack), "application/json"),
            EvidenceReply.Refused refused => Problems.Result(refused.Rejection),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private static Task<IResult> Submit<T>(
        HttpContext http, GatewayPipeline gateway, string operation, string id, string packet, Func<T, AccountId, Rejection?> check)
        where T : PacketCommand =>
        Name.TryParse(packet, out var name)
            ? gateway.CommandAsync(
                http, ApiScope.Propose, operation, id, packet, check, (command, account) => Grain(gateway, new(account, name)).Submit(command))
            : BadName(http, gateway);

    private static Task<IResult> BadName(HttpContext http, GatewayPipeline gateway) =>
        gateway.RunAsync(http, ApiScope.Read, static _ => Task.FromResult(Problems.Result(GatewayPipeline.BadId(Name.Form))));

    private static ITokenPacketGrain Grain(GatewayPipeline gateway, PacketRef packet) => gateway.Client.GetGrain<ITokenPacketGrain>(packet.Key);
}
