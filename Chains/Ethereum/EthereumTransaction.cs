using System.Numerics;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>An address and the storage slots of it that a transaction announces (EIP-2930).</summary>
public sealed record AccessEntry(Address Address, Items<Bytes32> StorageKeys);

/// <summary>
/// An unsigned transaction of one of the five kinds of Ethereum. Amounts and prices are in wei, gas in gas units. A record of this type
/// can hold what no chain accepts (a fee cap below the tip, say): <see cref="TransactionRules"/> judges that.
/// </summary>
public abstract record EthereumTransaction
{
    private EthereumTransaction(ulong nonce, ulong gasLimit, Address? to, UInt256 value, HexBytes data) =>
        (Nonce, GasLimit, To, Value, Data) = (nonce, gasLimit, to, value, data);

    /// <summary>The sender's transaction count before this one.</summary>
    public ulong Nonce { get; init; }

    public ulong GasLimit { get; init; }

    /// <summary>The receiver, or null where a contract is created.</summary>
    public Address? To { get; init; }

    public UInt256 Value { get; init; }

    public HexBytes Data { get; init; }

    /// <summary>The EIP-2718 type byte; 0 for a legacy transaction, which writes none.</summary>
    public abstract byte Type { get; }

    /// <summary>The chain it is valid on; null for a legacy transaction before EIP-155, which is valid on any.</summary>
    public abstract ulong? Chain { get; }

    /// <summary>The most that one unit of gas may cost, in wei.</summary>
    public abstract UInt256 MaxGasPrice { get; }

    /// <summary>What one unit of gas costs in a block of this base fee, in wei (EIP-1559): what is bid above the tip is kept by the sender.</summary>
    /// <param name="baseFee">Null in a block before EIP-1559.</param>
    public UInt256 PriceAt(UInt256? baseFee)
    {
        var tip = this switch
        {
            DynamicFee dynamic => dynamic.MaxPriorityFeePerGas,
            Blob blob => blob.MaxPriorityFeePerGas,
            SetCode setCode => setCode.MaxPriorityFeePerGas,
            _ => MaxGasPrice,
        };
        return baseFee is { } floor && MaxGasPrice > floor && MaxGasPrice - floor > tip ? floor + tip : MaxGasPrice;
    }

    /// <summary>Legacy, with replay protection (EIP-155) where a chain id is given and without it otherwise.</summary>
    public sealed record Legacy(ulong? ChainId, ulong Nonce, UInt256 GasPrice, ulong GasLimit, Address? To, UInt256 Value, HexBytes Data)
        : EthereumTransaction(Nonce, GasLimit, To, Value, Data)
    {
        public override byte Type => 0;

        public override ulong? Chain => ChainId;

        public override UInt256 MaxGasPrice => GasPrice;
    }

    /// <summary>Type 1 (EIP-2930).</summary>
    public sealed record AccessList(
        ulong ChainId, ulong Nonce, UInt256 GasPrice, ulong GasLimit, Address? To, UInt256 Value, HexBytes Data, Items<AccessEntry> Access)
        : EthereumTransaction(Nonce, GasLimit, To, Value, Data)
    {
        public override byte Type => 1;

        public override ulong? Chain => ChainId;

        public override UInt256 MaxGasPrice => GasPrice;
    }

    /// <summary>Type 2 (EIP-1559).</summary>
    public sealed record DynamicFee(
        ulong ChainId, ulong Nonce, UInt256 MaxPriorityFeePerGas, UInt256 MaxFeePerGas, ulong GasLimit, Address? To, UInt256 Value, HexBytes Data,
        Items<AccessEntry> Access)
        : EthereumTransaction(Nonce, GasLimit, To, Value, Data)
    {
        public override byte Type => 2;

        public override ulong? Chain => ChainId;

        public override UInt256 MaxGasPrice => MaxFeePerGas;
    }

    /// <summary>
    /// Type 3 (EIP-4844), which cannot create a contract: a missing receiver is a bug. The blobs travel beside it, see <see cref="BlobSidecar"/>.
    /// </summary>
    public sealed record Blob(
        ulong ChainId, ulong Nonce, UInt256 MaxPriorityFeePerGas, UInt256 MaxFeePerGas, ulong GasLimit, Address? To, UInt256 Value, HexBytes Data,
        Items<AccessEntry> Access, UInt256 MaxFeePerBlobGas, Items<Bytes32> BlobVersionedHashes)
        : EthereumTransaction(Nonce, GasLimit, To, Value, Data)
    {
        /// <summary>Gas of one blob (EIP-4844, GAS_PER_BLOB).</summary>
        public const ulong GasPerBlob = 131_072;

        public override byte Type => 3;

        public override ulong? Chain => ChainId;

        public override UInt256 MaxGasPrice => MaxFeePerGas;
    }

    /// <summary>
    /// Type 4 (EIP-7702), which cannot create a contract (a missing receiver is a bug) and carries authorisations to run code as their signers.
    /// </summary>
    public sealed record SetCode(
        ulong ChainId, ulong Nonce, UInt256 MaxPriorityFeePerGas, UInt256 MaxFeePerGas, ulong GasLimit, Address? To, UInt256 Value, HexBytes Data,
        Items<AccessEntry> Access, Items<SetCodeAuthorization> Authorizations)
        : EthereumTransaction(Nonce, GasLimit, To, Value, Data)
    {
        public override byte Type => 4;

        public override ulong? Chain => ChainId;

        public override UInt256 MaxGasPrice => MaxFeePerGas;
    }

    /// <summary>The bytes whose keccak256 is signed: RLP of the fields behind the type byte; for EIP-155 with (chain id, 0, 0) at the end.</summary>
    public byte[] UnsignedPayload() => TransactionWriter.Write(this, signature: null);

    /// <summary>The digest that the sender signs.</summary>
    public Bytes32 SigningDigest() => Bytes32.From(Keccak256.Hash(UnsignedPayload()));

    public SignedTransaction Attach(EthereumSignature signature) => new(this, signature);

    /// <summary>Signs with a key at hand. For tests and tools: production keys live in the signer.</summary>
    public SignedTransaction Sign(PrivateKey key) => Attach(EthereumSignature.Sign(key, SigningDigest().ToArray()));

    /// <summary>
    /// The most that this can take from its sender, in wei: value + gas limit × highest price (+ blob gas × highest blob price).
    /// Null where it exceeds 256 bits, which no balance can pay.
    /// </summary>
    public UInt256? WorstCost()
    {
        var cost = (BigInteger)Value + ((BigInteger)GasLimit * MaxGasPrice);
        if (this is Blob blob) cost += (BigInteger)blob.MaxFeePerBlobGas * blob.BlobVersionedHashes.Count * Blob.GasPerBlob;
        return cost.GetBitLength() > 256 ? null : (UInt256)cost;
    }

    /// <summary>Reads an unsigned payload, as a signer is given one. Strict: what <see cref="UnsignedPayload"/> would not write is refused.</summary>
    public static Decoded<EthereumTransaction> DecodeUnsigned(ReadOnlySpan<byte> payload) => TransactionReader.ReadUnsigned(payload);
}
