using TPWallet.Domain.Chains.Tracking;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Chains;

/// <summary>The way back from a head to a block that is known.</summary>
internal sealed partial class ChainFollower
{
    /// <summary>
    /// Blocks on the way back from a head that could not be connected yet: the next poll goes on there. Each was proved, and is taken only where a header
    /// that was proved too names it.
    /// </summary>
    private readonly Dictionary<Bytes32, ProvenBlock> _proved = [];

    /// <summary>Offers a block and, where its parents are missing, fetches those first.</summary>
    private async Task<bool> ConnectAsync(ProvenBlock block, CancellationToken cancellationToken)
    {
        var waiting = new Stack<ProvenBlock>([block]);
        try
        {
            return await ConnectAsync(waiting, cancellationToken);
        }
        finally
        {
            Keep(waiting);
        }
    }

    private async Task<bool> ConnectAsync(Stack<ProvenBlock> waiting, CancellationToken cancellationToken)
    {
        while (waiting.TryPeek(out var next))
        {
            switch (_window.Offer(next.Link))
            {
                case HeadChange.Known:
                    waiting.Pop();
                    break;
                case HeadChange.Extended extended:
                    await AdoptAsync(extended.Window, next);
                    waiting.Pop();
                    break;
                case HeadChange.Reorged reorged:
                    await RemoveAsync(reorged);
                    await AdoptAsync(reorged.Window, next);
                    waiting.Pop();
                    break;
                case HeadChange.Missing missing:
                    if (waiting.Count > profile.HistoryDepth + MaxPerPoll) return await StopAsync($"a reorg deeper than {profile.HistoryDepth} blocks");
                    if ((_proved.GetValueOrDefault(missing.Parent) ?? await source.ByHashAsync(missing.Parent, cancellationToken)) is not { } parent) return false;
                    waiting.Push(parent);
                    break;
                case HeadChange.ContradictsFinal contradicts:
                    return await StopAsync($"block {contradicts.Offered} contradicts {contradicts.Final}");
                default:
                    throw new UnreachableException();
            }
        }

        return true;
    }

    /// <summary>A node that fails, or a watcher that does not answer, costs one block and not the whole way.</summary>
    private void Keep(IReadOnlyCollection<ProvenBlock> waiting)
    {
        if (waiting.Count == 0 || _proved.Count > profile.HistoryDepth + MaxPerPoll) _proved.Clear();
        foreach (var block in waiting) _proved[block.Link.Block.Hash] = block;
    }
}
