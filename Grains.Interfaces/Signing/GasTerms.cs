using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Signing;

/// <summary>EIP-1559 fee fields of one version of a transaction, in wei per gas.</summary>
[GenerateSerializer, Immutable, Alias("tpw.gas-terms")]
public sealed record GasTerms(ulong GasLimit, UInt256 MaxFeePerGas, UInt256 MaxPriorityFeePerGas)
{
    /// <summary>The most that this version can cost in fees.</summary>
    public UInt256 WorstFee => MaxFeePerGas * GasLimit;
}
