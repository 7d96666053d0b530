using System.Buffers.Binary;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>Which map a field stands in.</summary>
internal enum PsbtScope
{
    Global,
    Input,
    Output,
}

/// <summary>The form of every field that is known (BIP-174, BIP-370, BIP-371), and where it may stand. Codes: psbt.key-data, psbt.value and those of parts.</summary>
internal static class PsbtRules
{
    private const int Fixed4 = 4;
    private const int ExtendedKeyLength = 78;
    private const int ExtendedKeyDepth = 4;
    private const int ExtendedKeyPoint = 45;

    private static readonly ulong[] _globalV2 =
        [PsbtGlobal.TransactionVersion, PsbtGlobal.FallbackLockTime, PsbtGlobal.InputCount, PsbtGlobal.OutputCount, PsbtGlobal.Modifiable];

    private static readonly ulong[] _inputV2 =
        [PsbtIn.PreviousTxid, PsbtIn.OutputIndex, PsbtIn.Sequence, PsbtIn.RequiredTime, PsbtIn.RequiredHeight];

    private static readonly ulong[] _outputV2 = [PsbtOut.Amount, PsbtOut.Script];

    /// <summary>Why the field's key or value is malformed, or null; a type that is not known always passes.</summary>
    public static DecodeRefusal? Check(PsbtScope scope, PsbtField field)
    {
        if (field.Type == PsbtField.Proprietary) return CheckProprietary(field);
        var keyData = field.KeyData.Span;
        var value = field.Value.Span;
        return (scope, field.Type) switch
        {
            (PsbtScope.Global, PsbtGlobal.ExtendedKey) => CheckExtendedKey(field),
            (PsbtScope.Global, PsbtGlobal.UnsignedTransaction or PsbtGlobal.SignedMessage) => NoKey(field),
            (PsbtScope.Global, PsbtGlobal.TransactionVersion or PsbtGlobal.FallbackLockTime or PsbtGlobal.Version) => NoKey(field) ?? Length(field, Fixed4),
            (PsbtScope.Global, PsbtGlobal.InputCount or PsbtGlobal.OutputCount) => NoKey(field) ?? CheckCompactSize(value),
            (PsbtScope.Global, PsbtGlobal.Modifiable) => NoKey(field) ?? Length(field, 1),
            (PsbtScope.Input, <= PsbtIn.Hash256) => CheckInput(field),
            (PsbtScope.Input, >= PsbtIn.PreviousTxid and <= PsbtIn.RequiredHeight) => NoKey(field) ?? CheckInputV2(field),
            (PsbtScope.Input, >= PsbtIn.TapKeySignature and <= PsbtIn.TapMerkleRoot) => CheckTaproot(field),
            (PsbtScope.Output, PsbtOut.RedeemScript or PsbtOut.WitnessScript or PsbtOut.Script) => NoKey(field),
            (PsbtScope.Output, PsbtOut.Derivation) => PublicKey(keyData) ?? KeyOrigin.Decode(value).Refusal,
            (PsbtScope.Output, PsbtOut.Amount) => NoKey(field) ?? CheckAmount(field),
            (PsbtScope.Output, PsbtOut.TapInternalKey) => NoKey(field) ?? XOnly(value),
            (PsbtScope.Output, PsbtOut.TapTree) => NoKey(field) ?? PsbtTapTree.Decode(value).Refusal,
            (PsbtScope.Output, PsbtOut.TapDerivation) => XOnly(keyData) ?? PsbtTapDerivation.Decode(value).Refusal,
            _ => null,
        };
    }

    /// <summary>Whether the map has what its version asks for and nothing that only the other has.</summary>
    public static DecodeRefusal? CheckVersion(PsbtMap map, PsbtScope scope, int version)
    {
        var second = scope switch { PsbtScope.Global => _globalV2, PsbtScope.Input => _inputV2, _ => _outputV2 };
        if (version == 0)
        {
            foreach (var type in second)
                if (map.Has(type)) return new("psbt.field-version", "fields of version 0", $"0x{type:x2} in the {scope} map");
            return null;
        }

        if (scope == PsbtScope.Global && map.Has(PsbtGlobal.UnsignedTransaction))
            return new("psbt.field-version", "no unsigned transaction in version 2", "one");
        ulong[] required = scope switch
        {
            PsbtScope.Global => [PsbtGlobal.TransactionVersion, PsbtGlobal.InputCount, PsbtGlobal.OutputCount],
            PsbtScope.Input => [PsbtIn.PreviousTxid, PsbtIn.OutputIndex],
            _ => [PsbtOut.Amount, PsbtOut.Script],
        };
        foreach (var type in required)
            if (!map.Has(type)) return new("psbt.missing", $"0x{type:x2} in the {scope} map", "nothing");
        return null;
    }

    private static DecodeRefusal? CheckInput(PsbtField field)
    {
        var keyData = field.KeyData.Span;
        var value = field.Value.Span;
        switch (field.Type)
        {
            case PsbtIn.PartialSignature:
                return PublicKey(keyData) ?? (value.Length > 1 ? null : Value("a signature", value.Length));
            case PsbtIn.Derivation:
                return PublicKey(keyData) ?? KeyOrigin.Decode(value).Refusal;
            case PsbtIn.Ripemd160 or PsbtIn.Hash160:
                return KeyLength(field, 20);
            case PsbtIn.Sha256 or PsbtIn.Hash256:
                return KeyLength(field, 32);
        }

        if (NoKey(field) is { } refusal) return refusal;
        switch (field.Type)
        {
            case PsbtIn.NonWitnessUtxo:
                return BitcoinTransaction.Decode(value).Refusal;
            case PsbtIn.WitnessUtxo:
                var reader = new BitcoinReader(value);
                _ = BitcoinTransactionReader.ReadOutput(ref reader);
                reader.Finish();
                return reader.Fault;
            case PsbtIn.Sighash:
                return Length(field, Fixed4);
            case PsbtIn.FinalWitness:
                return WitnessStack.Decode(value).Refusal;
            default:
                return null;
        }
    }

    private static DecodeRefusal? CheckInputV2(PsbtField field)
    {
        if (field.Type == PsbtIn.PreviousTxid) return Length(field, BitcoinHash.Length);
        if (Length(field, Fixed4) is { } refusal) return refusal;
        var number = BinaryPrimitives.ReadUInt32LittleEndian(field.Value.Span);
        return field.Type switch
        {
            PsbtIn.RequiredTime when number < BitcoinTransaction.LockTimeThreshold => new("psbt.value", "a time from 500000000 on", $"{number}"),
            PsbtIn.RequiredHeight when number is 0 or >= BitcoinTransaction.LockTimeThreshold => new("psbt.value", "a height from 1 to 499999999", $"{number}"),
            _ => null,
        };
    }

    private static DecodeRefusal? CheckTaproot(PsbtField field)
    {
        var keyData = field.KeyData.Span;
        var value = field.Value.Span;
        return field.Type switch
        {
            PsbtIn.TapKeySignature => NoKey(field) ?? Signature(value),
            PsbtIn.TapScriptSignature => KeyLength(field, 64) ?? XOnly(keyData[..32]) ?? Signature(value),
            PsbtIn.TapLeafScript => ControlBlock.Decode(keyData).Refusal ?? (value.IsEmpty ? Value("a script and its leaf version", 0) : null),
            PsbtIn.TapDerivation => XOnly(keyData) ?? PsbtTapDerivation.Decode(value).Refusal,
            PsbtIn.TapInternalKey => NoKey(field) ?? XOnly(value),
            _ => NoKey(field) ?? Length(field, 32),
        };
    }

    /// <summary>BIP-174: an extended key of as many steps as its path.</summary>
    private static DecodeRefusal? CheckExtendedKey(PsbtField field)
    {
        if (KeyLength(field, ExtendedKeyLength) is { } refusal) return refusal;
        if (PublicKey(field.KeyData.Span[ExtendedKeyPoint..]) is { } noKey) return noKey;
        if (!KeyOrigin.Decode(field.Value.Span).TryGet(out var origin, out var malformed)) return malformed;
        var depth = field.KeyData.Span[ExtendedKeyDepth];
        return origin.Path.Steps.Length == depth ? null : Value($"a path of {depth} steps", origin.Path.Steps.Length);
    }

    private static DecodeRefusal? CheckProprietary(PsbtField field)
    {
        var reader = new BitcoinReader(field.KeyData.Span);
        _ = reader.ReadBytes();
        _ = reader.ReadCompactSize();
        return reader.Fault;
    }

    private static DecodeRefusal? CheckCompactSize(ReadOnlySpan<byte> value)
    {
        var reader = new BitcoinReader(value);
        _ = reader.ReadCompactSize();
        reader.Finish();
        return reader.Fault;
    }

    private static DecodeRefusal? CheckAmount(PsbtField field)
    {
        if (Length(field, sizeof(long)) is { } refusal) return refusal;
        var value = BinaryPrimitives.ReadInt64LittleEndian(field.Value.Span);
        return value is >= 0 and <= BitcoinOutput.MaxMoneySat ? null : new("tx.value", $"0 to {BitcoinOutput.MaxMoneySat} satoshis", $"{value}");
    }

    private static DecodeRefusal? PublicKey(ReadOnlySpan<byte> key) =>
        key.Length is Secp256k1.CompressedLength or Secp256k1.UncompressedLength && Secp256k1.IsValidPublicKey(key)
            ? null
            : new("psbt.public-key", "a public key of 33 or 65 bytes", $"{key.Length} bytes");

    private static DecodeRefusal? XOnly(ReadOnlySpan<byte> key) =>
        key.Length == Secp256k1.XOnlyLength && Secp256k1.IsValidPublicKey([2, .. key]) ? null : new("psbt.public-key", "an x coordinate of 32 bytes", $"{key.Length} bytes");

    private static DecodeRefusal? Signature(ReadOnlySpan<byte> value) => value.Length is 64 or 65 ? null : Value("64 or 65 bytes", value.Length);

    private static DecodeRefusal? NoKey(PsbtField field) => KeyLength(field, 0);

    private static DecodeRefusal? KeyLength(PsbtField field, int length) => field.KeyData.Length == length
        ? null
        : new("psbt.key-data", $"{length} bytes after the type 0x{field.Type:x2}", $"{field.KeyData.Length}");

    private static DecodeRefusal? Length(PsbtField field, int length) =>
        field.Value.Length == length ? null : Value($"{length} bytes for 0x{field.Type:x2}", field.Value.Length);

    private static DecodeRefusal Value(string expected, int actual) => new("psbt.value", expected, $"{actual}");
}
