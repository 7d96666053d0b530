using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Chains.Supernodes;

/// <summary>Where a node that answers stands beside what others proved of its chain.</summary>
public abstract record Lag
{
    private Lag()
    {
    }

    /// <summary>As near as the rule asks for.</summary>
    /// <param name="Times">How often in a row it was seen so.</param>
    public sealed record Level(int Times) : Lag;

    /// <summary>Behind, and not yet for too long.</summary>
    /// <param name="Since">The chain's newest block when its time began.</param>
    /// <param name="Gap">Blocks that it lacked then.</param>
    public sealed record Behind(BlockRef Since, ulong Gap) : Lag;

    /// <summary>Behind for too long: it stands still, or as good as that.</summary>
    /// <param name="Since">The chain's newest block when its time began.</param>
    /// <param name="Gap">Blocks that it lacks now.</param>
    public sealed record StandsStill(BlockRef Since, ulong Gap) : Lag;
}

/// <summary>
/// How far, and for how long, a node may be behind the chain that others prove and still call itself a node of it. Both are counted in blocks of the chain: a chain
/// that stands still makes nobody late, and no clock is asked. A node that catches up has its time anew each time that it halved what it lacked.
/// </summary>
/// <param name="BehindBlocks">Blocks that it may lack without a word.</param>
/// <param name="ForBlocks">Blocks that the chain goes on while it lacks more than that.</param>
public sealed record LagRule(ulong BehindBlocks, ulong ForBlocks)
{
    /// <summary>How often in a row a node that stood still must be seen level with the others before it is asked again.</summary>
    public const int TimesToReturn = 3;

    /// <summary>What every node begins as.</summary>
    public static Lag Unknown { get; } = new Lag.Level(0);

    /// <summary>What holds where nothing is configured: 6 minutes behind for 13 on Ethereum, half an hour behind for an hour on Bitcoin.</summary>
    public static LagRule For(ChainId chain) => chain.IsBitcoin ? new(3, 6) : new(32, 64);

    /// <summary>Chain's blocks between two looks at the nodes' heads: often enough for the rule, and no more.</summary>
    public ulong LookEvery => Math.Max(1, Math.Min(BehindBlocks, ForBlocks) / 2);

    /// <summary>Takes in what a node answered.</summary>
    /// <param name="before">How it stood.</param>
    /// <param name="has">The newest block of the proven chain that the node's own chain has.</param>
    /// <param name="proven">The newest block that others proved.</param>
    public Lag Next(Lag before, ulong has, BlockRef proven)
    {
        ArgumentNullException.ThrowIfNull(before);
        var gap = Less(proven.Number, has);
        if (gap <= BehindBlocks) return new Lag.Level(before is Lag.Level { Times: var times } ? Math.Min(times, int.MaxValue - 1) + 1 : 1);
        return before switch
        {
            Lag.Level => new Lag.Behind(proven, gap),
            Lag.Behind { Gap: var lacked } when gap <= lacked / 2 => new Lag.Behind(proven, gap),
            Lag.Behind { Since: var since } when Less(proven.Number, since.Number) < ForBlocks => before,
            Lag.Behind { Since: var since } => new Lag.StandsStill(since, gap),
            Lag.StandsStill { Since: var since } => new Lag.StandsStill(since, gap),
            _ => throw new UnreachableException($"No such lag: {before}."),
        };
    }

    private static ulong Less(ulong more, ulong less) => more > less ? more - less : 0;
}
