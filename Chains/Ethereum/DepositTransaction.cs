using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>
/// A transaction that a chain of the OP stack derived from its parent chain (OP Stack specification, Deposits). Nobody signed it, it pays for no gas here, and it is
/// authorised by the chain that it stands in: who sent it is one of its fields.
/// </summary>
/// <param name="SourceHash">What it was derived from; makes its hash unique.</param>
/// <param name="Mint">Wei that come to be at <paramref name="From"/>, whatever becomes of the rest.</param>
/// <param name="IsSystem">Takes no gas of the block's; always false since Regolith.</param>
public sealed record DepositTransaction(
    Bytes32 SourceHash, Address From, Address? To, UInt256 Mint, UInt256 Value, ulong GasLimit, bool IsSystem, HexBytes Data) : IBlockTransaction
{
    /// <summary>The EIP-2718 type byte.</summary>
    public const byte TypeByte = 0x7e;

    byte IBlockTransaction.Type => TypeByte;

    /// <inheritdoc/>
    public byte[] Encode()
    {
        var writer = new RlpWriter();
        writer.WriteRaw([TypeByte]);
        var list = writer.BeginList();
        writer.Write(SourceHash).Write(From).Write(To).Write(Mint).Write(Value).Write(GasLimit).Write(IsSystem ? 1UL : 0UL).Write(Data);
        return writer.EndList(list).ToArray();
    }

    /// <inheritdoc/>
    public Bytes32 Hash() => Bytes32.From(Keccak256.Hash(Encode()));

    /// <inheritdoc/>
    public UInt256 PriceAt(UInt256? baseFee) => UInt256.Zero;
}
