using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>What a transaction did. The first five members stand in the block's receipts trie, and the deposit's nonce where there is a version; the rest is the node's word.</summary>
public sealed record Receipt
{
    private const int BloomBits = 2048;
    private const byte BlobType = 3;

    /// <summary>The transaction's type byte; 0 for legacy.</summary>
    public required byte Type { get; init; }

    /// <summary>Whether it succeeded (EIP-658).</summary>
    public required bool Succeeded { get; init; }

    /// <summary>Gas used in the block up to and including this transaction.</summary>
    public required ulong CumulativeGasUsed { get; init; }

    public required HexBytes LogsBloom { get; init; }

    public required Items<LogEntry> Logs { get; init; }

    /// <summary>The sender's nonce that a deposit took on a chain of the OP stack, since Regolith.</summary>
    public ulong? DepositNonce { get; init; }

    /// <summary>Since Canyon, from which on the trie holds a deposit's nonce (OP Stack specification, Deposit Receipt).</summary>
    public ulong? DepositVersion { get; init; }

    public required Bytes32 TransactionHash { get; init; }

    public required int TransactionIndex { get; init; }

    public required BlockRef Block { get; init; }

    public required ulong GasUsed { get; init; }

    /// <summary>Wei per gas that was paid; null where an old node does not say.</summary>
    public UInt256? EffectiveGasPrice { get; init; }

    /// <summary>The created contract, if one was created.</summary>
    public Address? ContractAddress { get; init; }

    public ulong? BlobGasUsed { get; init; }

    public UInt256? BlobGasPrice { get; init; }

    /// <summary>What an L2 charged on top for its parent chain, in wei. It follows from nothing in the block.</summary>
    public UInt256? L1Fee { get; init; }

    /// <summary>Index in the block of the first log.</summary>
    public required int FirstLogIndex { get; init; }

    /// <summary>The fee paid, in wei: gas × price, blob gas × blob price, and what an L2 and its operator charged. Null where it is beyond 256 bits, which no balance can pay.</summary>
    /// <param name="price">What one unit of gas cost, where the node does not say.</param>
    /// <param name="operatorFee">See <see cref="OperatorFee"/>.</param>
    public UInt256? FeePaid(UInt256 price, UInt256 operatorFee = default)
    {
        System.Numerics.BigInteger fee = EffectiveGasPrice ?? price;
        fee *= GasUsed;
        if (Type == BlobType) fee += (System.Numerics.BigInteger)(BlobGasPrice ?? UInt256.Zero) * (BlobGasUsed ?? 0);
        fee += L1Fee ?? UInt256.Zero;
        fee += operatorFee;
        return fee.GetBitLength() > 256 ? null : (UInt256)fee;
    }

    /// <summary>The bytes in the receipts trie: (type ‖) rlp([status, cumulative gas, bloom, logs (, deposit nonce, version)]) (EIP-658, EIP-2718).</summary>
    public byte[] Encode()
    {
        var writer = new RlpWriter();
        if (Type != 0) writer.WriteRaw([Type]);
        var list = writer.BeginList();
        writer.Write(Succeeded ? 1UL : 0UL).Write(CumulativeGasUsed).Write(LogsBloom);
        var logs = writer.BeginList();
        foreach (var log in Logs)
        {
            var entry = writer.BeginList();
            writer.Write(log.Address);
            var topics = writer.BeginList();
            foreach (var topic in log.Topics) writer.Write(topic);
            writer.EndList(topics).Write(log.Data).EndList(entry);
        }

        writer.EndList(logs);
        if (Type == DepositTransaction.TypeByte && DepositVersion is { } version) writer.Write(DepositNonce ?? 0).Write(version);
        return writer.EndList(list).ToArray();
    }

    /// <summary>Sets the bits of all logs in a bloom filter of 2048 bits (yellow paper, 4.3.1).</summary>
    public static void AddToBloom(Items<LogEntry> logs, Span<byte> bloom)
    {
        foreach (var log in logs)
        {
            Add(log.Address.ToArray(), bloom);
            foreach (var topic in log.Topics) Add(topic.ToArray(), bloom);
        }
    }

    private static void Add(ReadOnlySpan<byte> item, Span<byte> bloom)
    {
        var hash = Keccak256.Hash(item);
        for (var i = 0; i < 6; i += 2)
        {
            var bit = ((hash[i] << 8) | hash[i + 1]) % BloomBits;
            bloom[BlockHeader.BloomLength - 1 - (bit / 8)] |= (byte)(1 << (bit % 8));
        }
    }
}
