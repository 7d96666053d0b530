using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Chains.Tracking;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Chains;

/// <summary>A block at the chain's proof level.</summary>
internal sealed record ProvenBlock(Link Link, IReadOnlyList<MinedTransaction> Transactions);

/// <summary>
/// Blocks as the chain proves them: header hashed, tries of all transactions and receipts rebuilt, the hash at that height agreed by two organisations
/// where the profile asks for it. Null means: not now; nothing is believed on one node's word alone.
/// </summary>
internal sealed class BlockSource(ServedChain chain)
{
    private ChainId Chain => chain.Profile.Chain;

    public async Task<BlockRef?> HeadAsync(CancellationToken cancellationToken) =>
        (await BlockAsync(BlockSelector.Latest, withTransactions: false, cancellationToken))?.Ref;

    /// <summary>The newest block that the nodes call finalized, agreed where the profile asks for it.</summary>
    public async Task<BlockRef?> FinalizedAsync(CancellationToken cancellationToken)
    {
        var answer = await chain.ReadMoneyAsync(
            async (n, ct) =>
            {
                var block = await n.BlockAsync(BlockSelector.Finalized, false, ct);
                return RefOf(block, "no finalized block");
            },
            cancellationToken);
        return answer.IsOk ? answer.Value : null;
    }

    public Task<ProvenBlock?> ByHashAsync(Bytes32 hash, CancellationToken cancellationToken) =>
        ProveAsync(new BlockSelector.ByHash(hash), cancellationToken);

    public Task<ProvenBlock?> ByNumberAsync(ulong number, CancellationToken cancellationToken) =>
        ProveAsync(new BlockSelector.ByNumber(number), cancellationToken);

    private async Task<ProvenBlock?> ProveAsync(BlockSelector selector, CancellationToken cancellationToken)
    {
        var block = await BlockAsync(selector, withTransactions: true, cancellationToken);
        if (block is null || !await IsAgreedAsync(block.Ref, cancellationToken)) return null;
        var receipts = await chain.Nodes.ReadAsync((n, ct) => n.BlockReceiptsAsync(new BlockSelector.ByHash(block.Ref.Hash), ct), cancellationToken);
        if (!receipts.TryGet(out var all, out _) || all is not { } proofs) return null;
        var signed = block.Signed();
        if (chain.Profile.Proof >= ProofLevel.Consistent && (signed is null || BlockProof.Check(block.Header, block.Ref.Hash, signed, proofs) is not null)) return null;
        if (block.Transactions is not { } transactions || transactions.Count != proofs.Count) return null;
        var mined = transactions.Zip(proofs, (transaction, receipt) => Mined(transaction, receipt, block.Ref)).ToArray();
        return new(new Link(block.Ref, block.Header.ParentHash), mined);
    }

    private async Task<bool> IsAgreedAsync(BlockRef block, CancellationToken cancellationToken)
    {
        if (!chain.NeedsAgreement) return true;
        var second = await chain.Nodes.ReadAgreedAsync(
            async (n, ct) =>
            {
                var answer = await n.BlockAsync(new BlockSelector.ByNumber(block.Number), false, ct);
                return RefOf(answer, "no such height yet");
            },
            cancellationToken);
        return second.IsOk && second.Value.Value == block;
    }

    private static NodeAnswer<BlockRef> RefOf(NodeAnswer<NodeBlock?> answer, string none)
    {
        if (!answer.IsOk) return answer.Error!;
        return answer.Value is { } block ? block.Ref : new NodeError.NoAnswer(none);
    }

    private async Task<NodeBlock?> BlockAsync(BlockSelector selector, bool withTransactions, CancellationToken cancellationToken)
    {
        var answer = await chain.Nodes.ReadAsync((n, ct) => n.BlockAsync(selector, withTransactions, ct), cancellationToken);
        return answer.IsOk ? answer.Value : null;
    }

    private MinedTransaction Mined(NodeTransaction transaction, Receipt receipt, BlockRef block)
    {
        var movements = ImmutableArray.CreateBuilder<Movement>();
        if (transaction.Signed is { Transaction: { To: { } to } body } && !body.Value.IsZero)
            movements.Add(new(-1, transaction.From, to, new(AssetId.Native(Chain), body.Value)));
        var index = receipt.FirstLogIndex;
        foreach (var log in receipt.Logs)
        {
            foreach (var (from, to2, amount) in TokenLogs.MovementsOf(Chain, log)) movements.Add(new(index, from, to2, amount));
            index++;
        }

        var inclusion = new Inclusion(Chain, transaction.Hash, block, receipt.Succeeded, receipt.FeePaid() ?? UInt256.Zero);
        return new(inclusion, transaction.From, transaction.Signed?.Transaction.Nonce ?? 0, movements.ToImmutable());
    }
}
