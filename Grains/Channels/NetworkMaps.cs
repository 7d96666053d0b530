using System.Collections.Concurrent;
using Orleans;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces.Routing;

namespace TPWallet.Grains.Channels;

/// <summary>
/// The channels of each network as this silo knows them, and what its payments have shown of their balances. Each look takes what was announced since the last one. The
/// balances are guesses that fade; a silo that starts anew guesses anew.
/// </summary>
public sealed class NetworkMaps(IGrainFactory grains, ForwardPolicy policy)
{
    private readonly ConcurrentDictionary<RouterRef, NetworkMap> _maps = new();
    private readonly ConcurrentDictionary<RouterRef, Liquidity> _balances = new();

    /// <summary>The channels with everything that was announced until now.</summary>
    public async Task<NetworkMap> ReadAsync(RouterRef network)
    {
        var map = _maps.GetValueOrDefault(network, NetworkMap.Empty);
        while (true)
        {
            var page = await grains.GetGrain<IRouterGrain>(network.Key).ReadAfter(map.Last);
            // All of them are sides of this deployment: what it asks for is what it is set to now, also where they were announced before.
            map = map.With(page with { Sides = [.. page.Sides.Select(policy.By)] });
            if (page.IsWhole) return _maps.AddOrUpdate(network, map, (_, other) => other.Last > map.Last ? other : map);
        }
    }

    /// <summary>What this silo's payments have shown.</summary>
    public Liquidity BalancesOf(RouterRef network) => _balances.GetOrAdd(network, static _ => Liquidity.Unknown());

    /// <summary>Remembers what a part's end has shown.</summary>
    /// <param name="second">By the chain's clock.</param>
    public void Learn(RouterRef network, ImmutableArray<Observation> seen, ulong second)
    {
        if (!seen.IsEmpty && _maps.TryGetValue(network, out var map))
            _balances.AddOrUpdate(network, _ => Liquidity.Unknown().With(map.Graph, seen, second), (_, known) => known.With(map.Graph, seen, second));
    }
}
