using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>A whole block, whose transactions are those that its header commits to. The header's work is checked apart (<see cref="HeaderChain"/>).</summary>
public sealed record BitcoinBlock(BitcoinHeader Header, Items<BitcoinTransaction> Transactions)
{
    private const int LeastTransaction = 60;

    /// <summary>
    /// Reads exactly one block. The first transaction creates coins and no other does: so a list of the Merkle tree's inner nodes, which have 64 bytes as a
    /// transaction can, never passes for one of transactions (CVE-2017-12842). Codes: btc.*, tx.*, merkle.*, block.coinbase.
    /// </summary>
    public static Decoded<BitcoinBlock> Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new BitcoinReader(bytes);
        var header = BitcoinHeader.Read(ref reader);
        var count = reader.ReadCount(LeastTransaction);
        var transactions = ImmutableArray.CreateBuilder<BitcoinTransaction>(count);
        for (var i = 0; i < count && reader.Fault is null; i++) transactions.Add(BitcoinTransactionReader.ReadFrom(ref reader));
        reader.Finish();
        if (reader.Fault is { } fault) return fault;
        if (!TransactionMerkle.Root([.. transactions.Select(static one => one.Txid())]).TryGet(out var root, out var refusal)) return refusal;
        if (root != header.MerkleRoot) return new DecodeRefusal("merkle.root", $"{header.MerkleRoot}", $"{root}");
        for (var i = 0; i < transactions.Count; i++)
            if (transactions[i].IsCoinbase != (i == 0)) return new DecodeRefusal("block.coinbase", "a coinbase first and nowhere else", $"at {i}");
        return new BitcoinBlock(header, new(transactions.ToImmutable()));
    }

    /// <summary>The block as it is sent.</summary>
    public byte[] Encode()
    {
        var writer = new BitcoinWriter().WriteFixed(Header.Encode()).WriteCompactSize((ulong)Transactions.Count);
        foreach (var transaction in Transactions.Span) writer.WriteFixed(transaction.Encode());
        return writer.ToArray();
    }
}
