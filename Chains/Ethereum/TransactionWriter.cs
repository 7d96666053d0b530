using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>The byte layouts of the five transaction kinds: legacy (yellow paper, EIP-155), EIP-2930, EIP-1559, EIP-4844, EIP-7702.</summary>
internal static class TransactionWriter
{
    /// <summary>The first v of a signature with replay protection: v = chain id × 2 + 35 + parity (EIP-155).</summary>
    internal const int ReplayOffset = 35;

    /// <summary>The first v of a signature without it: v = 27 + parity.</summary>
    internal const int LegacyOffset = 27;

    public static byte[] Write(EthereumTransaction transaction, EthereumSignature? signature)
    {
        var writer = new RlpWriter();
        if (transaction.Type != 0) writer.WriteRaw([transaction.Type]);
        var list = writer.BeginList();
        WriteFields(writer, transaction);
        if (transaction is EthereumTransaction.Legacy legacy) WriteLegacyEnd(writer, legacy.ChainId, signature);
        else signature?.Write(writer);
        return writer.EndList(list).ToArray();
    }

    private static void WriteFields(RlpWriter writer, EthereumTransaction transaction)
    {
        switch (transaction)
        {
            case EthereumTransaction.Legacy tx:
                writer.Write(tx.Nonce).Write(tx.GasPrice);
                WriteCall(writer, tx);
                break;
            case EthereumTransaction.AccessList tx:
                writer.Write(tx.ChainId).Write(tx.Nonce).Write(tx.GasPrice);
                WriteCall(writer, tx);
                WriteAccess(writer, tx.Access);
                break;
            case EthereumTransaction.DynamicFee tx:
                writer.Write(tx.ChainId).Write(tx.Nonce).Write(tx.MaxPriorityFeePerGas).Write(tx.MaxFeePerGas);
                WriteCall(writer, tx);
                WriteAccess(writer, tx.Access);
                break;
            case EthereumTransaction.Blob tx:
                writer.Write(tx.ChainId).Write(tx.Nonce).Write(tx.MaxPriorityFeePerGas).Write(tx.MaxFeePerGas);
                WriteCall(writer, tx);
                WriteAccess(writer, tx.Access);
                writer.Write(tx.MaxFeePerBlobGas);
                var hashes = writer.BeginList();
                foreach (var hash in tx.BlobVersionedHashes) writer.Write(hash);
                writer.EndList(hashes);
                break;
            case EthereumTransaction.SetCode tx:
                writer.Write(tx.ChainId).Write(tx.Nonce).Write(tx.MaxPriorityFeePerGas).Write(tx.MaxFeePerGas);
                WriteCall(writer, tx);
                WriteAccess(writer, tx.Access);
                var authorizations = writer.BeginList();
                foreach (var authorization in tx.Authorizations) authorization.Write(writer);
                writer.EndList(authorizations);
                break;
            default:
                throw new UnreachableException(transaction.GetType().Name);
        }
    }

    private static void WriteCall(RlpWriter writer, EthereumTransaction tx)
    {
        if (tx.To is null && tx.Type >= 3)
            throw new InvalidOperationException($"A transaction of type {tx.Type} needs a receiver (EIP-4844, EIP-7702).");
        writer.Write(tx.GasLimit).Write(tx.To).Write(tx.Value).Write(tx.Data);
    }

    private static void WriteAccess(RlpWriter writer, Items<AccessEntry> access)
    {
        var list = writer.BeginList();
        foreach (var entry in access)
        {
            var pair = writer.BeginList();
            writer.Write(entry.Address);
            var keys = writer.BeginList();
            foreach (var key in entry.StorageKeys) writer.Write(key);
            writer.EndList(keys).EndList(pair);
        }

        writer.EndList(list);
    }

    private static void WriteLegacyEnd(RlpWriter writer, ulong? chainId, EthereumSignature? signature)
    {
        if (signature is not null)
        {
            var v = chainId is { } id ? ((UInt256)id * 2) + ReplayOffset : LegacyOffset;
            writer.Write(v + signature.YParity).Write(signature.R).Write(signature.S);
        }
        else if (chainId is { } id)
        {
            writer.Write(id).Write(0UL).Write(0UL);
        }
    }
}
