using Orleans;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces.Gossip;

namespace TPWallet.Silo.Peers;

/// <summary>
/// Has the operators of <c>Peers:Operators</c> asked what they know of channels. Each silo of a cluster would; the keeper says whose turn it is.
/// </summary>
internal sealed class GossipPulse(PeerSettings settings, GossipSettings gossip, IClusterClient grains, TimeProvider time, ILogger<GossipPulse> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (settings.Operators.Count == 0) return;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(gossip.AskEvery.Ms), time);
        while (await timer.WaitForNextTickAsync(stoppingToken)) await Task.WhenAll(settings.Operators.Select(one => TryAskAsync(one, stoppingToken)));
    }

    private async Task TryAskAsync(PeerOperator one, CancellationToken stoppingToken)
    {
        try
        {
            await grains.GetGrain<IGossipAskerGrain>(one.Name.Value).Ask();
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            log.LogWarning(e, "Operator {Name} could not be asked what it knows of channels; tried again soon.", one.Name);
        }
    }
}
