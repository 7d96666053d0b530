using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>A transaction as a block holds it: one that its sender signed, or one that a chain of the OP stack derived from its parent chain.</summary>
public interface IBlockTransaction
{
    /// <summary>The EIP-2718 type byte; 0 for a legacy transaction.</summary>
    byte Type { get; }

    /// <summary>The receiver, or null where a contract is created.</summary>
    Address? To { get; }

    /// <summary>In wei.</summary>
    UInt256 Value { get; }

    /// <summary>The bytes in the block's transactions trie.</summary>
    byte[] Encode();

    /// <summary>The transaction id: keccak256 of <see cref="Encode"/>.</summary>
    Bytes32 Hash();

    /// <summary>What one unit of gas costs in a block of this base fee, in wei.</summary>
    /// <param name="baseFee">Null in a block before EIP-1559.</param>
    UInt256 PriceAt(UInt256? baseFee);
}
