using TPWallet.Chains.Bitcoin;

namespace TPWallet.Chains.Nodes;

/// <summary>What a pool demands.</summary>
/// <param name="Least">The rate below which nothing is taken now.</param>
/// <param name="Increment">What a replacement adds for its own size at least (BIP-125, rule 4).</param>
public sealed record PoolTerms(FeeRate Least, FeeRate Increment);
