using System.Collections.Concurrent;
using Orleans;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Channels;

/// <summary>
/// The channels of each network as this silo knows them, and what its payments have shown of their balances. Each look takes what was announced since the last one, here and by other operators.
/// The balances are guesses that fade; a silo that starts anew guesses anew.
/// </summary>
public sealed class NetworkMaps(IGrainFactory grains, ForwardPolicy policy)
{
    private readonly ConcurrentDictionary<RouterRef, Known> _maps = new();
    private readonly ConcurrentDictionary<RouterRef, Liquidity> _balances = new();

    /// <summary>The channels with everything that was announced until now.</summary>
    public async Task<NetworkMap> ReadAsync(RouterRef network)
    {
        var known = _maps.GetValueOrDefault(network, Known.Nothing);
        var (own, heard) = (await ReadOwnAsync(network, known.Own), await ReadHeardAsync(network, known.Heard));
        if (own == known.Own && heard == known.Heard) return known.All;
        if (!heard.IsKnown && own.Last > 0) await NoteAsync(network);
        var read = new Known(own, heard, own.With([.. heard.Sides.Values]));
        return _maps.AddOrUpdate(network, read, (_, other) => other.Own.Last > own.Last ? other : read).All;
    }

    /// <summary>What this silo's payments have shown.</summary>
    public Liquidity BalancesOf(RouterRef network) => _balances.GetOrAdd(network, static _ => Liquidity.Unknown());

    /// <summary>Remembers what a part's end has shown.</summary>
    /// <param name="second">By the chain's clock.</param>
    public void Learn(RouterRef network, ImmutableArray<Observation> seen, ulong second)
    {
        if (!seen.IsEmpty && _maps.TryGetValue(network, out var known))
            _balances.AddOrUpdate(network, _ => Liquidity.Unknown().With(known.All.Graph, seen, second), (_, balances) => balances.With(known.All.Graph, seen, second));
    }

    private async Task<NetworkMap> ReadOwnAsync(RouterRef network, NetworkMap map)
    {
        while (true)
        {
            var page = await grains.GetGrain<IRouterGrain>(network.Key).ReadAfter(map.Last);
            // All of them are sides of this deployment: what it asks for is what it is set to now, also where they were announced before.
            map = map.With(page with { Sides = [.. page.Sides.Select(policy.By)] });
            if (page.IsWhole) return map;
        }
    }

    private async Task<HeardMap> ReadHeardAsync(RouterRef network, HeardMap map)
    {
        while (true)
        {
            var page = await grains.GetGrain<IGossipGrain>(GossipCommand.Key).ReadHeard(network, map.Last);
            // Something was forgotten: what is kept is not worth comparing.
            if (page.Epoch != map.Epoch && map.Last > 0) map = HeardMap.Nothing;
            else map = map.With(page);
            if (page.IsWhole && map.Epoch == page.Epoch) return map;
        }
    }

    /// <summary>Channels that were announced before anybody asked others are noted when they are used.</summary>
    private Task NoteAsync(RouterRef network) =>
        grains.GetGrain<IGossipGrain>(GossipCommand.Key).Submit(new GossipCommand.Note(Domain.Machines.EffectId.Of("gossip", network.Key, "note"), network));

    private sealed record Known(NetworkMap Own, HeardMap Heard, NetworkMap All)
    {
        public static Known Nothing { get; } = new(NetworkMap.Empty, HeardMap.Nothing, NetworkMap.Empty);
    }

    /// <summary>What others told, each side's newest word.</summary>
    private sealed record HeardMap(ImmutableDictionary<(Bytes32 Channel, bool IsA), HeardSide> Sides, long Last, long Epoch, bool IsKnown)
    {
        public static HeardMap Nothing { get; } = new(ImmutableDictionary<(Bytes32, bool), HeardSide>.Empty, 0, 0, false);

        public HeardMap With(HeardPage page) => page.Sides.IsEmpty && (page.Last, page.Epoch, page.IsKnown) == (Last, Epoch, IsKnown)
            ? this
            : new(
                Sides.SetItems(page.Sides.Select(static side => KeyValuePair.Create((ChannelDomain.Id(side.Content.Facts), side.Content.Side == Interfaces.Channels.ChannelSide.A), side))),
                page.Last, page.Epoch, page.IsKnown);
    }
}
