using System.Security.Cryptography;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>The standard forms of a locking script.</summary>
public enum OutputKind
{
    /// <summary>None of the others.</summary>
    Other,

    /// <summary>A bare public key and CHECKSIG.</summary>
    PubKey,

    /// <summary>P2PKH.</summary>
    PubKeyHash,

    /// <summary>P2SH (BIP-16).</summary>
    ScriptHash,

    /// <summary>P2WPKH (BIP-141).</summary>
    WitnessPubKeyHash,

    /// <summary>P2WSH (BIP-141).</summary>
    WitnessScriptHash,

    /// <summary>P2TR (BIP-341).</summary>
    Taproot,

    /// <summary>A witness program of a version or length that has no meaning yet: anyone can spend it today.</summary>
    WitnessUnknown,

    /// <summary>k of n bare keys and CHECKMULTISIG.</summary>
    Multisig,

    /// <summary>RETURN and pushes: cannot be spent.</summary>
    NullData,
}

/// <summary>A witness program (BIP-141): version 0 to 16 and 2 to 40 bytes.</summary>
public readonly record struct WitnessProgram(int Version, HexBytes Program);

/// <summary>k keys of n that must sign.</summary>
public sealed record MultisigTerms(int Required, Items<HexBytes> Keys);

/// <summary>Makes and recognises locking scripts.</summary>
public static class OutputScript
{
    /// <summary>Most keys of CHECKMULTISIG.</summary>
    public const int MaxMultisigKeys = 20;

    private const int HashLength = 20;
    private const int ProgramLength = 32;

    /// <summary>P2PKH of a public key, 33 or 65 bytes.</summary>
    public static Script PubKeyHash(ReadOnlySpan<byte> publicKey) => PubKeyHashOf(Hash160.Hash(publicKey));

    public static Script PubKeyHashOf(ReadOnlySpan<byte> hash20) =>
        new ScriptBuilder().Add(Op.Dup).Add(Op.Hash160).Push(Demand(hash20, HashLength)).Add(Op.EqualVerify).Add(Op.CheckSig).Build();

    /// <summary>P2SH of a redeem script.</summary>
    public static Script ScriptHash(Script redeem) => ScriptHashOf(Hash160.Hash(redeem.Span));

    public static Script ScriptHashOf(ReadOnlySpan<byte> hash20) =>
        new ScriptBuilder().Add(Op.Hash160).Push(Demand(hash20, HashLength)).Add(Op.Equal).Build();

    /// <summary>P2WPKH of a compressed public key.</summary>
    public static Script WitnessPubKeyHash(ReadOnlySpan<byte> publicKey33) =>
        Witness(0, Hash160.Hash(Demand(publicKey33, Secp256k1.CompressedLength)));

    /// <summary>P2WSH of a witness script.</summary>
    public static Script WitnessScriptHash(Script witnessScript) => Witness(0, SHA256.HashData(witnessScript.Span));

    /// <summary>P2TR of an output key (already tweaked).</summary>
    public static Script Taproot(ReadOnlySpan<byte> outputKey32) => Witness(1, Demand(outputKey32, ProgramLength));

    /// <summary>A witness program of any version.</summary>
    public static Script Witness(int version, ReadOnlySpan<byte> program) => new ScriptBuilder().Push(version).Push(program).Build();

    /// <summary>k of n keys and CHECKMULTISIG, the keys in the given order.</summary>
    /// <exception cref="ArgumentException">No key, more than <see cref="MaxMultisigKeys"/>, or k not in 1 to n.</exception>
    public static Script Multisig(int required, IReadOnlyList<HexBytes> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (keys.Count is < 1 or > MaxMultisigKeys || required < 1 || required > keys.Count)
            throw new ArgumentException($"{required} of {keys.Count} keys cannot be asked for.", nameof(required));
        var builder = new ScriptBuilder().Push(required);
        foreach (var key in keys) builder.Push(key.Span);
        return builder.Push(keys.Count).Add(Op.CheckMultisig).Build();
    }

    /// <summary>RETURN and one push.</summary>
    public static Script NullData(ReadOnlySpan<byte> data) => new ScriptBuilder().Add(Op.Return).Push(data).Build();

    public static OutputKind KindOf(Script script)
    {
        var bytes = script.Span;
        if (bytes is [Op.Dup, Op.Hash160, HashLength, .., Op.EqualVerify, Op.CheckSig] && bytes.Length == HashLength + 5) return OutputKind.PubKeyHash;
        if (bytes is [Op.Hash160, HashLength, .., Op.Equal] && bytes.Length == HashLength + 3) return OutputKind.ScriptHash;
        if (ProgramOf(script) is { } program)
            return (program.Version, program.Program.Length) switch
            {
                (0, HashLength) => OutputKind.WitnessPubKeyHash,
                (0, ProgramLength) => OutputKind.WitnessScriptHash,
                (1, ProgramLength) => OutputKind.Taproot,
                _ => OutputKind.WitnessUnknown,
            };
        if (bytes is [Secp256k1.CompressedLength, 2 or 3, .., Op.CheckSig] && bytes.Length == Secp256k1.CompressedLength + 2) return OutputKind.PubKey;
        if (bytes is [Secp256k1.UncompressedLength, 4, .., Op.CheckSig] && bytes.Length == Secp256k1.UncompressedLength + 2) return OutputKind.PubKey;
        if (bytes is [Op.Return, ..]) return OutputKind.NullData;
        return MultisigOf(script) is not null ? OutputKind.Multisig : OutputKind.Other;
    }

    /// <summary>The witness program that a script is, or null.</summary>
    public static WitnessProgram? ProgramOf(Script script)
    {
        const int leastLength = 4, mostLength = 42;
        var bytes = script.Span;
        if (bytes.Length is < leastLength or > mostLength || bytes[1] + 2 != bytes.Length) return null;
        var version = Op.SmallNumber(bytes[0]);
        return version < 0 ? null : new(version, HexBytes.From(bytes[2..]));
    }

    /// <summary>The terms of a CHECKMULTISIG script with keys of 33 or 65 bytes, or null.</summary>
    public static MultisigTerms? MultisigOf(Script script)
    {
        if (script.Span is not [.., Op.CheckMultisig] || !script.Parse().TryGet(out var operations, out _)) return null;
        if (operations.Count < 4) return null;
        var (required, count) = (Number(operations[0]), Number(operations[operations.Count - 2]));
        if (count != operations.Count - 3 || required < 1 || required > count) return null;
        var keys = operations.Span[1..^2].ToArray().Select(static operation => operation.Data).ToImmutableArray();
        return keys.All(static key => key.Length is Secp256k1.CompressedLength or Secp256k1.UncompressedLength) ? new(required, new(keys)) : null;
    }

    /// <summary>17 to 20 keys are counted by a push of one byte, fewer by a code of their own.</summary>
    private static int Number(ScriptOperation operation) =>
        operation.Data.Length == 0 ? Op.SmallNumber(operation.Opcode) : (int)(ScriptNumber.Decode(operation.Data.Span) ?? -1);

    private static ReadOnlySpan<byte> Demand(ReadOnlySpan<byte> bytes, int length) =>
        bytes.Length == length ? bytes : throw new ArgumentException($"{length} bytes are needed, not {bytes.Length}.", nameof(bytes));
}
