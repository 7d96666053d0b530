using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Chains;

/// <summary>What it takes to get into a block of an EVM chain (EIP-1559), read from the blocks there were.</summary>
/// <param name="NextBlock">Number of the block to come.</param>
/// <param name="BaseFeePerGas">Its base fee, wei per gas.</param>
/// <param name="TipPerGas">What others pay on top of it, wei per gas: the median of the last blocks.</param>
/// <param name="Offers">Soonest first.</param>
/// <param name="History">Blocks that the offers were read from.</param>
/// <param name="BlockTime">How long a block took, on average.</param>
/// <param name="Bids">What lanes bid, by the blocks that are left; the urgent bid first.</param>
[GenerateSerializer, Immutable, Alias("tpw.fees-view")]
public sealed record FeesView(
    ChainId Chain,
    ulong NextBlock,
    UInt256 BaseFeePerGas,
    UInt256 TipPerGas,
    ImmutableArray<FeeOffer> Offers,
    int History,
    Span BlockTime,
    ImmutableArray<FeeBid> Bids);

/// <summary>What a lane bids for a payment that has so many blocks left, in wei per gas; with fewer than the first bid's too.</summary>
[GenerateSerializer, Immutable, Alias("tpw.fee-bid")]
public sealed record FeeBid(int BlocksLeft, UInt256 MaxFeePerGas, UInt256 MaxPriorityFeePerGas)
{
    /// <summary>Share of the past, in millionths, in which it would have been mined while there was time for another; 0 for one that follows from the rules alone.</summary>
    [Id(0)]
    public int ConfidencePpm { get; init; }
}

/// <summary>What a lane has to know of fees to bid.</summary>
/// <param name="BaseFeePerGas">Of the block to come, wei per gas.</param>
/// <param name="Bids">By the blocks that are left, fewest first; never empty.</param>
[GenerateSerializer, Immutable, Alias("tpw.fee-market")]
public sealed record FeeMarket(UInt256 BaseFeePerGas, Span BlockTime, ImmutableArray<FeeBid> Bids);

/// <summary>An offer, in wei per gas.</summary>
/// <param name="Blocks">Blocks within which it is to get in.</param>
/// <param name="ConfidencePpm">Share of the past moments most like this one, in millionths, in which it would have; 0 where it follows from the rules alone.</param>
/// <param name="Samples">How many moments those were.</param>
[GenerateSerializer, Immutable, Alias("tpw.fee-offer")]
public sealed record FeeOffer(int Blocks, int ConfidencePpm, UInt256 MaxFeePerGas, UInt256 MaxPriorityFeePerGas, int Samples);

/// <summary>Fees of a chain, or why there are none.</summary>
[GenerateSerializer, Immutable, Alias("tpw.fees-reply")]
public abstract record FeesReply
{
    private FeesReply()
    {
    }

    [GenerateSerializer, Immutable, Alias("tpw.fees-reply.told")]
    public sealed record Told(FeesView View) : FeesReply;

    /// <summary>WrongChain (not served here, or not an EVM chain); NodeUnavailable.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.fees-reply.refused")]
    public sealed record Refused(Rejection Rejection) : FeesReply;
}
