using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Orleans;
using TPWallet.Domain.Channels;
using TPWallet.Domain.CoinChannels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Towers;

namespace TPWallet.Silo.Peers;

/// <summary>
/// The peers' protocol: 200 once a message is durable here; 422 with a <see cref="Rejection"/> that stands; 400 for what does not read, 429 and 503 for what is to be
/// said again later. A peer is heard on its own channels alone: it learns nothing of others, not even that they are there.
/// </summary>
internal sealed class PeerEndpoint(PeerSettings settings, IClusterClient client, TowerDesk towers, ILogger<PeerEndpoint> log) : IDisposable
{
    /// <summary>Longest message, in bytes: one with the most updates of the longest kind is a tenth of it.</summary>
    public const int MaxBytes = 256 << 10;

    /// <summary>Most messages of all peers that are worked on at one time.</summary>
    public const int MaxConcurrent = 256;

    private readonly AskQuota _asked = new(TimeProvider.System);
    private readonly SemaphoreSlim _places = new(MaxConcurrent, MaxConcurrent);

    public Task<IResult> HearAsync(HttpContext http, string side) => HearAsync(http, async peer =>
    {
        if (await ReadAsync(http, () => ChannelRef.Parse(side), ChannelJson.Default.ChannelMessage) is not ({ } to, { } message)) return Results.StatusCode(StatusCodes.Status400BadRequest);
        var grain = client.GetGrain<IChannelGrain>(to.ToString());
        // Of a channel that is not open here with this peer nothing is said: it may be opened yet.
        if (await grain.Read() is not { } view || view.Opening.Peer != peer.Name) return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        return Answer(await grain.Submit(new ChannelCommand.Hear(PeerMessages.IdOf(to, message), message)));
    });

    /// <summary>Which messages this build reads.</summary>
    public IResult Form(HttpContext http) => settings.Who(http.Connection.ClientCertificate) is null
        ? Results.StatusCode(StatusCodes.Status403Forbidden)
        : Results.Text(ChannelMessage.Form.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>The same of channels on chains of the Bitcoin family.</summary>
    public Task<IResult> HearCoinAsync(HttpContext http, string side) => HearAsync(http, async peer =>
    {
        if (await ReadAsync(http, () => CoinChannelRef.Parse(side), CoinJson.Default.CoinMessage) is not ({ } to, { } message)) return Results.StatusCode(StatusCodes.Status400BadRequest);
        var grain = client.GetGrain<ICoinChannelGrain>(to.ToString());
        if (await grain.Read() is not { } view || view.Opening.Peer != peer.Name) return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        return Answer(await grain.Submit(new CoinCommand.Hear(PeerMessages.IdOf(to, message), message)));
    });

    /// <summary>A peer hands over what guards a side of a channel, which need not be one with us: what it sends is of use for nothing but to answer a close of that channel.</summary>
    public Task<IResult> GuardAsync(HttpContext http, string side) => HearAsync(http, async peer =>
    {
        if (await ReadAsync(http, () => ChannelRef.Parse(side), ContractJson.Default.TowerHandOver) is not ({ } of, { } over)) return Results.StatusCode(StatusCodes.Status400BadRequest);
        if (await towers.JudgeAsync(over.Facts) is { } refusal) return Answer(new CommandReply.Refused(refusal));
        var to = new TowerRef(peer.Name, of);
        return Answer(await client.GetGrain<ITowerGrain>(to.Key).Submit(new TowerCommand.Keep(PeerMessages.IdOf(to, over), over)));
    });

    /// <summary>A peer asks what is known of channels: of its own channels with us, and of those that both sides have announced.</summary>
    public Task<IResult> GossipAsync(HttpContext http, long after) => HearAsync(http, async peer => _asked.Take(peer.Name)
        ? Results.Json(await client.GetGrain<IGossipGrain>(GossipCommand.Key).Tell(peer.Name, after), ContractJson.Default.GossipPage)
        : Results.StatusCode(StatusCodes.Status429TooManyRequests));

    private async Task<IResult> HearAsync(HttpContext http, Func<PeerOperator, Task<IResult>> hear)
    {
        if (settings.Who(http.Connection.ClientCertificate) is not { } peer) return Results.StatusCode(StatusCodes.Status403Forbidden);
        if (!await _places.WaitAsync(TimeSpan.Zero, http.RequestAborted)) return Results.StatusCode(StatusCodes.Status429TooManyRequests);
        try
        {
            return await hear(peer);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            log.LogError(failure, "A message of peer {Peer} could not be taken.", peer.Name);
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose() => _places.Dispose();

    private static IResult Answer(CommandReply reply) => (EffectResult.Of(reply), reply) switch
    {
        (EffectResult.Replied, CommandReply.Accepted) => Results.Ok(),
        (EffectResult.Replied, CommandReply.Refused refused) => Results.Json(refused.Rejection, ContractJson.Default.Rejection, statusCode: StatusCodes.Status422UnprocessableEntity),
        _ => Results.StatusCode(StatusCodes.Status503ServiceUnavailable),
    };

    private static async Task<(TSide? To, TMessage? Message)> ReadAsync<TSide, TMessage>(HttpContext http, Func<TSide> side, JsonTypeInfo<TMessage> type)
        where TSide : struct
        where TMessage : class
    {
        try
        {
            var message = await JsonSerializer.DeserializeAsync(http.Request.Body, type, http.RequestAborted);
            return (side(), message);
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException or BadHttpRequestException)
        {
            return (null, null);
        }
    }
}
