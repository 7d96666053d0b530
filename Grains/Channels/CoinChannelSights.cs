using System.Collections.Concurrent;
using Orleans;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Bitcoin.Channels;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.CoinChannels;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Channels;

/// <summary>
/// What a chain shows of a channel. While all nodes call its funding unspent, that is all; where one of them does not, blocks are read from before it was spent, along the
/// head that the tracker has proved by work, so that one honest node is enough to see a close. What nodes' pools hold of it must carry the signatures of both.
/// </summary>
public sealed class CoinChannelSights(IGrainFactory grains)
{
    /// <summary>Channels whose blocks are remembered between looks; beyond this all are read again.</summary>
    private const int MaxScans = 256;

    /// <summary>Blocks from the head in which a new funding is looked for; one that is deeper is believed on all nodes' word.</summary>
    private const int MostProved = 288;

    /// <summary>A commitment, what takes its outputs, what takes theirs.</summary>
    private const int MostLevels = 3;

    // What blocks hold never changes: a cache, not state.
    private readonly ConcurrentDictionary<CoinChannelRef, CoinScan> _scans = new();

    /// <returns>Why there is no sight, where there is none.</returns>
    public async Task<(CoinSight? Sight, string? Why)> ReadAsync(ServedBitcoin chain, CoinState state, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(state);
        if ((await grains.GetGrain<IChainTrackerGrain>(chain.Profile.Chain.ToString()).Read()).Head is not { } head) return (null, "The chain is not followed yet.");
        var facts = state.Facts!;
        var funding = CoinTransactions.OutPointOf(facts.Funding);
        var told = await chain.Nodes.ReadEachAtOnceAsync((n, ct) => n.OutputAsync(funding, withPool: true, ct), cancellationToken);
        var known = told.Where(static one => one.Answer.IsOk).Select(static one => one.Answer.Value).ToArray();
        if (known.Length == 0) return (null, "No node says anything of the funding.");
        if (known.All(static output => output is not null)) return await UnspentAsync(chain, state, head, known!, cancellationToken);
        if (state.QuietHeight == 0) return (new((uint)head.Number, 0, null), null);
        return await SpentAsync(chain, state, head, cancellationToken);
    }

    private static async Task<(CoinSight?, string?)> UnspentAsync(ServedBitcoin chain, CoinState state, BlockRef head, UnspentOutput[] outputs, CancellationToken cancellationToken)
    {
        var (channel, confirmations) = (CoinTransactions.ChannelOf(state.Facts!), outputs.Min(static output => output.Confirmations));
        // An output of another value or script does not fund this channel, however deep it is.
        if (outputs.Any(output => output.Output != channel.FundingOutput)) confirmations = 0;
        var isKnown = state.WeReady || confirmations is 0 or > MostProved;
        if (isKnown) return (new((uint)head.Number, (uint)confirmations, null), null);
        var at = BitcoinHash.FromShown(head.Hash);
        for (var depth = 1u; depth <= confirmations + 2; depth++)
        {
            var read = await chain.Nodes.ReadAsync(async (n, ct) => BitcoinSource.Having(await n.BlockAsync(at, ct)), cancellationToken);
            if (!read.TryGet(out var block, out var error)) return (null, error.ToString());
            if (block.Transactions.Any(transaction => transaction.Txid() == channel.Funding.Txid)) return (new((uint)head.Number, depth, null), null);
            at = block.Header.Parent;
        }

        return (null, "The nodes' word of the funding is not borne out by their blocks.");
    }

    private async Task<(CoinSight?, string?)> SpentAsync(ServedBitcoin chain, CoinState state, BlockRef head, CancellationToken cancellationToken)
    {
        var (facts, channel) = (state.Facts!, CoinTransactions.ChannelOf(state.Facts!));
        if (_scans.Count >= MaxScans) _scans.Clear();
        // Whoever looks twice at once reads twice: each look has what it finds for itself until it is whole.
        var scan = (_scans.GetValueOrDefault(state.Ref) ?? CoinScan.Empty(channel.Funding, MostLevels)).Copy();
        if (await scan.FollowAsync(chain, head, state.QuietHeight, cancellationToken) is { } error) return (null, error);
        _scans[state.Ref] = scan.Copy();
        for (var level = 0; level < MostLevels; level++)
            if (!await PoolAsync(chain, scan, channel, cancellationToken)) break;
        // Of a funding that is not in the blocks that were read, it counts that it was seen below them: one that was above is gone.
        var funded = scan.FundingHeight ?? (state.Sight is { FundingDepth: > 0 and var deep } last && last.Height - deep + 1 is var below && below < scan.From ? below : scan.Find(channel.Funding)?.Height);
        var depth = funded is { } at && at <= head.Number ? (uint)head.Number - at + 1 : 0;
        var reader = new CoinSightReader(new(facts, state.Us, state.Own, state.Peer, state.SecretOf, state.Past));
        return (reader.ReadFunded((uint)head.Number, depth, scan.Find), null);
    }

    /// <summary>What the nodes' pools hold that spends what is followed.</summary>
    /// <returns>Whether there was anything new.</returns>
    private static async Task<bool> PoolAsync(ServedBitcoin chain, CoinScan scan, BitcoinChannel channel, CancellationToken cancellationToken)
    {
        var open = scan.Open.Take(BitcoinNode.MaxOutPoints).ToArray();
        if (open.Length == 0) return false;
        var found = false;
        foreach (var (node, answer) in await chain.Nodes.ReadEachAtOnceAsync((n, ct) => n.SpendersAsync(open, ct), cancellationToken))
        {
            if (!answer.IsOk) continue;
            foreach (var txid in answer.Value.OfType<BitcoinHash>().Distinct())
            {
                var body = await chain.Nodes.AskAsync(node, (n, ct) => n.TransactionAsync(txid, ct), cancellationToken);
                if (body is { IsOk: true, Value: { } transaction } && IsSigned(transaction, channel)) found |= scan.Take(new(transaction, null));
            }
        }

        return found;
    }

    /// <summary>Of what spends the funding the signatures are looked at: nobody else's word may have a channel closed.</summary>
    private static bool IsSigned(BitcoinTransaction transaction, BitcoinChannel channel)
    {
        if (transaction.Inputs.All(input => input.Previous != channel.Funding)) return true;
        return transaction.Inputs.Count == 1 && ScriptVerifier.Verify(new SighashContext(transaction, [channel.FundingOutput]), 0) is null;
    }
}
