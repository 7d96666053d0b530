using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Chains.Tracking;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Chains;

/// <summary>A transaction to look for, with all versions that share its nonce.</summary>
internal sealed record Wanted(ImmutableArray<Bytes32> Versions, Address? From, ulong? Nonce);

/// <summary>
/// Finds what is older than the blocks that are followed (field notes 7 and 8): by receipt, and where no node has one by the sender's nonce, which halves
/// the chain until the block is found in which it was used. Nodes only say where to look; what is found is a block proved at the chain's proof level and
/// bound to the chain that is followed.
/// </summary>
internal sealed class TransactionSearch(ServedChain chain, BlockSource source) : ITransactionSearch
{
    /// <summary>Blocks that receipts point to and that are looked into in one search.</summary>
    private const int MaxCandidates = 4;

    /// <summary>Nonces read in one search: twice what 2⁶³ blocks need.</summary>
    private const int MaxProbes = 126;

    /// <summary>Headers walked to bind a block that two organisations need not agree on.</summary>
    private const int MaxLinked = 4_096;

    /// <inheritdoc/>
    public async Task<Lookup> FindAsync(Wanted wanted, ChainWindow window, BlockRef final, CancellationToken cancellationToken)
    {
        if (wanted is { From: { } from, Nonce: { } nonce })
        {
            var used = await UsedAsync(from, new BlockSelector.ByHash(final.Hash), cancellationToken);
            if (!used.TryGet(out var count, out var error)) return new Lookup.Unproven($"the nonce of {from} at {final}: {error}");
            if (count <= nonce) return new Lookup.NotFinal();
        }

        var byReceipt = await ByReceiptAsync(wanted, window, final, cancellationToken);
        if (byReceipt is Lookup.Found || wanted is not { From: { } sender, Nonce: { } at }) return byReceipt;
        return await ByNonceAsync(sender, at, window, final, cancellationToken);
    }

    private async Task<Lookup> ByReceiptAsync(Wanted wanted, ChainWindow window, BlockRef final, CancellationToken cancellationToken)
    {
        var hints = new List<(Name Node, Receipt Receipt)>();
        foreach (var version in wanted.Versions)
        {
            foreach (var (node, answer) in await chain.Nodes.LookUpEachAsync((n, ct) => n.ReceiptAsync(version, ct), cancellationToken))
                if (answer.IsOk && answer.Value is { } receipt && receipt.Block.Number <= final.Number) hints.Add((node, receipt));
        }

        // An incoming payment has no nonce that is known: nobody having it says only that it is nowhere yet.
        if (hints.Count == 0 && wanted.Nonce is null) return new Lookup.NotFinal();

        // What most nodes say first: a liar must not fill the bound.
        Lookup last = new Lookup.Unproven("no node has a receipt of a final block");
        foreach (var candidate in hints.GroupBy(hint => hint.Receipt.Block.Number).OrderByDescending(group => group.Count()).Take(MaxCandidates))
        {
            var looked = await ProveAsync(candidate.Key, window, cancellationToken);
            if (looked is Lookup.Found found && !wanted.Versions.Any(found.Block.Has))
            {
                foreach (var (node, receipt) in candidate)
                    if (receipt.Block == found.Block.Link.Block) source.Accuse(node, found.Block, receipt);
                looked = new Lookup.Unproven($"block {found.Block.Link.Block} does not hold what a receipt says");
            }

            if (looked is Lookup.Found) return looked;
            last = looked;
        }

        return last;
    }

    /// <summary>The newest block whose parent had not used the nonce, by doubling steps back and then by halves: near blocks first, as pruned nodes have no others.</summary>
    private async Task<Lookup> ByNonceAsync(Address from, ulong nonce, ChainWindow window, BlockRef final, CancellationToken cancellationToken)
    {
        var (unused, used) = (default(ulong?), final.Number);
        ulong step = 1;
        for (var probe = 0; probe < MaxProbes && (unused is not { } below || used - below > 1) && used > 0; probe++)
        {
            var number = unused is { } low ? low + ((used - low) / 2) : used - Math.Min(step, used);
            var answer = await UsedAsync(from, new BlockSelector.ByNumber(number), cancellationToken);
            if (!answer.TryGet(out var count, out var error)) return new Lookup.Unproven($"the nonce of {from} at block {number}: {error}");
            if (count > nonce) used = number;
            else unused = number;
            step *= 2;
        }

        var looked = await ProveAsync(used, window, cancellationToken);
        return looked is Lookup.Found { Block: var block } && !block.Transactions.Any(t => t.From == from && t.Nonce == nonce)
            ? new Lookup.Unproven($"block {block.Link.Block} was said to use nonce {nonce} of {from}, and does not")
            : looked;
    }

    private async Task<Lookup> ProveAsync(ulong number, ChainWindow window, CancellationToken cancellationToken)
    {
        if (await source.ByNumberAsync(number, cancellationToken) is not { } block) return new Lookup.Unproven($"block {number} could not be proved");
        return await IsBoundAsync(block.Link.Block, window, cancellationToken)
            ? new Lookup.Found(block)
            : new Lookup.Unproven($"block {block.Link.Block} could not be linked to {window.Root}");
    }

    /// <summary>
    /// Where two organisations agree on a height below the window they decide; else parent hashes must lead to it. In the window its own links decide:
    /// the nodes may be ahead by a reorg that was not followed yet.
    /// </summary>
    private async Task<bool> IsBoundAsync(BlockRef block, ChainWindow window, CancellationToken cancellationToken)
    {
        if (block.Number >= window.Root.Number) return window.Contains(block.Hash);
        if (chain.NeedsAgreement || chain.Profile.Proof == ProofLevel.None) return true;
        return await source.DescendsAsync(window.Root, block, MaxLinked, cancellationToken);
    }

    private Task<NodeAnswer<ulong>> UsedAsync(Address from, BlockSelector at, CancellationToken cancellationToken) =>
        chain.ReadMoneyAsync((n, ct) => n.TransactionCountAsync(from, at, ct), cancellationToken);
}
