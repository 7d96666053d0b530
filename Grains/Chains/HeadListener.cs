using Microsoft.Extensions.Logging;
using TPWallet.Chains.Nodes;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Chains;

/// <summary>
/// Hears new heads of one node over its WebSocket and passes them on as hints. It goes on for ever, with growing pauses while the node is not there: nobody waits
/// for it, and what it misses is polled.
/// </summary>
internal sealed class HeadListener(Name node, HeadSubscription heads, TimeProvider time, ILogger log, Func<BlockRef, Task> heard)
{
    private const int LongestDoubling = 6;

    private static readonly TimeSpan _firstPause = TimeSpan.FromSeconds(1);

    /// <summary>Longer than any chain is without a block in order; then the connection is made anew.</summary>
    private static readonly TimeSpan _longestSilence = TimeSpan.FromMinutes(2);

    /// <summary>Ends when cancelled, and never throws.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var failures = 0; !cancellationToken.IsCancellationRequested; failures = Math.Min(failures + 1, LongestDoubling))
        {
            try
            {
                if (await ListenAsync(cancellationToken)) failures = 0;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                log.LogWarning(e, "The WebSocket of {Node} failed.", node);
            }

            await Task.Delay(_firstPause * (1 << failures), time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    /// <summary>Until the connection ends, or something comes that is no head. Whether any head came.</summary>
    private async Task<bool> ListenAsync(CancellationToken cancellationToken)
    {
        var any = false;
        await foreach (var head in heads.WatchAsync(_longestSilence, cancellationToken))
        {
            if (!head.TryGet(out var next, out var error))
            {
                log.LogInformation("The WebSocket of {Node} ended: {Error}", node, error);
                break;
            }

            any = true;
            await heard(next.Block);
        }

        return any;
    }
}
