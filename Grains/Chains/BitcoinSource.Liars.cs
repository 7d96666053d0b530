using TPWallet.Chains;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Chains.Tracking;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Chains;

/// <summary>What work lets be held against a node: other transactions than a header commits to, a transaction that a block has not, a chain that stands still.</summary>
internal sealed partial class BitcoinSource
{
    private const int MaxEvidenceBytes = 64 * 1024;

    /// <summary>Headers of the chain with most work that stand beside a stale head: half of what a final block has on top of it on most chains, and 80 bytes each.</summary>
    private const int MaxHeaders = 256;

    private readonly NodeLags _lags = new(chain);

    /// <summary>Every node names its head in each look; whose head is old, or on a branch with less work, is weighed by the chain's rule.</summary>
    public async Task WeighAsync(ChainWindow window, BlockRef final, CancellationToken cancellationToken)
    {
        if (_headers.Known is not { } tree || !_lags.IsDue(RefOf(tree.Best))) return;
        foreach (var (node, head, has) in _headers.ClaimsIn(tree))
        {
            var claim = new HeadClaim(
                (ulong)Math.Max(0, has),
                $"{head}, whose chain has block {has} of it",
                () => Heavier(tree, head, has),
                ct => chain.Nodes.AskAsync(node, static async (n, token) => LoadingOf(await n.StandingAsync(token)), ct));
            await _lags.WeighAsync(node, claim, RefOf(tree.Best), cancellationToken);
        }
    }

    private static NodeAnswer<bool> LoadingOf(NodeAnswer<ChainStanding> answer) => answer.TryGet(out var standing, out var error) ? standing.IsLoading : error;

    /// <summary>The stale header, where it is known, and those of the chain with most work from where the two part: their work can be added up by anybody.</summary>
    private static HexBytes Heavier(HeaderTree tree, BitcoinHash head, int has)
    {
        var bytes = new List<byte>(tree.Find(head)?.Header.Encode() ?? []);
        for (var height = Math.Max(has + 1, tree.Best.Height - MaxHeaders + 1); height <= tree.Best.Height; height++)
            if (tree.At(height) is { } hash) bytes.AddRange(tree.Find(hash)!.Header.Encode());
        return bytes.ToArray();
    }

    /// <summary>
    /// A block of a header that its work proved. One whose transactions are not the header's is asked for again, since a connection can break in many ways: who gives
    /// such a block twice lies, and what it gave is kept.
    /// </summary>
    private async Task<NodeAnswer<BitcoinBlock>> BlockOfAsync(BitcoinNode node, BitcoinHeader header, CancellationToken cancellationToken)
    {
        var answer = Having(await node.BlockAsync(header.Hash(), cancellationToken));
        if (!ContradictsItsHeader(answer.Error)) return answer;
        var again = await node.RawBlockAsync(header.Hash(), cancellationToken);
        if (!again.TryGet(out var bytes, out _) || BitcoinBlock.Decode(bytes.Span).Refusal is not { } refusal) return answer;
        var fact = new NodeError.Garbage(refusal);
        if (!ContradictsItsHeader(fact)) return answer;
        var kept = bytes.Span[..Math.Min(bytes.Length, MaxEvidenceBytes)];
        chain.Nodes.Quarantine(node.Name, fact, new([.. header.Encode(), .. kept]));
        return fact;
    }

    /// <summary>A well-formed list of transactions that the header does not commit to; what cannot be read at all may be a broken answer.</summary>
    private static bool ContradictsItsHeader(NodeError? error) =>
        error is NodeError.Garbage { Refusal.Code: "merkle.root" or "merkle.duplicate" or "merkle.empty" or "block.coinbase" };

    /// <summary>A node said that a block holds a transaction which, proved, does not.</summary>
    private void Accuse(Name node, BitcoinHeader header, BitcoinHash txid)
    {
        var fact = new DecodeRefusal("confirmation.block", $"a block with {txid}", $"{header.Hash()}");
        chain.Nodes.Quarantine(node, new NodeError.Garbage(fact), new([.. header.Encode(), .. txid.Shown.ToArray()]));
    }
}
