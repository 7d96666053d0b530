using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>
/// Reads what <see cref="TransactionWriter"/> writes, and nothing else. Codes: rlp.*, tx.empty, tx.type, tx.v, tx.parity, tx.too-many,
/// tx.unsigned, tx.sidecar-version, tx.sidecar-count.
/// </summary>
internal static class TransactionReader
{
    /// <summary>Most entries of an access list, keys of one entry, blob hashes or authorisations; a block's gas allows fewer.</summary>
    internal const int MaxEntries = 16_384;

    private enum Form
    {
        Unsigned,
        Signed,
    }

    public static Decoded<EthereumTransaction> ReadUnsigned(ReadOnlySpan<byte> payload)
    {
        if (Begin(payload, out var reader) is { } refusal) return refusal;
        var (transaction, _) = Read(ref reader, payload[0], Form.Unsigned);
        reader.Finish();
        return reader.Fault is { } fault ? fault : transaction;
    }

    public static Decoded<SignedTransaction> ReadSigned(ReadOnlySpan<byte> bytes)
    {
        if (Begin(bytes, out var reader) is { } refusal) return refusal;
        var (transaction, signature) = Read(ref reader, bytes[0], Form.Signed);
        reader.Finish();
        return reader.Fault is { } fault ? fault : new SignedTransaction(transaction, signature!);
    }

    public static Decoded<(SignedTransaction Transaction, BlobSidecar Sidecar)> ReadWithSidecar(ReadOnlySpan<byte> bytes)
    {
        if (Begin(bytes, out var reader) is { } refusal) return refusal;
        if (bytes[0] != 3) return new DecodeRefusal("tx.type", "a blob transaction (type 3)", $"0x{bytes[0]:x2}");
        var list = reader.BeginList();
        var (transaction, signature) = Read(ref reader, 3, Form.Signed);
        var hashes = transaction is EthereumTransaction.Blob blob ? blob.BlobVersionedHashes.Count : 0;
        var sidecar = BlobSidecar.Read(ref reader, hashes);
        reader.EndList(list);
        reader.Finish();
        return reader.Fault is { } fault ? fault : (new SignedTransaction(transaction, signature!), sidecar);
    }

    internal static byte ReadParity(ref RlpReader reader)
    {
        var parity = reader.ReadUInt64();
        if (parity > 1) reader.Fail("tx.parity", "0 or 1", $"{parity}");
        return (byte)(parity & 1);
    }

    /// <summary>EIP-2718: below 0x80 the first byte is a type, from 0xc0 on it begins a legacy list.</summary>
    private static DecodeRefusal? Begin(ReadOnlySpan<byte> bytes, out RlpReader reader)
    {
        reader = new RlpReader(bytes.IsEmpty || bytes[0] >= 0x80 ? bytes : bytes[1..]);
        if (bytes.IsEmpty) return new("tx.empty", "a transaction", "nothing");
        return bytes[0] is >= 1 and <= 4 or >= 0xc0 ? null : new("tx.type", "a type from 1 to 4 or a legacy list", $"0x{bytes[0]:x2}");
    }

    private static (EthereumTransaction Transaction, EthereumSignature? Signature) Read(ref RlpReader reader, byte first, Form form)
    {
        var list = reader.BeginList();
        if (first >= 0xc0)
        {
            var read = ReadLegacy(ref reader, form);
            reader.EndList(list);
            return read;
        }

        var transaction = ReadTyped(ref reader, first);
        var signature = form == Form.Unsigned
            ? null
            : new EthereumSignature(ReadParity(ref reader), reader.ReadUInt256(), reader.ReadUInt256());
        reader.EndList(list);
        return (transaction, signature);
    }

    private static (EthereumTransaction Transaction, EthereumSignature? Signature) ReadLegacy(ref RlpReader reader, Form form)
    {
        var legacy = new EthereumTransaction.Legacy(
            null, reader.ReadUInt64(), reader.ReadUInt256(), reader.ReadUInt64(), reader.ReadAddressOrNone(), reader.ReadUInt256(),
            HexBytes.From(reader.ReadBytes()));
        if (form == Form.Unsigned && (reader.Fault is not null || !reader.More)) return (legacy, null);
        var v = reader.ReadUInt256();
        var (r, s) = (reader.ReadUInt256(), reader.ReadUInt256());
        if (form == Form.Unsigned)
        {
            if (!r.IsZero || !s.IsZero) reader.Fail("tx.unsigned", "(chain id, 0, 0) as of EIP-155", "a signature");
            return (legacy with { ChainId = ChainOf(ref reader, v) }, null);
        }

        if (v == TransactionWriter.LegacyOffset || v == TransactionWriter.LegacyOffset + 1)
            return (legacy, new((byte)((ulong)v - TransactionWriter.LegacyOffset), r, s));
        if (v < TransactionWriter.ReplayOffset)
        {
            reader.Fail("tx.v", "27, 28 or from 35 on", v.ToString());
            return (legacy, null);
        }

        var offset = v - TransactionWriter.ReplayOffset;
        return (legacy with { ChainId = ChainOf(ref reader, offset / 2) }, new((byte)(ulong)(offset % 2), r, s));
    }

    private static ulong ChainOf(ref RlpReader reader, UInt256 value)
    {
        if (value <= ulong.MaxValue) return (ulong)value;
        reader.Fail("tx.chain-id", "a chain id of at most 64 bits", value.ToString());
        return 0;
    }

    private static EthereumTransaction ReadTyped(ref RlpReader reader, byte type)
    {
        var (chainId, nonce) = (reader.ReadUInt64(), reader.ReadUInt64());
        var tip = type == 1 ? UInt256.Zero : reader.ReadUInt256();
        var (price, gasLimit) = (reader.ReadUInt256(), reader.ReadUInt64());
        var to = type >= 3 ? reader.ReadAddress() : reader.ReadAddressOrNone();
        var (value, data) = (reader.ReadUInt256(), HexBytes.From(reader.ReadBytes()));
        var access = ReadAccess(ref reader);
        switch (type)
        {
            case 1:
                return new EthereumTransaction.AccessList(chainId, nonce, price, gasLimit, to, value, data, access);
            case 2:
                return new EthereumTransaction.DynamicFee(chainId, nonce, tip, price, gasLimit, to, value, data, access);
            case 3:
                var blobFee = reader.ReadUInt256();
                var hashes = ReadHashes(ref reader);
                return new EthereumTransaction.Blob(chainId, nonce, tip, price, gasLimit, to, value, data, access, blobFee, hashes);
            default:
                var authorizations = ReadAuthorizations(ref reader);
                return new EthereumTransaction.SetCode(chainId, nonce, tip, price, gasLimit, to, value, data, access, authorizations);
        }
    }

    private static Items<AccessEntry> ReadAccess(ref RlpReader reader)
    {
        var list = reader.BeginList();
        var entries = ImmutableArray.CreateBuilder<AccessEntry>();
        while (reader.More)
        {
            Bound(ref reader, entries.Count);
            var pair = reader.BeginList();
            entries.Add(new(reader.ReadAddress(), ReadHashes(ref reader)));
            reader.EndList(pair);
        }

        reader.EndList(list);
        return new(entries.ToImmutable());
    }

    private static Items<Bytes32> ReadHashes(ref RlpReader reader)
    {
        var list = reader.BeginList();
        var hashes = ImmutableArray.CreateBuilder<Bytes32>();
        while (reader.More)
        {
            Bound(ref reader, hashes.Count);
            hashes.Add(reader.ReadBytes32());
        }

        reader.EndList(list);
        return new(hashes.ToImmutable());
    }

    private static Items<SetCodeAuthorization> ReadAuthorizations(ref RlpReader reader)
    {
        var list = reader.BeginList();
        var authorizations = ImmutableArray.CreateBuilder<SetCodeAuthorization>();
        while (reader.More)
        {
            Bound(ref reader, authorizations.Count);
            authorizations.Add(SetCodeAuthorization.Read(ref reader));
        }

        reader.EndList(list);
        return new(authorizations.ToImmutable());
    }

    private static void Bound(ref RlpReader reader, int count)
    {
        if (count == MaxEntries) reader.Fail("tx.too-many", $"at most {MaxEntries} entries", "more");
    }
}
