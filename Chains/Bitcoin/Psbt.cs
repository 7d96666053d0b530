using System.Buffers.Binary;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>
/// A partially signed transaction: version 0 (BIP-174) or 2 (BIP-370), Taproot fields included (BIP-371). Immutable; the roles are
/// <see cref="PsbtCreator"/>, <see cref="PsbtUpdater"/>, <see cref="PsbtSigner"/>, <see cref="PsbtCombiner"/>, <see cref="PsbtFinalizer"/> and
/// <see cref="PsbtExtractor"/>. Fields that are not understood are kept.
/// </summary>
public sealed record Psbt(PsbtMap Global, Items<PsbtMap> Inputs, Items<PsbtMap> Outputs)
{
    /// <summary>Longest PSBT in bytes that is read.</summary>
    public const int MaxLength = 16 * 1024 * 1024;

    internal static ReadOnlySpan<byte> Magic => [0x70, 0x73, 0x62, 0x74, 0xff];

    /// <summary>0 or 2.</summary>
    public int Version => (int)(Number(Global.Find(PsbtGlobal.Version)) ?? 0);

    /// <summary>What may still be added (version 2); nothing in version 0.</summary>
    public PsbtModifiable Modifiable => Global.Find(PsbtGlobal.Modifiable) is { } flags ? (PsbtModifiable)flags.Span[0] : PsbtModifiable.None;

    /// <summary>Reads a PSBT. Strict and total. Codes: psbt.*, btc.*, tx.*, taproot.*.</summary>
    public static Decoded<Psbt> Decode(ReadOnlySpan<byte> bytes) => PsbtReader.Read(bytes);

    /// <summary>Reads Base64. Codes: psbt.base64 and those of <see cref="Decode"/>.</summary>
    public static Decoded<Psbt> DecodeBase64(string? text)
    {
        if (text is null || text.Length > (MaxLength / 3 * 4) + 4) return new DecodeRefusal("psbt.base64", "Base64", text is null ? "nothing" : "a longer text");
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length)
            ? Decode(bytes.AsSpan(0, length))
            : new DecodeRefusal("psbt.base64", "Base64", "another character");
    }

    public byte[] Encode()
    {
        var writer = new BitcoinWriter().WriteFixed(Magic);
        Global.Write(writer);
        foreach (var map in Inputs.Span) map.Write(writer);
        foreach (var map in Outputs.Span) map.Write(writer);
        return writer.ToArray();
    }

    public string EncodeBase64() => Convert.ToBase64String(Encode());

    /// <summary>
    /// The transaction that is signed, without signatures. Code: psbt.lock-time, where the inputs of version 2 ask for a height and for a time that
    /// exclude each other (BIP-370).
    /// </summary>
    public Decoded<BitcoinTransaction> UnsignedTransaction()
    {
        if (Version == 0) return BitcoinTransaction.DecodeStripped(Global.Find(PsbtGlobal.UnsignedTransaction)!.Value.Span);
        if (!LockTime().TryGet(out var lockTime, out var refusal)) return refusal;
        var inputs = Inputs.Select(static map => new BitcoinInput(map.OutPoint(), map.Sequence()));
        var outputs = Outputs.Select(static map => new BitcoinOutput(
            BinaryPrimitives.ReadInt64LittleEndian(map.Find(PsbtOut.Amount)!.Value.Span), new(map.Find(PsbtOut.Script)!.Value)));
        return new BitcoinTransaction((int)Number(Global.Find(PsbtGlobal.TransactionVersion))!.Value, new([.. inputs]), new([.. outputs]), lockTime);
    }

    /// <summary>The lock time by BIP-370: the highest of the kind that every input which asks for one takes, a height where both would do.</summary>
    public Decoded<uint> LockTime()
    {
        if (Version == 0) return UnsignedTransaction().TryGet(out var unsigned, out var unread) ? unsigned.LockTime : unread;
        var asking = Inputs.Where(static map => map.Has(PsbtIn.RequiredHeight) || map.Has(PsbtIn.RequiredTime)).ToList();
        if (asking.Count == 0) return Number(Global.Find(PsbtGlobal.FallbackLockTime)) ?? 0;
        foreach (var kind in new[] { PsbtIn.RequiredHeight, PsbtIn.RequiredTime })
            if (asking.TrueForAll(map => map.Has(kind))) return asking.Max(map => Number(map.Find(kind)) ?? 0);
        return new DecodeRefusal("psbt.lock-time", "one kind of lock time that all inputs take", "heights and times");
    }

    /// <summary>
    /// What tells two PSBTs of the same payment from others: the id of the unsigned transaction; in version 2 with all sequences zero, as updaters may change
    /// them (BIP-370).
    /// </summary>
    public Decoded<BitcoinHash> UniqueId()
    {
        if (!UnsignedTransaction().TryGet(out var unsigned, out var refusal)) return refusal;
        if (Version == 0) return unsigned.Txid();
        return (unsigned with { Inputs = new([.. unsigned.Inputs.Select(static input => input with { Sequence = 0 })]) }).Txid();
    }

    /// <summary>The outputs that the inputs spend. Codes: psbt.no-utxo, psbt.utxo-mismatch.</summary>
    public Decoded<Items<BitcoinOutput>> SpentOutputs()
    {
        if (!UnsignedTransaction().TryGet(out var unsigned, out var refusal)) return refusal;
        var spent = ImmutableArray.CreateBuilder<BitcoinOutput>(Inputs.Count);
        for (var i = 0; i < Inputs.Count; i++)
        {
            if (!Inputs[i].Spent(unsigned.Inputs[i].Previous).TryGet(out var output, out var unknown)) return unknown;
            spent.Add(output);
        }

        return new Items<BitcoinOutput>(spent.ToImmutable());
    }

    /// <summary>What the transaction pays to miners, in satoshis. Codes: psbt.no-utxo, psbt.utxo-mismatch, psbt.negative-fee.</summary>
    public Decoded<long> FeeSat()
    {
        if (!SpentOutputs().TryGet(out var spent, out var unknown)) return unknown;
        if (!UnsignedTransaction().TryGet(out var unsigned, out var refusal)) return refusal;
        var fee = spent.Sum(static output => output.ValueSat) - unsigned.Outputs.Sum(static output => output.ValueSat);
        return fee >= 0 ? fee : new DecodeRefusal("psbt.negative-fee", "outputs of at most what is spent", $"{-fee} satoshis more");
    }

    /// <summary>The same PSBT with the map of one input replaced.</summary>
    public Psbt WithInput(int index, PsbtMap map) => this with { Inputs = new(ImmutableArray.CreateRange(Inputs).SetItem(index, map)) };

    /// <summary>The same PSBT with the map of one output replaced.</summary>
    public Psbt WithOutput(int index, PsbtMap map) => this with { Outputs = new(ImmutableArray.CreateRange(Outputs).SetItem(index, map)) };

    internal static uint? Number(HexBytes? value) => value is { } bytes ? BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span) : null;

    internal static HexBytes Bytes(uint number) => new BitcoinWriter().Write(number).ToArray();
}
