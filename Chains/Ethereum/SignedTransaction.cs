using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>A transaction with its sender's signature: what is broadcast, and what has a hash.</summary>
public sealed record SignedTransaction(EthereumTransaction Transaction, EthereumSignature Signature) : IBlockTransaction
{
    byte IBlockTransaction.Type => Transaction.Type;

    Address? IBlockTransaction.To => Transaction.To;

    UInt256 IBlockTransaction.Value => Transaction.Value;

    /// <summary>The canonical bytes (EIP-2718): what blocks hold and what the hash covers.</summary>
    public byte[] Encode() => TransactionWriter.Write(Transaction, Signature);

    /// <summary>The network form of a blob transaction: type ‖ rlp([fields, (version,) blobs, commitments, proofs]).</summary>
    public byte[] EncodeWithSidecar(BlobSidecar sidecar)
    {
        if (Transaction is not EthereumTransaction.Blob) throw new InvalidOperationException("Only a blob transaction has a sidecar.");
        var writer = new RlpWriter();
        writer.WriteRaw([Transaction.Type]);
        var list = writer.BeginList();
        writer.WriteRaw(Encode().AsSpan(1));
        sidecar.Write(writer);
        return writer.EndList(list).ToArray();
    }

    /// <summary>The transaction id: keccak256 of <see cref="Encode"/>.</summary>
    public Bytes32 Hash() => Bytes32.From(Keccak256.Hash(Encode()));

    UInt256 IBlockTransaction.PriceAt(UInt256? baseFee) => Transaction.PriceAt(baseFee);

    /// <summary>Who sent it. Codes: signature.zero, signature.high-s, signature.invalid.</summary>
    public Decoded<Address> Sender() => Signature.Recover(Transaction.SigningDigest().ToArray());

    /// <summary>Reads the canonical bytes. Strict: whatever <see cref="Encode"/> would not write is refused.</summary>
    public static Decoded<SignedTransaction> Decode(ReadOnlySpan<byte> bytes) => TransactionReader.ReadSigned(bytes);

    /// <summary>Reads the network form of a blob transaction.</summary>
    public static Decoded<(SignedTransaction Transaction, BlobSidecar Sidecar)> DecodeWithSidecar(ReadOnlySpan<byte> bytes) =>
        TransactionReader.ReadWithSidecar(bytes);
}
