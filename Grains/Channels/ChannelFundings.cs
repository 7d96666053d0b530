using System.Collections.Concurrent;
using Orleans;
using TPWallet.Chains.Ethereum.Channels;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Channels;

/// <summary>What contracts hold for channels of others, in final blocks on which two organisations agree. What was read stands for a while, so that who tells much costs few look-ups.</summary>
public sealed class ChannelFundings(IGrainFactory grains, ChainSet chains, TimeProvider time)
{
    /// <summary>Most that are kept; beyond this all are read anew.</summary>
    private const int MostKept = 16_384;

    private static readonly TimeSpan _openFor = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan _otherwiseFor = TimeSpan.FromSeconds(15);

    // Caches.
    private readonly ConcurrentDictionary<Bytes32, (FundingSight Sight, long At)> _seen = new();
    private readonly ConcurrentDictionary<(ChainId Chain, Address Manager), bool> _contracts = new();

    /// <summary>What a channel's contract shows; null: nothing that could be asked just now.</summary>
    public async Task<FundingSight?> LookAsync(ChannelFacts facts, CancellationToken cancellationToken) =>
        Known(ChannelDomain.Id(facts)) ?? await LookAgainAsync(facts, cancellationToken);

    /// <summary>What was read a moment ago; null: nothing was.</summary>
    public FundingSight? Known(Bytes32 channel) =>
        _seen.TryGetValue(channel, out var seen) && time.GetElapsedTime(seen.At) < (seen.Sight.Stage == ChannelStage.Open ? _openFor : _otherwiseFor) ? seen.Sight : null;

    /// <summary>The same, whatever was read before.</summary>
    public async Task<FundingSight?> LookAgainAsync(ChannelFacts facts, CancellationToken cancellationToken)
    {
        if (chains.Find(facts.Chain) is not { } chain) return null;
        if ((await grains.GetGrain<IChainTrackerGrain>(facts.Chain.ToString()).Read()).Final is not { } final) return null;
        var (id, at) = (ChannelDomain.Id(facts), new BlockSelector.ByHash(final.Hash));
        if (!await IsContractAsync(chain, facts, at, cancellationToken)) return null;
        var record = await ChannelRunner.ReadAsync(chain, facts.Manager, ChannelCalls.Records(id), at, ChannelCalls.ReadRecord, cancellationToken);
        if (!record.TryGet(out var found, out _)) return null;
        if (_seen.Count >= MostKept) _seen.Clear();
        var held = found.Funds.Sum > found.Withdrawn.Sum ? found.Funds.Sum - found.Withdrawn.Sum : UInt256.Zero;
        var sight = new FundingSight(found.Stage, held);
        _seen[id] = (sight, time.GetTimestamp());
        return sight;
    }

    /// <summary>The known contract, byte for byte: another one could show any channel.</summary>
    private async Task<bool> IsContractAsync(ServedChain chain, ChannelFacts facts, BlockSelector at, CancellationToken cancellationToken)
    {
        if (_contracts.TryGetValue((facts.Chain, facts.Manager), out var known)) return known;
        var code = await chain.ReadMoneyAsync((n, ct) => n.CodeAsync(facts.Manager, at, ct), cancellationToken);
        return code.TryGet(out var bytes, out _)
            && (_contracts[(facts.Chain, facts.Manager)] = ChannelCode.Read(bytes, ChannelRunner.ConstantsOf(ChannelDomain.Of(facts))).TryGet(out _, out _));
    }
}
