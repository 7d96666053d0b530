using Orleans;
using TPWallet.Domain.Dapps;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Dapps;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>Which contracts have a record: the journal's streams say it.</summary>
public sealed class DappListGrain(IRecoveryStore streams, ShellServices services) : Grain, IDappListGrain
{
    public async Task<DappPage> Read(string? after, int most, int least)
    {
        var from = after is null ? default : StreamId.Of(services.Tenant, DappDecider.Kind, after);
        var named = await streams.ReadStreamsAsync(DappDecider.Kind, from, Math.Clamp(most, 1, DappPage.Max), CancellationToken.None);
        var known = await Task.WhenAll(named.Where(stream => stream.Tenant == services.Tenant).Select(async stream => (stream.Key, View: await GrainFactory.GetGrain<IDappGrain>(stream.Key).Read())));
        return new(
            [.. known.Where(dapp => dapp.View?.Trust.PerMille >= least).Select(static dapp => Entry(dapp.Key, dapp.View!))],
            named.Count == Math.Clamp(most, 1, DappPage.Max) ? named[^1].Key : null);
    }

    private static DappEntry Entry(string key, DappView view)
    {
        var (chain, address) = DappKey.Parse(key);
        return new(chain, address, view);
    }
}
