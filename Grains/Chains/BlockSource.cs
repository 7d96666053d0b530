using TPWallet.Chains;
using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Chains.Tracking;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Chains;

/// <summary>
/// Blocks as the chain proves them: header hashed, tries of all transactions and receipts rebuilt, the hash at that height agreed by two organisations
/// where the profile asks for it. Null means: not now; nothing is believed on one node's word alone.
/// </summary>
internal sealed partial class BlockSource(ServedChain chain) : IBlockSource
{
    private const int MaxEvidenceBytes = 64 * 1024;

    /// <summary>Suspicions kept at once; beyond it a further one is not noted, and its node is still blamed.</summary>
    private const int MaxSuspicions = 256;

    /// <summary>Of whom tokens are when they come to be (ERC-20), and coins that a deposit mints.</summary>
    private static readonly Address _nobody = Address.From(new byte[20]);

    /// <summary>By node and height: what a node gave there that was not the agreed block. Judged when the height is final.</summary>
    private readonly SortedDictionary<(ulong Height, Name Node), Suspicion> _suspicions = [];

    private ChainId Chain => chain.Profile.Chain;

    /// <inheritdoc/>
    public string Witnesses => $"{chain.Nodes.Organisations} organisations in service, {(chain.NeedsAgreement ? 2 : 1)} needed";

    public async Task<BlockRef?> HeadAsync(CancellationToken cancellationToken) =>
        (await BlockAsync(BlockSelector.Latest, withTransactions: false, cancellationToken))?.Ref;

    /// <inheritdoc/>
    public async Task<ImmutableArray<BlockRef>> HeadsAsync(CancellationToken cancellationToken)
    {
        var heads = await chain.Nodes.ReadEachAsync((n, ct) => n.BlockAsync(BlockSelector.Latest, false, ct), cancellationToken);
        return [.. heads.Where(head => head.Answer.IsOk && head.Answer.Value is not null).Select(head => head.Answer.Value!.Ref)];
    }

    /// <inheritdoc/>
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

    /// <inheritdoc/>
    public async Task<BlockRef?> AtAsync(ulong number, CancellationToken cancellationToken)
    {
        var answer = await chain.ReadMoneyAsync(
            async (n, ct) => RefOf(await n.BlockAsync(new BlockSelector.ByNumber(number), false, ct), "no such height yet"), cancellationToken);
        return answer.IsOk ? answer.Value : null;
    }

    /// <summary>
    /// Whether a block is an ancestor of another by parent hashes; each header was hashed, so that one node's word is enough. False also when the
    /// headers between are not to be had, or are more than <paramref name="most"/>.
    /// </summary>
    public async Task<bool> DescendsAsync(BlockRef from, BlockRef ancestor, ulong most, CancellationToken cancellationToken)
    {
        if (from.Number < ancestor.Number || from.Number - ancestor.Number > most) return false;
        while (from.Number > ancestor.Number)
        {
            var child = from;
            var answer = await chain.Nodes.ReadAsync((n, ct) => n.BlockAsync(new BlockSelector.ByHash(child.Hash), false, ct), cancellationToken);
            if (!answer.IsOk || answer.Value is not { HasUnknownFields: false } block) return false;
            from = new(from.Number - 1, block.Header.ParentHash);
        }

        return from == ancestor;
    }

    public Task<ProvenBlock?> ByHashAsync(Bytes32 hash, CancellationToken cancellationToken) =>
        ProveAsync(new BlockSelector.ByHash(hash), cancellationToken);

    public Task<ProvenBlock?> ByNumberAsync(ulong number, CancellationToken cancellationToken) =>
        ProveAsync(new BlockSelector.ByNumber(number), cancellationToken);

    /// <summary>
    /// After the chain's block at a height became final: a node that gave another one for that height, and still does, lied. One that does not answer
    /// now is asked again after the next final block.
    /// </summary>
    public async Task JudgeAsync(BlockRef final, CancellationToken cancellationToken)
    {
        foreach (var (key, suspicion) in _suspicions.TakeWhile(suspicion => suspicion.Key.Height <= final.Number).ToArray())
        {
            var truth = key.Height == final.Number ? final : suspicion.Final;
            // One of a height that had passed before the suspicion arose has nothing to be compared with.
            if (truth is null || truth == suspicion.Claimed) _suspicions.Remove(key);
            else _suspicions[key] = suspicion with { Final = truth };
        }

        await JudgeDueAsync(cancellationToken);
    }

    private async Task JudgeDueAsync(CancellationToken cancellationToken)
    {
        var due = _suspicions.Where(static suspicion => suspicion.Value.Final is not null).DistinctBy(static suspicion => suspicion.Key.Node).ToArray();
        foreach (var (key, suspicion) in due)
        {
            var again = await chain.Nodes.AskAsync(key.Node, (n, ct) => n.BlockAsync(new BlockSelector.ByNumber(key.Height), false, ct), cancellationToken);
            if (!again.IsOk || again.Value is not { } block) continue;
            _suspicions.Remove(key);
            if (block.Ref != suspicion.Final) Convict(key.Node, suspicion.Final!.Value, suspicion.Claimed, block);
        }
    }

    private void Convict(Name node, BlockRef truth, BlockRef claimed, NodeBlock again)
    {
        var fact = new DecodeRefusal("block.final", truth.ToString(), $"{claimed}, and again {again.Ref}");
        chain.Nodes.Quarantine(node, new NodeError.Garbage(fact), again.Header.Encode());
    }

    /// <summary>A node gave a receipt that puts a transaction into a block which, proved, does not hold it.</summary>
    public void Accuse(Name node, ProvenBlock block, Receipt receipt)
    {
        var fact = new DecodeRefusal("receipt.block", $"a block with {receipt.TransactionHash}", block.Link.Block.ToString());
        if (chain.NeedsAgreement) chain.Nodes.Quarantine(node, new NodeError.Garbage(fact), Evidence(block.Header, [receipt]));
        else chain.Nodes.Blame(node, fact);
    }

    private async Task<ProvenBlock?> ProveAsync(BlockSelector selector, CancellationToken cancellationToken)
    {
        var told = await chain.Nodes.ReadToldAsync(
            async (n, ct) => Having(await n.BlockAsync(selector, withTransactions: true, ct), static block => block is null), cancellationToken);
        if (!told.IsOk || told.Value is not { Value: { } block } || !await IsAgreedAsync(block.Ref, told.Value.By, cancellationToken)) return null;
        var answer = await chain.Nodes.ReadToldAsync(
            async (n, ct) => Having(await n.BlockReceiptsAsync(new BlockSelector.ByHash(block.Ref.Hash), ct), static receipts => receipts is null),
            cancellationToken);
        if (!answer.IsOk || answer.Value.Value is not { } proofs) return null;
        if (chain.Profile.Proof >= ProofLevel.Consistent && !Fit(block, told.Value.By, proofs, answer.Value.By)) return null;
        if (block.Transactions is not { } transactions || transactions.Count != proofs.Count) return null;
        if (await WithDataFeesAsync(block.Ref, proofs, answer.Value.By, cancellationToken) is not { } receipts) return null;
        var operatorFee = OperatorFee.In(transactions.Count > 0 ? transactions[0].Body : null);
        var mined = transactions.Zip(receipts, (transaction, receipt) => Mined(transaction, receipt, block, operatorFee)).ToArray();
        return new(block.Header.Encode(), new Link(block.Ref, block.Header.ParentHash), mined);
    }

    /// <summary>
    /// Whether transactions and receipts rebuild the header's tries. Where the header is agreed, who gave what does not fit contradicts a proven fact.
    /// Transactions or fields of an unknown kind mean an unknown fork: then nobody lied (design.md, Chain truth).
    /// </summary>
    private bool Fit(NodeBlock block, Name blockBy, Items<Receipt> receipts, Name receiptsBy)
    {
        if (block.Bodies() is not { } bodies) return false;
        if (BlockProof.Check(block.Header, block.Ref.Hash, bodies) is { } wrongBlock) return Contradicts(block, blockBy, wrongBlock, receipts);
        return BlockProof.Check(block.Header, block.Ref.Hash, bodies, receipts) is not { } wrongReceipts
            || Contradicts(block, receiptsBy, wrongReceipts, receipts);
    }

    private bool Contradicts(NodeBlock block, Name liar, DecodeRefusal contradiction, Items<Receipt> receipts)
    {
        if (!chain.NeedsAgreement || block.HasUnknownFields) chain.Nodes.Blame(liar, contradiction);
        else chain.Nodes.Quarantine(liar, new NodeError.Garbage(contradiction), Evidence(block.Header.Encode(), receipts));
        return false;
    }

    /// <summary>The agreed header and the receipts that do not fit it, one after the other, in their consensus encoding.</summary>
    private static HexBytes Evidence(HexBytes header, IEnumerable<Receipt> receipts)
    {
        var bytes = new List<byte>(header.Span.ToArray());
        foreach (var receipt in receipts)
        {
            var next = receipt.Encode();
            if (bytes.Count + next.Length > MaxEvidenceBytes) break;
            bytes.AddRange(next);
        }

        return bytes.ToArray();
    }

    private async Task<bool> IsAgreedAsync(BlockRef block, Name by, CancellationToken cancellationToken)
    {
        if (!chain.NeedsAgreement) return true;
        var agreed = await chain.Nodes.ReadAgreedAsync(
            async (n, ct) =>
            {
                var answer = await n.BlockAsync(new BlockSelector.ByNumber(block.Number), false, ct);
                return RefOf(answer, "no such height yet");
            },
            cancellationToken);
        if (!agreed.IsOk) return false;
        if (agreed.Value.Value == block) return true;
        // It may be behind a reorg; the height's final block will tell.
        Suspect(by, block, null);
        chain.Nodes.Blame(by, new("pool.disagreement", agreed.Value.Value.ToString(), block.ToString()));
        return false;
    }

    /// <summary>A node that does not have it is passed over, and not blamed: it may be behind, and the next one have it.</summary>
    private static NodeAnswer<T> Having<T>(NodeAnswer<T> answer, Func<T, bool> lacks) =>
        answer.IsOk && lacks(answer.Value) ? new NodeError.Refused(0, "it does not have the block") : answer;

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

    private MinedTransaction Mined(NodeTransaction transaction, Receipt receipt, NodeBlock block, OperatorFee operatorFee)
    {
        var movements = ImmutableArray.CreateBuilder<Movement>();
        if (transaction.Body is DepositTransaction { Mint: { IsZero: false } mint })
            movements.Add(new(Movement.Minted, _nobody, transaction.From, new(AssetId.Native(Chain), mint)));
        if (transaction.Body is { To: { } to, Value: { IsZero: false } value })
            movements.Add(new(Movement.Own, transaction.From, to, new(AssetId.Native(Chain), value)));
        var index = receipt.FirstLogIndex;
        foreach (var log in receipt.Logs)
        {
            foreach (var (from, to2, amount) in TokenLogs.MovementsOf(Chain, log)) movements.Add(new(index, from, to2, amount));
            index++;
        }

        var fee = transaction.Body is { } body
            ? receipt.FeePaid(body.PriceAt(block.Header.BaseFeePerGas), operatorFee.Of(body, receipt.GasUsed))
            : receipt.FeePaid(UInt256.Zero);
        var inclusion = new Inclusion(Chain, transaction.Hash, block.Ref, receipt.Succeeded, fee ?? UInt256.Zero);
        return new(inclusion, transaction.From, NonceOf(transaction.Body, receipt), movements.ToImmutable());
    }

    /// <summary>Of a deposit the one that its receipt proves; before there was one (OP Stack, Canyon), and of an unknown kind, one that no account has (EIP-2681).</summary>
    private static ulong NonceOf(IBlockTransaction? body, Receipt receipt) => body switch
    {
        SignedTransaction signed => signed.Transaction.Nonce,
        DepositTransaction when receipt.DepositVersion is not null => receipt.DepositNonce ?? 0,
        _ => ulong.MaxValue,
    };

    /// <param name="Claimed">What the node gave.</param>
    /// <param name="Final">What became final at that height; null before.</param>
    private readonly record struct Suspicion(BlockRef Claimed, BlockRef? Final);
}
