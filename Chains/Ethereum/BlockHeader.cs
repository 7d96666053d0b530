using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>
/// A block header of any fork up to Prague. The fields after <see cref="Nonce"/> came with later forks, in this order and each only if
/// the one before is there: base fee (EIP-1559), withdrawals (EIP-4895), blob gas and excess (EIP-4844), beacon root (EIP-4788),
/// requests (EIP-7685).
/// </summary>
public sealed record BlockHeader
{
    public const int BloomLength = 256;

    /// <summary>The field count of each fork: Frontier, London, Shanghai, Cancun, Prague.</summary>
    private static readonly int[] FieldCounts = [15, 16, 17, 20, 21];

    public required Bytes32 ParentHash { get; init; }

    public required Bytes32 OmmersHash { get; init; }

    public required Address Beneficiary { get; init; }

    public required Bytes32 StateRoot { get; init; }

    public required Bytes32 TransactionsRoot { get; init; }

    public required Bytes32 ReceiptsRoot { get; init; }

    public required HexBytes LogsBloom { get; init; }

    public required UInt256 Difficulty { get; init; }

    public required ulong Number { get; init; }

    public required ulong GasLimit { get; init; }

    public required ulong GasUsed { get; init; }

    /// <summary>Unix seconds.</summary>
    public required ulong Timestamp { get; init; }

    public required HexBytes ExtraData { get; init; }

    public required Bytes32 MixHash { get; init; }

    /// <summary>8 bytes.</summary>
    public required HexBytes Nonce { get; init; }

    public UInt256? BaseFeePerGas { get; init; }

    public Bytes32? WithdrawalsRoot { get; init; }

    public ulong? BlobGasUsed { get; init; }

    public ulong? ExcessBlobGas { get; init; }

    public Bytes32? ParentBeaconBlockRoot { get; init; }

    public Bytes32? RequestsHash { get; init; }

    public byte[] Encode()
    {
        var writer = new RlpWriter();
        var list = writer.BeginList();
        writer.Write(ParentHash).Write(OmmersHash).Write(Beneficiary).Write(StateRoot).Write(TransactionsRoot).Write(ReceiptsRoot)
            .Write(LogsBloom).Write(Difficulty).Write(Number).Write(GasLimit).Write(GasUsed).Write(Timestamp)
            .Write(ExtraData).Write(MixHash).Write(Nonce);
        if (BaseFeePerGas is { } baseFee) writer.Write(baseFee);
        if (WithdrawalsRoot is { } withdrawals) writer.Write(withdrawals);
        if (BlobGasUsed is { } blobGas) writer.Write(blobGas);
        if (ExcessBlobGas is { } excess) writer.Write(excess);
        if (ParentBeaconBlockRoot is { } beacon) writer.Write(beacon);
        if (RequestsHash is { } requests) writer.Write(requests);
        return writer.EndList(list).ToArray();
    }

    /// <summary>keccak256 of the encoding: the block's hash.</summary>
    public Bytes32 Hash() => Bytes32.From(Keccak256.Hash(Encode()));

    /// <summary>Reads a header. Codes besides rlp.*: header.unknown-fork where its number of fields is none of a known fork.</summary>
    public static Decoded<BlockHeader> Decode(ReadOnlySpan<byte> bytes)
    {
        if (!CountFields(bytes).TryGet(out var fields, out var refusal)) return refusal;
        if (!FieldCounts.Contains(fields)) return new DecodeRefusal("header.unknown-fork", "15, 16, 17, 20 or 21 fields", $"{fields}");
        var reader = new RlpReader(bytes);
        var list = reader.BeginList();
        var header = new BlockHeader
        {
            ParentHash = reader.ReadBytes32(),
            OmmersHash = reader.ReadBytes32(),
            Beneficiary = reader.ReadAddress(),
            StateRoot = reader.ReadBytes32(),
            TransactionsRoot = reader.ReadBytes32(),
            ReceiptsRoot = reader.ReadBytes32(),
            LogsBloom = HexBytes.From(reader.ReadFixed(BloomLength)),
            Difficulty = reader.ReadUInt256(),
            Number = reader.ReadUInt64(),
            GasLimit = reader.ReadUInt64(),
            GasUsed = reader.ReadUInt64(),
            Timestamp = reader.ReadUInt64(),
            ExtraData = HexBytes.From(reader.ReadBytes()),
            MixHash = reader.ReadBytes32(),
            Nonce = HexBytes.From(reader.ReadFixed(8)),
            BaseFeePerGas = fields >= 16 ? reader.ReadUInt256() : null,
            WithdrawalsRoot = fields >= 17 ? reader.ReadBytes32() : null,
            BlobGasUsed = fields >= 20 ? reader.ReadUInt64() : null,
            ExcessBlobGas = fields >= 20 ? reader.ReadUInt64() : null,
            ParentBeaconBlockRoot = fields >= 20 ? reader.ReadBytes32() : null,
            RequestsHash = fields >= 21 ? reader.ReadBytes32() : null,
        };
        reader.EndList(list);
        reader.Finish();
        return reader.Fault is { } fault ? fault : header;
    }

    private static Decoded<int> CountFields(ReadOnlySpan<byte> bytes)
    {
        var reader = new RlpReader(bytes);
        var list = reader.BeginList();
        var fields = 0;
        for (; reader.More; fields++) reader.ReadRaw();
        reader.EndList(list);
        return reader.Fault is { } fault ? fault : fields;
    }
}
