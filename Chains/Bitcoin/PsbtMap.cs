using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>A field of a PSBT: the key is the type and what follows it.</summary>
public readonly record struct PsbtField(ulong Type, HexBytes KeyData, HexBytes Value)
{
    /// <summary>The type of fields that only their owner understands (BIP-174).</summary>
    public const ulong Proprietary = 0xfc;

    internal byte[] Key() => new BitcoinWriter().WriteCompactSize(Type).WriteFixed(KeyData.Span).ToArray();
}

/// <summary>
/// One map of a PSBT. Fields keep the order in which they were read, so that what is not understood goes on unchanged; new ones are put in the order of
/// their keys.
/// </summary>
public readonly record struct PsbtMap(Items<PsbtField> Fields)
{
    public static PsbtMap Empty => new([]);

    /// <summary>The value of the field of a type that has no further key, or null.</summary>
    public HexBytes? Find(ulong type) => Find(type, HexBytes.Empty);

    /// <summary>The value of a field, or null.</summary>
    public HexBytes? Find(ulong type, HexBytes keyData)
    {
        foreach (var field in Fields.Span)
            if (field.Type == type && field.KeyData == keyData) return field.Value;
        return null;
    }

    /// <summary>All fields of a type.</summary>
    public IEnumerable<PsbtField> All(ulong type) => Fields.Where(field => field.Type == type);

    public bool Has(ulong type) => Fields.Any(field => field.Type == type);

    /// <summary>The map with a field added or replaced.</summary>
    public PsbtMap With(ulong type, HexBytes value) => With(type, HexBytes.Empty, value);

    /// <summary>The map with a field added or replaced.</summary>
    public PsbtMap With(ulong type, HexBytes keyData, HexBytes value)
    {
        var added = new PsbtField(type, keyData, value);
        var fields = ImmutableArray.CreateRange(Fields);
        for (var i = 0; i < fields.Length; i++)
            if (fields[i].Type == type && fields[i].KeyData == keyData) return new(new(fields.SetItem(i, added)));
        var key = added.Key();
        return Insert(fields, added, field => field.Key().AsSpan().SequenceCompareTo(key) < 0);
    }

    /// <summary>The map with a field that it lacks, behind those of the same type: what two PSBTs have keeps the order of the first.</summary>
    internal PsbtMap WithLast(PsbtField added) => Insert(ImmutableArray.CreateRange(Fields), added, field => field.Type <= added.Type);

    private static PsbtMap Insert(ImmutableArray<PsbtField> fields, PsbtField added, Func<PsbtField, bool> isBefore)
    {
        var at = 0;
        while (at < fields.Length && isBefore(fields[at])) at++;
        return new(new(fields.Insert(at, added)));
    }

    /// <summary>The map without any field of these types.</summary>
    public PsbtMap Without(params ReadOnlySpan<ulong> types)
    {
        var removed = types.ToArray();
        return new(new([.. Fields.Where(field => !removed.Contains(field.Type))]));
    }

    internal void Write(BitcoinWriter writer)
    {
        foreach (var field in Fields.Span) writer.WriteBytes(field.Key()).WriteBytes(field.Value.Span);
        writer.Write((byte)0);
    }
}
