using Orleans;
using TPWallet.Domain.Risk.Incidents;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>Which incidents there are: the journal's streams say it.</summary>
public sealed class IncidentListGrain(IRecoveryStore streams, ShellServices services) : Grain, IIncidentListGrain
{
    public async Task<IncidentPage> Read(string? after, int most, bool all)
    {
        var from = after is null ? default : StreamId.Of(services.Tenant, IncidentDecider.Kind, after);
        var named = await streams.ReadStreamsAsync(IncidentDecider.Kind, from, Math.Clamp(most, 1, IncidentPage.Max), CancellationToken.None);
        var known = await Task.WhenAll(named.Where(stream => stream.Tenant == services.Tenant)
            .Select(async stream => (stream.Key, View: await GrainFactory.GetGrain<IIncidentGrain>(stream.Key).Read())));
        return new(
            [.. known.Where(one => one.View is { } view && (all || view.Stage != IncidentView.Resolved)).Select(static one => new IncidentEntry(one.Key, one.View!))],
            named.Count == Math.Clamp(most, 1, IncidentPage.Max) ? named[^1].Key : null);
    }
}
