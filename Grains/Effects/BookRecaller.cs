using Orleans;
using TPWallet.Chains;
using TPWallet.Chains.Ethereum.Channels;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains.Effects;

/// <summary>Finds the book of an old state in a side's own stream, by the hash that the contract has of it.</summary>
/// <param name="tenant">The journal's.</param>
public sealed class BookRecaller(ChainSet chains, IGrainFactory grains, IJournal journal, string tenant)
{
    private const int Page = 512;

    public async Task<EffectResult> RunAsync(Effect.RecallBook e, CancellationToken cancellationToken)
    {
        var facts = e.Opening.Facts;
        if (chains.Find(facts.Chain) is not { } chain) return new EffectResult.Failed(new(RejectionCode.WrongChain, "a chain of this deployment", facts.Chain.ToString()));
        if ((await grains.GetGrain<IChainTrackerGrain>(facts.Chain.ToString()).Read()).Final is not { } final) return new EffectResult.NoAnswer("No block is final yet.");
        var request = new CallRequest(default, facts.Manager, UInt256.Zero, ChannelCalls.Records(e.Side.Channel));
        var answer = await chain.ReadMoneyAsync((n, ct) => n.CallAsync(request, new BlockSelector.ByHash(final.Hash), ct), cancellationToken);
        if (!answer.TryGet(out var bytes, out var error)) return new EffectResult.NoAnswer(error?.ToString() ?? "No node has that block.");
        if (!ChannelCalls.ReadRecord(bytes).TryGet(out var record, out var refusal)) return new EffectResult.NoAnswer(refusal.ToString());
        if (record.Nonce != e.Nonce || record.Stage is ChannelStage.Open or ChannelStage.Gone) return new EffectResult.NoAnswer($"Block {final} has it close by state {record.Nonce}.");
        return new EffectResult.BookRecalled(await FindAsync(new(e.Side, e.Nonce, record.State), e.Side, cancellationToken));
    }

    private async Task<ChannelBook?> FindAsync(BookRecall recall, ChannelRef side, CancellationToken cancellationToken)
    {
        var stream = StreamId.Of(tenant, ChannelDecider.Kind, side.ToString());
        for (var from = 1L; ;)
        {
            var rows = await journal.ReadAsync(stream, from, Page, cancellationToken);
            foreach (var row in rows)
                if (!ShellRows.IsShell(row) && recall.Take(ChannelGrain.Codec.Read(row), new(row.AtUnixMs))) return recall.Found;
            if (rows.Count < Page) return null;
            from = rows[^1].Version + 1;
        }
    }
}
