using System.Globalization;
using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Chains;

/// <summary>A block by number and hash. Only the hash identifies it.</summary>
[GenerateSerializer, Immutable, Alias("tpw.block-ref")]
public readonly record struct BlockRef(ulong Number, Bytes32 Hash)
{
    public override string ToString() => $"{Number} {Hash}";
}

/// <summary>A transaction in a block, proved by the block's receipts, or on a Bitcoin chain by its Merkle root.</summary>
/// <param name="FeePaid">Gas used × effective gas price, plus what an L2 charged, in wei; 0 on a Bitcoin chain, whose blocks do not say what the inputs were worth.</param>
[GenerateSerializer, Immutable, Alias("tpw.inclusion")]
public sealed record Inclusion(ChainId Chain, Bytes32 TxHash, BlockRef Block, bool Succeeded, UInt256 FeePaid);

/// <summary>An incoming payment to an own address. (TxHash, LogIndex) names it; −1 is the transaction's own value, −2 what a deposit of the OP stack mints, and on a Bitcoin chain it is the output's index.</summary>
[GenerateSerializer, Immutable, Alias("tpw.deposit")]
public sealed record Deposit(ChainId Chain, Bytes32 TxHash, int LogIndex, BlockRef Block, AccountId Account, Address To, Amount Amount)
{
    /// <summary>Most payers of one transaction that are kept; whoever has more of them has the rest unknown.</summary>
    public const int MaxSources = 32;

    /// <summary>What names it, whatever block it is in.</summary>
    [JsonIgnore]
    public DepositRef Ref => new(Chain, TxHash, LogIndex);
}

/// <summary>The name of a deposit: see <see cref="Deposit"/>.</summary>
[GenerateSerializer, Immutable, Alias("tpw.deposit-ref")]
public readonly record struct DepositRef(ChainId Chain, Bytes32 TxHash, int LogIndex)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Chain}/{TxHash}/{LogIndex}");
}
