using TPWallet.Chains.Nodes;
using TPWallet.Domain.Chains.Tracking;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Chains;

/// <summary>Holds nodes to the heads that they name, whether or not anything else was asked of them.</summary>
internal sealed partial class BlockSource
{
    /// <summary>Proven headers that stand beside a stale one.</summary>
    private const int MaxProven = 2;

    private readonly NodeLags _lags = new(chain);

    /// <summary>
    /// Where two organisations prove the chain: a head on another branch is a suspicion, which the final block of its height decides; one that is on the chain and
    /// old is weighed by the chain's rule. A head above the chain that is followed is not known to be anything yet.
    /// </summary>
    public async Task WeighAsync(ChainWindow window, BlockRef final, CancellationToken cancellationToken)
    {
        if (!chain.NeedsAgreement || !_lags.IsDue(window.Head.Block)) return;
        var answers = await chain.Nodes.ProbeEachAsync((n, ct) => n.BlockAsync(BlockSelector.Latest, false, ct), cancellationToken);
        var heads = answers.Where(static answer => answer.Answer is { IsOk: true, Value.HasUnknownFields: false })
            .Select(static answer => (answer.Node, Head: answer.Answer.Value!)).ToArray();
        foreach (var (node, head) in heads)
        {
            var truth = window.At(head.Ref.Number);
            if (truth is { } other && other != head.Ref) Suspect(node, head.Ref, other.Number <= final.Number ? other : null);
            else if (head.Ref.Number > window.Head.Block.Number) Suspect(node, head.Ref, null);
            else await _lags.WeighAsync(node, ClaimOf(node, head, window, heads), window.Head.Block, cancellationToken);
        }

        await JudgeDueAsync(cancellationToken);
    }

    private HeadClaim ClaimOf(Name node, NodeBlock head, ChainWindow window, (Name Node, NodeBlock Head)[] heads) => new(
        head.Ref.Number,
        $"{head.Ref} of time {head.Header.Timestamp}",
        () => Beside(head, heads.Where(other => other.Node != node && window.Contains(other.Head.Ref.Hash)).Select(static other => other.Head)),
        ct => chain.Nodes.AskAsync(node, static (n, token) => n.IsLoadingAsync(token), ct));

    private static HexBytes Beside(NodeBlock stale, IEnumerable<NodeBlock> proven) => new(
    [
        .. stale.Header.Encode().ToArray(),
        .. proven.Where(other => other.Ref.Number > stale.Ref.Number).DistinctBy(static other => other.Ref)
            .OrderByDescending(static other => other.Ref.Number).Take(MaxProven).SelectMany(static other => other.Header.Encode().ToArray()),
    ]);

    private void Suspect(Name node, BlockRef claimed, BlockRef? final)
    {
        if (_suspicions.Count < MaxSuspicions || final is not null) _suspicions.TryAdd((claimed.Number, node), new(claimed, final));
    }
}
