using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Lanes;

/// <summary>
/// What the fee of a chain leg would be made of if it were signed now: the parts that its lane would bid, what that comes to, and how it stands to the leg's budget. Amounts
/// are wei or satoshis. It reserves nothing and promises nothing: the lane looks at the market anew when it signs.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Gas), "gas")]
[JsonDerivedType(typeof(Coins), "coins")]
[JsonDerivedType(typeof(Refused), "refused")]
[GenerateSerializer, Immutable, Alias("tpw.fee-preview")]
public abstract record FeePreview
{
    private FeePreview(Name leg, ChainId chain) => (Leg, Chain) = (leg, chain);

    [Id(0)]
    public Name Leg { get; init; }

    [Id(1)]
    public ChainId Chain { get; init; }

    /// <summary>On an EVM chain (EIP-1559).</summary>
    /// <param name="EstimatedGas">By the nodes.</param>
    /// <param name="IsSimulated">Its gas is that of a simulation after the legs that it comes after, which are not mined yet; the lane estimates it anew.</param>
    /// <param name="GasLimit">What the transaction would be given.</param>
    /// <param name="BaseFeePerGas">Of the block to come.</param>
    /// <param name="MaxPriorityFeePerGas">Bid by the lane, as <paramref name="MaxFeePerGas"/>.</param>
    /// <param name="DataFee">What an L2 charges beside the gas, by its own contract; null where the chain reports none.</param>
    /// <param name="Total">What it comes to.</param>
    [GenerateSerializer, Immutable, Alias("tpw.fee-preview.gas")]
    public sealed record Gas(
        Name Leg,
        ChainId Chain,
        ulong NextBlock,
        ulong EstimatedGas,
        bool IsSimulated,
        ulong GasLimit,
        UInt256 BaseFeePerGas,
        UInt256 MaxPriorityFeePerGas,
        UInt256 MaxFeePerGas,
        UInt256? DataFee,
        FeeTotal Total)
        : FeePreview(Leg, Chain);

    /// <summary>On a chain of the Bitcoin family.</summary>
    /// <param name="Inputs">Coins that would be spent.</param>
    /// <param name="VirtualBytes">Of the signed transaction, at most.</param>
    /// <param name="FeeRateSatPerKvb">Satoshis per 1000 virtual bytes, by the nodes' estimate.</param>
    /// <param name="Change">What comes back to the sender.</param>
    [GenerateSerializer, Immutable, Alias("tpw.fee-preview.coins")]
    public sealed record Coins(Name Leg, ChainId Chain, int Inputs, int VirtualBytes, UInt256 FeeRateSatPerKvb, UInt256 Change, FeeTotal Total)
        : FeePreview(Leg, Chain);

    /// <summary>
    /// Nothing can be said of it: WrongState (it is signed already), SimulationFailed, InsufficientFunds, LegMismatch (not from an own address), WrongChain, NodeUnavailable.
    /// </summary>
    [GenerateSerializer, Immutable, Alias("tpw.fee-preview.refused")]
    public sealed record Refused(Name Leg, ChainId Chain, Rejection Rejection) : FeePreview(Leg, Chain);
}

/// <summary>What a leg's fee comes to.</summary>
/// <param name="Expected">What the first version would pay at the prices of now.</param>
/// <param name="First">The most that it can pay.</param>
/// <param name="Most">The most that the leg pays, whatever version of it is mined.</param>
/// <param name="Cap">The leg's fee budget. A leg that is given up may pay a replacement's step above it, so that no cap blocks the way out.</param>
/// <param name="ExceedsCap">The budget does not pay for the first version: the lane would refuse the leg (FeeBudgetExceeded).</param>
/// <param name="WithinBlocks">Blocks within which the first bid is to be mined; if it is not, it is replaced.</param>
/// <param name="ConfidencePpm">Share of the past, in millionths, in which it would have been; 0 where it follows from rules or a node's estimate alone.</param>
/// <param name="Saving">Null where the leg makes one payment.</param>
[GenerateSerializer, Immutable, Alias("tpw.fee-total")]
public sealed record FeeTotal(
    UInt256 Expected, UInt256 First, UInt256 Most, UInt256 Cap, bool ExceedsCap, int WithinBlocks, int ConfidencePpm, BatchSaving? Saving);

/// <summary>A batch beside its payments one by one, at the same prices.</summary>
/// <param name="Singly">What they would be expected to cost, each in a transaction of its own.</param>
/// <param name="Together">What they are expected to cost in one, without an L2's data fee.</param>
[GenerateSerializer, Immutable, Alias("tpw.batch-saving")]
public sealed record BatchSaving(int Payments, UInt256 Singly, UInt256 Together);

/// <summary>Legs of which a preview is wanted before anything is drafted.</summary>
/// <param name="Legs">As a packet would have them.</param>
/// <param name="SettleBefore">Until when they would have to be mined: a short time is bid for high.</param>
[GenerateSerializer, Immutable, Alias("tpw.fee-question")]
public sealed record FeeQuestion(ImmutableArray<Leg> Legs, Instant SettleBefore);

/// <summary>The previews of all chain legs, in the packet's order.</summary>
[GenerateSerializer, Immutable, Alias("tpw.fee-previews")]
public sealed record FeePreviews(ImmutableArray<FeePreview> Legs);

/// <summary>The previews, or why there are none at all.</summary>
[GenerateSerializer, Immutable, Alias("tpw.fee-preview-reply")]
public abstract record FeePreviewReply
{
    private FeePreviewReply()
    {
    }

    [GenerateSerializer, Immutable, Alias("tpw.fee-preview-reply.told")]
    public sealed record Told(FeePreviews Previews) : FeePreviewReply;

    /// <summary>NotFound, what is wrong with the form of the legs, DeadlinePassed, NodeUnavailable.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.fee-preview-reply.refused")]
    public sealed record Refused(Rejection Rejection) : FeePreviewReply;
}
