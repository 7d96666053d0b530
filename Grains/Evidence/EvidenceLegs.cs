using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Evidence;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Evidence;

/// <summary>Reads from the chain's nodes what proves a leg: its transaction, its block with those on top, and both Merkle proofs.</summary>
internal sealed class EvidenceLegs(ChainSet chains)
{
    /// <summary>Headers, the block's own included, where finality is a tag and no depth: half an epoch of Ethereum (consensus-specs, SLOTS_PER_EPOCH).</summary>
    private const int HeadersOfTag = 16;

    /// <summary>The evidence, or null with the refusal: NodeUnavailable, ProofInvalid, Retry.</summary>
    public async Task<(EvidenceLeg? Leg, Rejection? Refusal)> ReadAsync(Name leg, Inclusion inclusion, CancellationToken cancellationToken)
    {
        if (inclusion.Chain.IsBitcoin) return (null, new(RejectionCode.UnsupportedKind, $"{leg} on an EVM chain or the ledger", $"on {inclusion.Chain}"));
        if (chains.Find(inclusion.Chain) is not { } chain) return (null, new(RejectionCode.NodeUnavailable, $"nodes of {inclusion.Chain}", "none"));
        var (block, missing) = await BlockAsync(chain, new BlockSelector.ByHash(inclusion.Block.Hash), withTransactions: true, cancellationToken);
        if (block is null) return (null, missing);
        var answer = await chain.Nodes.ReadAsync(
            (node, ct) => node.BlockReceiptsAsync(new BlockSelector.ByHash(inclusion.Block.Hash), ct), cancellationToken);
        if (!answer.TryGet(out var read, out var error) || read is not { } receipts) return (null, Unavailable("the block's receipts", error));
        if (block.Bodies() is not { } bodies || BlockProof.Check(block.Header, inclusion.Block.Hash, bodies, receipts) is not null)
            return (null, new(RejectionCode.ProofInvalid, $"transactions and receipts that make the roots of {inclusion.Block.Hash}", "others"));
        var index = IndexOf(bodies, inclusion.TxHash);
        if (index < 0) return (null, new(RejectionCode.ProofInvalid, $"{inclusion.TxHash} in block {inclusion.Block.Hash}", "not there"));
        var (headers, moved) = await HeadersAsync(chain, block, cancellationToken);
        if (headers is not { } on) return (null, moved);
        var raw = bodies.Select(static transaction => transaction.Encode()).ToArray();
        return (new(
            leg,
            raw[index],
            on,
            index,
            MerklePatricia.OrderedProof(raw, index),
            MerklePatricia.OrderedProof([.. receipts.Select(static receipt => receipt.Encode())], index)), null);
    }

    private static async Task<(ImmutableArray<HexBytes>? Headers, Rejection? Refusal)> HeadersAsync(
        ServedChain chain, NodeBlock block, CancellationToken cancellationToken)
    {
        var depth = Math.Min(chain.Profile.Finality is FinalityRule.Depth rule ? rule.Confirmations : HeadersOfTag, EvidencePack.MaxHeaders);
        var headers = ImmutableArray.Create((HexBytes)block.Header.Encode());
        var below = block.Ref;
        for (var i = 1; i < depth; i++)
        {
            var (next, missing) = await BlockAsync(chain, new BlockSelector.ByNumber(below.Number + 1), withTransactions: false, cancellationToken);
            if (next is null) return (null, missing);
            if (next.Header.ParentHash != below.Hash)
                return (null, new(RejectionCode.Retry, $"a block on top of {below.Hash}", $"one on top of {next.Header.ParentHash}"));
            headers = headers.Add(next.Header.Encode());
            below = next.Ref;
        }

        return (headers, null);
    }

    private static async Task<(NodeBlock? Block, Rejection? Refusal)> BlockAsync(
        ServedChain chain, BlockSelector selector, bool withTransactions, CancellationToken cancellationToken)
    {
        var answer = await chain.Nodes.ReadAsync((node, ct) => node.BlockAsync(selector, withTransactions, ct), cancellationToken);
        return answer.TryGet(out var block, out var error) && block is not null ? (block, null) : (null, Unavailable($"block {selector}", error));
    }

    private static Rejection Unavailable(string expected, NodeError? error) =>
        new(RejectionCode.NodeUnavailable, expected, error?.ToString() ?? "a node that does not have it");

    private static int IndexOf(IReadOnlyList<IBlockTransaction> bodies, Bytes32 hash)
    {
        for (var i = 0; i < bodies.Count; i++)
            if (bodies[i].Hash() == hash) return i;
        return -1;
    }
}
