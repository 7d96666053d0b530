using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using TPWallet.Domain.Channels;
using TPWallet.Domain.CoinChannels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Towers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Channels;

/// <summary>
/// Other operators, at whom the other sides of channels are, by the names that this deployment's configuration gives them. A message is one POST over mutual TLS;
/// what the network leaves open is no answer, and the same bytes go again.
/// </summary>
public sealed class PeerSet(IReadOnlyDictionary<Name, HttpClient> peers) : IDisposable
{
    /// <summary>Version of the peers' protocol: a part of the path.</summary>
    public const string Version = "v1";

    /// <summary>Longest answer that is read, in bytes.</summary>
    public const int MaxAnswerBytes = 64 << 10;

    /// <summary>A look at the chain waits for it, and may have a close to answer.</summary>
    private static readonly TimeSpan FormPatience = TimeSpan.FromSeconds(2);

    /// <summary>A deployment without others.</summary>
    public static PeerSet None { get; } = new(new Dictionary<Name, HttpClient>());

    /// <summary>Says something to a side of a channel at a peer.</summary>
    public Task<EffectResult> TellAsync(Name peer, ChannelRef to, ChannelMessage message, CancellationToken cancellationToken) =>
        TellAsync(peer, $"channels/{to}", JsonSerializer.SerializeToUtf8Bytes(message, ChannelJson.Default.ChannelMessage), cancellationToken);

    /// <summary>The same on a chain of the Bitcoin family.</summary>
    public Task<EffectResult> TellAsync(Name peer, CoinChannelRef to, CoinMessage message, CancellationToken cancellationToken) =>
        TellAsync(peer, $"coin-channels/{to}", JsonSerializer.SerializeToUtf8Bytes(message, CoinJson.Default.CoinMessage), cancellationToken);

    /// <summary>Hands what guards a side of a channel to a peer that serves as a tower.</summary>
    public Task<EffectResult> TellAsync(Name tower, ChannelRef side, TowerHandOver over, CancellationToken cancellationToken) =>
        TellAsync(tower, $"towers/{side}", JsonSerializer.SerializeToUtf8Bytes(over, ContractJson.Default.TowerHandOver), cancellationToken);

    /// <summary>Whether there is such a peer.</summary>
    public bool Knows(Name peer) => peers.ContainsKey(peer);

    /// <summary>
    /// Which messages of channels a peer reads (<see cref="ChannelMessage.Form"/>); 0: it does not say, as older builds do not.
    /// </summary>
    public async Task<int> FormAsync(Name peer, CancellationToken cancellationToken)
    {
        if (!peers.TryGetValue(peer, out var http)) return 0;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(FormPatience);
        try
        {
            using var response = await http.GetAsync(new Uri($"peer/{Version}/form", UriKind.Relative), patience.Token);
            if (response.StatusCode != HttpStatusCode.OK) return 0;
            return int.TryParse(await response.Content.ReadAsStringAsync(patience.Token), NumberStyles.None, CultureInfo.InvariantCulture, out var form) ? form : 0;
        }
        catch (Exception silent) when (silent is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return 0;
        }
    }

    /// <summary>What a peer tells of channels after a number of its own; null with the reason, where it tells nothing.</summary>
    public async Task<(GossipPage? Page, string? Trouble)> AskGossipAsync(Name peer, long after, CancellationToken cancellationToken)
    {
        if (!peers.TryGetValue(peer, out var http)) return (null, $"No peer {peer} is configured.");
        try
        {
            using var response = await http.GetAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"peer/{Version}/announcements?after={after}"), UriKind.Relative), cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK) return (null, $"It answered {(int)response.StatusCode}.");
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return JsonSerializer.Deserialize(body, ContractJson.Default.GossipPage) is { } page ? (page, null) : (null, "Its answer is empty.");
        }
        catch (HttpRequestException failure)
        {
            return (null, $"It could not be reached: {failure.HttpRequestError}.");
        }
        catch (JsonException)
        {
            return (new(default, 0, true), "Its answer does not read.");
        }
    }

    private async Task<EffectResult> TellAsync(Name peer, string to, byte[] message, CancellationToken cancellationToken)
    {
        if (!peers.TryGetValue(peer, out var http)) return new EffectResult.NoAnswer($"No peer {peer} is configured.");
        using var content = new ByteArrayContent(message);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using var response = await http.PostAsync(new Uri($"peer/{Version}/{to}", UriKind.Relative), content, cancellationToken);
            if (response.StatusCode == HttpStatusCode.OK) return new EffectResult.Replied(new CommandReply.Accepted(0, []));
            if (response.StatusCode is not HttpStatusCode.UnprocessableEntity) return new EffectResult.NoAnswer($"Peer {peer} answered {(int)response.StatusCode}.");
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return JsonSerializer.Deserialize(body, ContractJson.Default.Rejection) is { } rejection
                ? EffectResult.Of(new CommandReply.Refused(rejection))
                : new EffectResult.NoAnswer($"Peer {peer} refused without a reason.");
        }
        catch (HttpRequestException failure)
        {
            return new EffectResult.NoAnswer($"Peer {peer} could not be reached: {failure.HttpRequestError}.");
        }
        catch (JsonException)
        {
            return new EffectResult.NoAnswer($"Peer {peer} gave an answer that does not read.");
        }
    }

    public void Dispose()
    {
        foreach (var http in peers.Values) http.Dispose();
    }
}
