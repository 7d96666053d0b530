namespace TPWallet.Grains.Chains;

/// <summary>What came of looking for a transaction outside the blocks that are followed.</summary>
internal abstract record Lookup
{
    private Lookup()
    {
    }

    /// <summary>This block of the chain, final or older, holds it, another version of it, or whatever else took its nonce.</summary>
    public sealed record Found(ProvenBlock Block) : Lookup;

    /// <summary>Its nonce was not used up to the final block: if it is mined at all, the blocks that are followed tell.</summary>
    public sealed record NotFinal : Lookup;

    /// <summary>Something took the nonce, and what it was could not be proved now. Never decides anything.</summary>
    public sealed record Unproven(string Why) : Lookup;
}
