using Orleans.Concurrency;
using TPWallet.Domain.Risk.Reviews;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of the queue of reviewers.</summary>
[Reentrant]
public sealed class ReviewQueueGrain(ShellServices services)
    : MachineGrain<ReviewQueueDecider, ReviewQueueState, ReviewQueueCommand, ReviewQueueEvent>(services, _codec), IReviewQueueGrain
{
    private static readonly MachineCodec<ReviewQueueState, ReviewQueueCommand, ReviewQueueEvent> _codec =
        new(ContractJson.Default.ReviewQueueCommand, ReviewQueueJson.Default.ReviewQueueEvent, ReviewQueueJson.Default.ReviewQueueState);

    public Task<ReviewQueuePage> Read(string? from, int most) => Task.FromResult(ReviewQueueDecider.Page(State, from, most));
}
