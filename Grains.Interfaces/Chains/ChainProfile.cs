using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Chains;

/// <summary>How a chain is believed (design.md, Chain truth): proof level.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProofLevel>))]
public enum ProofLevel
{
    /// <summary>One node's word. Development only.</summary>
    None = 0,

    /// <summary>Header hash, parent link, transaction and receipt tries all recomputed.</summary>
    Consistent = 1,

    /// <summary>Consistent, and two nodes of different organisations give the same hash at that height.</summary>
    Agreed = 2,

    /// <summary>Bitcoin: headers with proof of work by the network's rules, of which most work wins, and all transactions of a block rebuild its Merkle root.</summary>
    Work = 3,
}

/// <summary>When a block counts as final: by depth below the head, or by the finalized tag that the nodes claim (recorded, never moves back).</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "by")]
[JsonDerivedType(typeof(Depth), "depth")]
[JsonDerivedType(typeof(FinalizedTag), "finalized-tag")]
[GenerateSerializer, Immutable, Alias("tpw.finality")]
public abstract record FinalityRule
{
    private FinalityRule()
    {
    }

    /// <summary>Final when so many blocks stand on top of it.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.finality.depth")]
    public sealed record Depth(int Confirmations) : FinalityRule;

    /// <summary>Final when the chain's <c>finalized</c> tag has passed it.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.finality.tag")]
    public sealed record FinalizedTag : FinalityRule;
}

/// <summary>Versioned facts of a chain, from configuration.</summary>
/// <param name="HistoryDepth">How many block hashes are kept for reorg detection; a deeper reorg stops the chain.</param>
/// <param name="PollEvery">Interval between polls of the head.</param>
[GenerateSerializer, Immutable, Alias("tpw.chain-profile")]
public sealed record ChainProfile(ChainId Chain, int Version, ProofLevel Proof, FinalityRule Finality, int HistoryDepth, Span PollEvery);
