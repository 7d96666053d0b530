using TPWallet.Chains.Bitcoin;

namespace TPWallet.Chains.Nodes;

/// <summary>What a pool would make of a transaction.</summary>
/// <param name="FeeSat">What it pays; null where it is refused.</param>
/// <param name="Why">Null where it would be taken.</param>
public sealed record PoolVerdict(BitcoinHash Txid, long? FeeSat, SendResult? Why)
{
    /// <summary>Whether it would be taken.</summary>
    public bool IsAllowed => Why is null;
}
