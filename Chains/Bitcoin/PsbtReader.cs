using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>
/// Reads untrusted PSBTs. Codes: psbt.magic, psbt.key, psbt.duplicate, psbt.version, psbt.field-version, psbt.missing, psbt.signed-transaction, psbt.count
/// and those of <see cref="PsbtRules"/>.
/// </summary>
internal static class PsbtReader
{
    public static Decoded<Psbt> Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new BitcoinReader(bytes, Psbt.MaxLength);
        if (!reader.NextIs(Psbt.Magic)) return reader.Fault ?? new DecodeRefusal("psbt.magic", "psbt and 0xff", "something else");
        _ = reader.ReadFixed(Psbt.Magic.Length);
        var global = ReadMap(ref reader, PsbtScope.Global);
        if (reader.Fault is { } broken) return broken;
        if (Shape(global).TryGet(out var shape, out var refusal) is false) return refusal;
        var (version, inputs, outputs) = shape;
        if (PsbtRules.CheckVersion(global, PsbtScope.Global, version) is { } misplaced) return misplaced;
        if (inputs + outputs > (ulong)reader.Remaining) return new DecodeRefusal("psbt.count", $"{inputs + outputs} maps", $"{reader.Remaining} bytes");
        var inputMaps = ReadMaps(ref reader, PsbtScope.Input, (int)inputs, version);
        var outputMaps = ReadMaps(ref reader, PsbtScope.Output, (int)outputs, version);
        reader.Finish();
        return reader.Fault is { } fault ? fault : new Psbt(global, inputMaps, outputMaps);
    }

    /// <summary>The version, and how many maps follow: as many as the unsigned transaction has inputs and outputs, or as is said (BIP-370).</summary>
    private static Decoded<(int Version, ulong Inputs, ulong Outputs)> Shape(PsbtMap global)
    {
        var version = Psbt.Number(global.Find(PsbtGlobal.Version)) ?? 0;
        if (version is not (0 or 2)) return new DecodeRefusal("psbt.version", "0 or 2", $"{version}");
        if (version == 2) return (2, Count(PsbtGlobal.InputCount), Count(PsbtGlobal.OutputCount));
        if (global.Find(PsbtGlobal.UnsignedTransaction) is not { } bytes)
            return new DecodeRefusal("psbt.missing", "an unsigned transaction", "none");
        if (!BitcoinTransaction.DecodeStripped(bytes.Span).TryGet(out var unsigned, out var refusal)) return refusal;
        return unsigned.Inputs.Any(static input => input.ScriptSig.Length > 0)
            ? new DecodeRefusal("psbt.signed-transaction", "empty unlocking scripts", "a filled one")
            : (0, (ulong)unsigned.Inputs.Count, (ulong)unsigned.Outputs.Count);

        ulong Count(ulong type)
        {
            if (global.Find(type) is not { } value) return 0;
            var reader = new BitcoinReader(value.Span);
            return Math.Min(reader.ReadCompactSize(), uint.MaxValue);
        }
    }

    private static Items<PsbtMap> ReadMaps(ref BitcoinReader reader, PsbtScope scope, int count, int version)
    {
        var maps = ImmutableArray.CreateBuilder<PsbtMap>(count);
        for (var i = 0; i < count && reader.Fault is null; i++)
        {
            var map = ReadMap(ref reader, scope);
            if (PsbtRules.CheckVersion(map, scope, version) is { } fault) reader.Fail(fault.Code, fault.Expected, fault.Actual);
            maps.Add(map);
        }

        return new(maps.ToImmutable());
    }

    private static PsbtMap ReadMap(ref BitcoinReader reader, PsbtScope scope)
    {
        var fields = ImmutableArray.CreateBuilder<PsbtField>();
        var seen = new HashSet<(ulong, HexBytes)>();
        while (reader.Fault is null)
        {
            var key = reader.ReadBytes();
            if (key.IsEmpty) break;
            var inner = new BitcoinReader(key);
            var type = inner.ReadCompactSize();
            if (inner.Fault is not null) reader.Fail("psbt.key", "a type as a compact size", "another form");
            var field = new PsbtField(type, HexBytes.From(inner.ReadRest()), HexBytes.From(reader.ReadBytes()));
            if (!seen.Add((type, field.KeyData))) reader.Fail("psbt.duplicate", "each key once", $"0x{type:x2} twice");
            if (reader.Fault is null && PsbtRules.Check(scope, field) is { } fault) reader.Fail(fault.Code, fault.Expected, fault.Actual);
            fields.Add(field);
        }

        return new(new(fields.ToImmutable()));
    }
}
