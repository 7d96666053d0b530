using Orleans;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Benchmarks.Chain;

/// <summary>What a tracker takes from grains only, as lanes and accounts send it.</summary>
public interface IWatchDeskGrain : IGrainWithStringKey
{
    /// <summary>Watches transactions of one sender.</summary>
    Task Watch(Address from, ImmutableArray<(Bytes32 Hash, ulong Nonce)> transactions);

    /// <summary>Stops the chain, so that it can be resumed from a block.</summary>
    Task Stop();
}

/// <summary>Its key is the chain.</summary>
public sealed class WatchDeskGrain : Grain, IWatchDeskGrain
{
    private IChainTrackerGrain Tracker => GrainFactory.GetGrain<IChainTrackerGrain>(this.GetPrimaryKeyString());

    public async Task Watch(Address from, ImmutableArray<(Bytes32 Hash, ulong Nonce)> transactions)
    {
        var replies = await Task.WhenAll(transactions.Select(
            transaction => Tracker.Submit(new TrackerCommand.WatchTransaction(Guid.NewGuid(), transaction.Hash, from, transaction.Nonce))));
        if (Array.Exists(replies, static reply => reply is not CommandReply.Accepted)) throw new InvalidOperationException("The tracker refused a watch.");
    }

    public async Task Stop()
    {
        if (await Tracker.Submit(new TrackerCommand.RecordStop(Guid.NewGuid(), "the benchmark begins again")) is not CommandReply.Accepted)
            throw new InvalidOperationException("The tracker did not stop.");
    }
}
