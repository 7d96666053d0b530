using Orleans;
using Orleans.Concurrency;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains;

/// <summary>Asks one operator what it knows of channels. It keeps nothing: how that operator stands is the keeper's (<see cref="GossipGrain"/>).</summary>
[Reentrant]
public sealed class GossipAskerGrain(GossipAsker asker, ForwardPolicy policy) : Grain, IGossipAskerGrain
{
    /// <summary>Longest that it is at it: a call ends after thirty seconds.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(25);

    private bool _isSet;
    private bool _isAsking;

    public async Task Ask()
    {
        if (_isAsking) return;
        _isAsking = true;
        try
        {
            using var deadline = new CancellationTokenSource(_patience);
            await SetFeesAsync();
            await asker.AskAsync(this.GetPrimaryKeyString(), deadline.Token);
            await asker.LookAsync(deadline.Token);
        }
        finally
        {
            _isAsking = false;
        }
    }

    /// <summary>What the silos were started with holds from now on, also for what was said before.</summary>
    private async Task SetFeesAsync()
    {
        if (_isSet) return;
        var keeper = GrainFactory.GetGrain<IGossipGrain>(GossipCommand.Key);
        _isSet = await keeper.Submit(new GossipCommand.SetFees(Guid.NewGuid(), new(policy.BaseFee, policy.FeePpm, policy.LockDelta))) is CommandReply.Accepted;
    }
}
