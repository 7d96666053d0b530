using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Fees;

/// <summary>What one block charged, in wei per gas (EIP-1559).</summary>
/// <param name="BaseFee">Burnt.</param>
/// <param name="Tip">What had to be paid on top of it to be in the block: the tip of its cheapest gas, or zero where there was room.</param>
public readonly record struct FeeBlock(UInt256 BaseFee, UInt256 Tip)
{
    /// <summary>The least that a transaction paid that is in it.</summary>
    public UInt256 Price => BaseFee + Tip;
}

/// <summary>What to offer, in wei per gas (EIP-1559).</summary>
/// <param name="ConfidencePpm">Share of the past, in millionths, in which it would have been enough; 0 where there was too little past to tell.</param>
/// <param name="Samples">Past stretches that it was read from.</param>
public readonly record struct FeeEstimate(UInt256 MaxFeePerGas, UInt256 MaxPriorityFeePerGas, int ConfidencePpm, int Samples);
