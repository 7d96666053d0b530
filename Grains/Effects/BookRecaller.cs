using Orleans;
using TPWallet.Chains;
using TPWallet.Chains.Ethereum.Channels;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Effects;

/// <summary>Finds the book of an old state in a side's own stream, by the hash that the contract has of it.</summary>
public sealed class BookRecaller(ChainSet chains, IGrainFactory grains, SideHistory history)
{
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
        await foreach (var (@event, at) in history.ReadAsync(side, cancellationToken))
            if (recall.Take(@event, at)) return recall.Found;
        return null;
    }
}
