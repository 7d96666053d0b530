using TPWallet.Chains.Ethereum.Channels;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces.Channels;

namespace TPWallet.Grains.Effects;

/// <summary>What the contract's events say of a channel's money, in final blocks.</summary>
internal static class EntryReader
{
    /// <summary>Ranges of logs that are read in one look; what is left is read by the next.</summary>
    private const int Ranges = 32;

    /// <summary>
    /// The entries of some blocks, oldest first, on which two organisations agree, and the last block that was read. Where nodes do not answer or do not agree there is nothing, and
    /// the next look asks again: closing and paying out do not wait for it.
    /// </summary>
    internal static async Task<(ImmutableArray<ContractEntry> Entries, ulong To)> ReadAsync(ServedChain chain, ChannelFacts facts, ulong from, ulong final, CancellationToken cancellationToken)
    {
        var id = ChannelDomain.Id(facts);
        var entries = ImmutableArray.CreateBuilder<ContractEntry>();
        var read = 0UL;
        for (var i = 0; i < Ranges && from <= final; i++)
        {
            var to = Math.Min(final, from + EthereumNode.MaxLogRange - 1);
            var first = from;
            var answer = await chain.ReadMoneyAsync((n, ct) => n.LogsAsync(first, to, [facts.Manager], ChannelCalls.Movements(id), ct), cancellationToken);
            if (!answer.TryGet(out var logs, out _)) break;
            // A range counts as a whole, or is read again.
            var found = new List<ContractEntry>();
            foreach (var block in logs.Select(static log => log.Block.Number).Distinct().Order())
            {
                // The events with the amounts do not name the channel: the whole block's are read, in their order.
                var whole = await chain.ReadMoneyAsync((n, ct) => n.LogsAsync(block, block, [facts.Manager], [], ct), cancellationToken);
                if (!whole.TryGet(out var all, out _)) return Found();
                foreach (var transaction in all.OrderBy(static log => log.LogIndex).GroupBy(static log => log.TransactionHash))
                    found.AddRange(ChannelCalls.ReadEntries(transaction.Select(static log => log.Log), transaction.Key, facts, id));
            }

            entries.AddRange(found);
            read = to;
            from = to + 1;
        }

        return Found();

        (ImmutableArray<ContractEntry>, ulong) Found() => read == 0 ? (default, 0) : (entries.Count == 0 ? default : entries.ToImmutable(), read);
    }
}
