using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Histories;

/// <summary>
/// What a history's script makes true, from the script alone: no node is asked, and nothing of the product's. It knows which blocks there are, what each holds,
/// and which the tracker has seen.
/// </summary>
internal sealed class ChainOracle(int confirmations)
{
    private readonly List<ScriptedBlock> _chain = [];
    private readonly Dictionary<Bytes32, ScriptedPayment> _told = [];
    private List<ScriptedBlock> _seen = [];

    /// <summary>Blocks of this history.</summary>
    public int Height => _chain.Count;

    public IEnumerable<ScriptedPayment> OnChain => _chain.SelectMany(static block => block.Payments);

    /// <summary>Those of the newest blocks, and how far below the head each is.</summary>
    public IReadOnlyList<ScriptedPayment> In(int newest) => [.. _chain.TakeLast(newest).SelectMany(static block => block.Payments)];

    public void Add(IEnumerable<ScriptedBlock> blocks) => _chain.AddRange(blocks);

    public void Leave(int depth) => _chain.RemoveRange(_chain.Count - depth, depth);

    /// <summary>The tracker looked: how many of the blocks that it knew are gone.</summary>
    public int Look()
    {
        var common = _seen.Zip(_chain).TakeWhile(static pair => ReferenceEquals(pair.First, pair.Second)).Count();
        var gone = _seen.Count - common;
        _seen = [.. _chain];
        for (var i = 0; i <= _chain.Count - confirmations; i++) _chain[i].Final = true;
        foreach (var payment in OnChain.Where(static payment => payment.Credit is not null)) _told[payment.Hash] = payment;
        return gone;
    }

    /// <summary>What the tracker must have told of each payment to the account that it ever saw: its stage, its block, and who took its place for good.</summary>
    public IEnumerable<(ScriptedPayment Payment, string Stage, Bytes32? Block, Bytes32? By)> Stages()
    {
        foreach (var payment in _told.Values)
        {
            var block = _chain.Find(block => block.Payments.Contains(payment));
            var rival = RivalOf(payment);
            yield return block is not null ? (payment, block.Final ? "final" : "mined", block.Hash, null)
                : rival is { Block.Final: true } ? (payment, "conflicted", null, rival.Value.Payment.Hash)
                : (payment, "unseen", null, null);
        }
    }

    /// <summary>Payments to the account that were there, and of which the chain now holds a rival.</summary>
    public IEnumerable<ScriptedPayment> DoubleSpent() => _told.Values.Where(payment => RivalOf(payment) is not null);

    /// <summary>What the account must have, by asset.</summary>
    public IReadOnlyDictionary<AssetId, UInt256> Credits() => _chain.Where(static block => block.Final).SelectMany(static block => block.Payments)
        .Where(static payment => payment.Credit is not null).GroupBy(static payment => payment.Credit!.Value.Asset)
        .ToDictionary(static group => group.Key, static group => group.Aggregate(UInt256.Zero, static (sum, payment) => sum + payment.Credit!.Value.Value));

    private (ScriptedBlock Block, ScriptedPayment Payment)? RivalOf(ScriptedPayment payment)
    {
        foreach (var block in _chain)
            foreach (var other in block.Payments)
                if (other.Claim == payment.Claim && other.Hash != payment.Hash) return (block, other);
        return null;
    }
}
