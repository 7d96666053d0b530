using TPWallet.Chains;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Chains.Supernodes;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Chains;

/// <summary>What a node answered of its head, and how to look closer.</summary>
/// <param name="Has">The newest block of the proven chain that its own chain has.</param>
/// <param name="Says">In words: the head that it named.</param>
/// <param name="Evidence">Its head's header, and after it headers that others proved, in their consensus encoding.</param>
/// <param name="Loads">Asks it whether it says itself that it still loads its chain, which is no lie.</param>
internal sealed record HeadClaim(ulong Has, string Says, Func<HexBytes> Evidence, Func<CancellationToken, Task<NodeAnswer<bool>>> Loads);

/// <summary>Puts nodes out of use that stand still, by the chain's <see cref="LagRule"/>, and says when one of them has caught up.</summary>
internal sealed class NodeLags(IServedChain chain)
{
    private readonly SortedDictionary<Name, Lag> _lags = [];
    private ulong _next;

    /// <summary>Whether it is time to look at the nodes' heads: the chain has gone on since the last look.</summary>
    public bool IsDue(BlockRef proven)
    {
        if (proven.Number < _next) return false;
        _next = proven.Number + chain.Lag.LookEvery;
        return true;
    }

    /// <summary>Takes a node's head in. One that gave no answer is not weighed: that is its breaker's matter.</summary>
    public async Task WeighAsync(Name node, HeadClaim claim, BlockRef proven, CancellationToken cancellationToken)
    {
        var isOut = chain.Pool.Members.Any(member => member.Node.Name == node && member.Health.Suspended is not null);
        var before = _lags.GetValueOrDefault(node, LagRule.Unknown);
        // Put back by an operator, or one that said that it loads: its time begins anew.
        if (before is Lag.StandsStill && !isOut) before = LagRule.Unknown;
        var lag = _lags[node] = chain.Lag.Next(before, claim.Has, proven);
        if (isOut && lag is Lag.Level { Times: > 0 and var times } && times % LagRule.TimesToReturn == 0)
            chain.Pool.RecordCaughtUp(node, $"at {claim.Says}, beside {proven}");
        if (isOut || lag is not Lag.StandsStill still) return;
        if (await claim.Loads(cancellationToken) is { IsOk: true, Value: true }) return;
        var fact = new DecodeRefusal("head.stale", $"a block near {proven}, the chain's", $"{claim.Says}, {still.Gap} blocks behind, and since block {still.Since.Number} more than {chain.Lag.BehindBlocks}");
        chain.Pool.Suspend(node, new NodeError.Garbage(fact), claim.Evidence());
    }
}
