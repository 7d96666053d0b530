using Orleans;
using TPWallet.Chains;
using TPWallet.Chains.Ethereum.Channels;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Towers;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Towers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Effects;

/// <summary>What a tower wants of the chain.</summary>
public sealed class TowerRunner(IGrainFactory grains, ChainSet chains, ChannelActs acts, TowerSettings settings)
{
    public Task<EffectResult> RunAsync(Effect.OfTower e, CancellationToken cancellationToken) => e.Wanted switch
    {
        TowerEffect.Look look => LookAsync(e.Facts, look, cancellationToken),
        TowerEffect.Challenge challenge => ChallengeAsync(e.Facts, challenge, cancellationToken),
        _ => throw new UnreachableException($"No effect of a tower: {e.Wanted.GetType().Name}."),
    };

    /// <summary>The channel at a final block on which two organisations agree; while that has no close, any node's word of one: what a lie can bring about is a challenge that the contract refuses.</summary>
    private async Task<EffectResult> LookAsync(ChannelFacts facts, TowerEffect.Look look, CancellationToken cancellationToken)
    {
        if (chains.Find(facts.Chain) is not { } chain) return new EffectResult.NoAnswer($"Chain {facts.Chain} is not served.");
        var act = look.Packet is { } packet && settings.Payer is { } payer ? await ChannelRunner.ActAsync(grains, new(payer.Account, packet)) : null;
        if ((await grains.GetGrain<IChainTrackerGrain>(facts.Chain.ToString()).Read()).Final is not { } final) return new EffectResult.NoAnswer("No block is final yet.");
        var at = new BlockSelector.ByHash(final.Hash);
        var header = await chain.Nodes.ReadAsync((n, ct) => n.BlockAsync(at, false, ct), cancellationToken);
        if (!header.TryGet(out var block, out var error) || block is null) return new EffectResult.NoAnswer(error?.ToString() ?? "No node has that block.");
        var records = ChannelCalls.Records(ChannelDomain.Id(facts));
        var record = await ChannelRunner.ReadAsync(chain, facts.Manager, records, at, ChannelCalls.ReadRecord, cancellationToken);
        if (!record.TryGet(out var found, out error)) return new EffectResult.NoAnswer(error?.ToString() ?? "No node has that record.");
        if (found.Stage == ChannelStage.Gone && !look.WasSeen) return new EffectResult.NoAnswer($"Block {final} has no such channel.");
        return new EffectResult.TowerSeen(new(block.Header.Timestamp, found.Stage, ClosingOf(found) ?? await NewestAsync(chain, facts.Manager, records, cancellationToken), act));
    }

    private static async Task<TowerClosing?> NewestAsync(ServedChain chain, Address manager, HexBytes records, CancellationToken cancellationToken)
    {
        var newest = await chain.Nodes.ReadAsync((n, ct) => n.CallAsync(new CallRequest(default, manager, UInt256.Zero, records), BlockSelector.Latest, ct), cancellationToken);
        return newest.TryGet(out var bytes, out _) && ChannelCalls.ReadRecord(bytes).TryGet(out var seen, out _) ? ClosingOf(seen) : null;
    }

    private async Task<EffectResult> ChallengeAsync(ChannelFacts facts, TowerEffect.Challenge challenge, CancellationToken cancellationToken)
    {
        if (settings.Payer is not { } payer) return new EffectResult.Failed(new(RejectionCode.NoRule, "an account that pays for what this tower does (Tower:Account)", "none"));
        // What the channel's sides hold each other to is not a tower's to know: the call says all.
        var opening = new ChannelOpening(payer.Account, payer.Key, facts, new(UInt256.Zero, UInt256.Zero, UInt256.Zero, 0, 0), null);
        return await acts.RunAsync(new Effect.ActOnChannel(opening, challenge.Act, new ChannelCall.Challenge(challenge.State)), cancellationToken);
    }

    private static TowerClosing? ClosingOf(ChannelRecord record) => record.ClosesAt == 0 ? null : new(record.Nonce, record.ClosesAt, record.State);
}
