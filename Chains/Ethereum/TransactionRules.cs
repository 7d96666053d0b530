using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>
/// What every node checks before it takes a transaction, whatever its state: rules of the transaction alone (Prague). Codes:
/// tx.nonce, tx.worst-cost, tx.tip-above-cap, tx.init-code-size, tx.intrinsic-gas, tx.no-blobs, tx.blob-version, tx.no-authorizations.
/// </summary>
public static class TransactionRules
{
    /// <summary>Longest init code in bytes (EIP-3860).</summary>
    public const int MaxInitCode = 49_152;

    private const ulong TransactionGas = 21_000;
    private const ulong CreationGas = 32_000;
    private const ulong InitCodeWordGas = 2;
    private const ulong AccessAddressGas = 2_400;
    private const ulong AccessKeyGas = 1_900;
    private const ulong AuthorizationGas = 25_000;
    private const ulong TokenGas = 4;
    private const ulong FloorTokenGas = 10;
    private const ulong TokensPerNonZeroByte = 4;
    private const byte KzgVersion = 0x01;

    /// <summary>The first rule that it breaks, or null.</summary>
    public static DecodeRefusal? Check(EthereumTransaction transaction)
    {
        if (transaction.Nonce == ulong.MaxValue) return new("tx.nonce", "a nonce below 2^64 − 1 (EIP-2681)", $"{transaction.Nonce}");
        if (transaction.WorstCost() is null) return new("tx.worst-cost", "a cost of at most 256 bits", "more");
        var (tip, cap) = Fees(transaction);
        if (tip > cap) return new("tx.tip-above-cap", $"a tip of at most {cap} (EIP-1559)", $"{tip}");
        if (transaction.To is null && transaction.Data.Length > MaxInitCode)
            return new("tx.init-code-size", $"at most {MaxInitCode} bytes (EIP-3860)", $"{transaction.Data.Length}");
        var least = LeastGas(transaction);
        if (transaction.GasLimit < least) return new("tx.intrinsic-gas", $"a gas limit of at least {least}", $"{transaction.GasLimit}");
        return transaction switch
        {
            EthereumTransaction.Blob { BlobVersionedHashes.Count: 0 } => new("tx.no-blobs", "at least one blob (EIP-4844)", "none"),
            EthereumTransaction.Blob blob when blob.BlobVersionedHashes.Any(static hash => hash.ToArray()[0] != KzgVersion) =>
                new("tx.blob-version", "versioned hashes that begin with 0x01 (EIP-4844)", "another version"),
            EthereumTransaction.SetCode { Authorizations.Count: 0 } => new("tx.no-authorizations", "at least one authorisation (EIP-7702)", "none"),
            _ => null,
        };
    }

    /// <summary>The least gas limit that a node accepts: intrinsic gas (EIP-2028, 2930, 3860, 7702), or the call-data floor of EIP-7623.</summary>
    public static ulong LeastGas(EthereumTransaction transaction)
    {
        var zeros = (ulong)transaction.Data.Span.Count((byte)0);
        var length = (ulong)transaction.Data.Length;
        var tokens = zeros + ((length - zeros) * TokensPerNonZeroByte);
        var creation = transaction.To is null ? CreationGas + (InitCodeWordGas * ((length + 31) / 32)) : 0;
        ulong access = 0;
        foreach (var entry in AccessOf(transaction)) access += AccessAddressGas + (AccessKeyGas * (ulong)entry.StorageKeys.Count);
        var authorizations = transaction is EthereumTransaction.SetCode code ? AuthorizationGas * (ulong)code.Authorizations.Count : 0;
        var intrinsic = TransactionGas + (tokens * TokenGas) + creation + access + authorizations;
        return Math.Max(intrinsic, TransactionGas + (tokens * FloorTokenGas));
    }

    private static (UInt256 Tip, UInt256 Cap) Fees(EthereumTransaction transaction) => transaction switch
    {
        EthereumTransaction.DynamicFee tx => (tx.MaxPriorityFeePerGas, tx.MaxFeePerGas),
        EthereumTransaction.Blob tx => (tx.MaxPriorityFeePerGas, tx.MaxFeePerGas),
        EthereumTransaction.SetCode tx => (tx.MaxPriorityFeePerGas, tx.MaxFeePerGas),
        _ => (UInt256.Zero, transaction.MaxGasPrice),
    };

    private static Items<AccessEntry> AccessOf(EthereumTransaction transaction) => transaction switch
    {
        EthereumTransaction.AccessList tx => tx.Access,
        EthereumTransaction.DynamicFee tx => tx.Access,
        EthereumTransaction.Blob tx => tx.Access,
        EthereumTransaction.SetCode tx => tx.Access,
        _ => default,
    };
}
