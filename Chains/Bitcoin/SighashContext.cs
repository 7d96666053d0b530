using System.Security.Cryptography;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>
/// The digests that signatures of one transaction sign: the original algorithm, BIP-143 for witness version 0 and BIP-341/342 for Taproot. What all
/// inputs share is hashed once. <paramref name="spent"/> holds the output that each input spends, in the inputs' order.
/// </summary>
public sealed class SighashContext(BitcoinTransaction transaction, Items<BitcoinOutput> spent)
{
    private byte[]? _prevouts;
    private byte[]? _sequences;
    private byte[]? _outputs;
    private byte[]? _amounts;
    private byte[]? _scripts;

    public BitcoinTransaction Transaction { get; } = transaction;

    public Items<BitcoinOutput> Spent { get; } = spent.Count == transaction.Inputs.Count
        ? spent
        : throw new ArgumentException($"{spent.Count} spent outputs given for {transaction.Inputs.Count} inputs.", nameof(spent));

    /// <summary>
    /// Whether the rules of signed messages hold: every signature commits to everything and no script uses CODESEPARATOR (BIP-322).
    /// </summary>
    public bool ForMessage { get; init; }

    /// <summary>SHA-256 of all outpoints (BIP-341 sha_prevouts; BIP-143 hashes it once more).</summary>
    public byte[] Prevouts => _prevouts ??= Hash(static (writer, self) =>
    {
        foreach (var input in self.Transaction.Inputs) writer.Write(input.Previous);
    });

    /// <summary>SHA-256 of all sequences.</summary>
    public byte[] Sequences => _sequences ??= Hash(static (writer, self) =>
    {
        foreach (var input in self.Transaction.Inputs) writer.Write(input.Sequence);
    });

    /// <summary>SHA-256 of all outputs.</summary>
    public byte[] Outputs => _outputs ??= Hash(static (writer, self) =>
    {
        foreach (var output in self.Transaction.Outputs) writer.Write(output);
    });

    /// <summary>SHA-256 of the values of all spent outputs.</summary>
    public byte[] Amounts => _amounts ??= Hash(static (writer, self) =>
    {
        foreach (var output in self.Spent) writer.Write(output.ValueSat);
    });

    /// <summary>SHA-256 of the locking scripts of all spent outputs, each with its length.</summary>
    public byte[] Scripts => _scripts ??= Hash(static (writer, self) =>
    {
        foreach (var output in self.Spent) writer.WriteBytes(output.ScriptPubKey.Span);
    });

    /// <summary>
    /// The original algorithm, for P2PKH and P2SH. The script code must hold no CODESEPARATOR (nodes do not relay it, so it is refused before).
    /// SINGLE without an output of that index gives the number one, as it always did.
    /// </summary>
    public byte[] Legacy(int index, Script scriptCode, SighashType type)
    {
        var outputs = type.Outputs();
        if (outputs == SighashType.Single && index >= Transaction.Outputs.Count) return [1, .. new byte[Hash256.DigestLength - 1]];
        var writer = new BitcoinWriter().Write(Transaction.Version);
        var alone = type.AllowsOtherInputs();
        writer.WriteCompactSize(alone ? 1UL : (ulong)Transaction.Inputs.Count);
        for (var i = 0; i < Transaction.Inputs.Count; i++)
        {
            if (alone && i != index) continue;
            var input = Transaction.Inputs[i];
            var open = i != index && outputs is SighashType.None or SighashType.Single;
            writer.Write(input.Previous).WriteBytes(i == index ? scriptCode.Span : default).Write(open ? 0 : input.Sequence);
        }

        var count = outputs switch { SighashType.None => 0, SighashType.Single => index + 1, _ => Transaction.Outputs.Count };
        writer.WriteCompactSize((ulong)count);
        for (var i = 0; i < count; i++)
        {
            // SINGLE blanks the outputs before its own: value −1 and an empty script.
            if (outputs == SighashType.Single && i != index) writer.Write(-1L).WriteBytes(default);
            else writer.Write(Transaction.Outputs[i]);
        }

        return Hash256.Hash(writer.Write(Transaction.LockTime).Write((uint)type).Written);
    }

    /// <summary>BIP-143, for witness version 0.</summary>
    public byte[] WitnessV0(int index, Script scriptCode, SighashType type)
    {
        var zero = new byte[Hash256.DigestLength];
        var (alone, outputs) = (type.AllowsOtherInputs(), type.Outputs());
        var input = Transaction.Inputs[index];
        var outputsHash = outputs switch
        {
            SighashType.Single when index < Transaction.Outputs.Count => SHA256.HashData(new BitcoinWriter().Write(Transaction.Outputs[index]).Written),
            SighashType.Single or SighashType.None => null,
            _ => Outputs,
        };
        var writer = new BitcoinWriter().Write(Transaction.Version)
            .WriteFixed(alone ? zero : SHA256.HashData(Prevouts))
            .WriteFixed(alone || outputs is SighashType.Single or SighashType.None ? zero : SHA256.HashData(Sequences))
            .Write(input.Previous).WriteBytes(scriptCode.Span).Write(Spent[index].ValueSat).Write(input.Sequence)
            .WriteFixed(outputsHash is null ? zero : SHA256.HashData(outputsHash))
            .Write(Transaction.LockTime).Write((uint)type);
        return Hash256.Hash(writer.Written);
    }

    /// <summary>The message of BIP-341 with its epoch byte. Codes: sighash.type, sighash.single-without-output.</summary>
    public Decoded<byte[]> TaprootMessage(int index, SighashType type, HexBytes? annex = null, TapscriptPosition? tapscript = null)
    {
        if (!type.IsDefinedTaproot()) return new DecodeRefusal("sighash.type", "a type of BIP-341", $"0x{(uint)type:x2}");
        var outputs = type.Outputs();
        if (outputs == SighashType.Single && index >= Transaction.Outputs.Count)
            return new DecodeRefusal("sighash.single-without-output", $"an output {index}", $"{Transaction.Outputs.Count} outputs");
        var writer = new BitcoinWriter().Write((byte)0).Write((byte)type).Write(Transaction.Version).Write(Transaction.LockTime);
        var alone = type.AllowsOtherInputs();
        if (!alone) writer.WriteFixed(Prevouts).WriteFixed(Amounts).WriteFixed(Scripts).WriteFixed(Sequences);
        if (outputs is not (SighashType.None or SighashType.Single)) writer.WriteFixed(Outputs);
        writer.Write((byte)((tapscript is null ? 0 : 2) | (annex is null ? 0 : 1)));
        if (alone) writer.Write(Transaction.Inputs[index].Previous).Write(Spent[index]).Write(Transaction.Inputs[index].Sequence);
        else writer.Write((uint)index);
        if (annex is { } added) writer.WriteFixed(SHA256.HashData(new BitcoinWriter().WriteBytes(added.Span).Written));
        if (outputs == SighashType.Single) writer.WriteFixed(SHA256.HashData(new BitcoinWriter().Write(Transaction.Outputs[index]).Written));
        if (tapscript is { } position) writer.WriteFixed(position.LeafHash.ToArray()).Write((byte)0).Write(position.CodeSeparator);
        return writer.ToArray();
    }

    /// <summary>The digest of BIP-341 and, with a position in a script, of BIP-342. Codes as <see cref="TaprootMessage"/>.</summary>
    public Decoded<byte[]> Taproot(int index, SighashType type, HexBytes? annex = null, TapscriptPosition? tapscript = null) =>
        TaprootMessage(index, type, annex, tapscript).TryGet(out var message, out var refusal) ? Sha256Tagged.Bip340("TapSighash", message) : refusal;

    private byte[] Hash(Action<BitcoinWriter, SighashContext> write)
    {
        var writer = new BitcoinWriter();
        write(writer, this);
        return SHA256.HashData(writer.Written);
    }
}

/// <summary>Where in Tapscript a signature is checked (BIP-342): the leaf, and the position of the last executed CODESEPARATOR.</summary>
public readonly record struct TapscriptPosition(Bytes32 LeafHash, uint CodeSeparator = TapscriptPosition.NoCodeSeparator)
{
    public const uint NoCodeSeparator = 0xffff_ffff;
}
