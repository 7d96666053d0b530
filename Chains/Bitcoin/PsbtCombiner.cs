using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>The role of combiner (BIP-174): one PSBT with what two have. Codes: psbt.other-payment, psbt.conflict.</summary>
public static class PsbtCombiner
{
    /// <summary>
    /// The union of both. Two values for one key are refused: BIP-174 would allow to take either, but one of them is then lost. Of the flags of version
    /// 2 those stay that both have, and a SINGLE that one has (BIP-370).
    /// </summary>
    public static Decoded<Psbt> Combine(Psbt one, Psbt other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        if (!one.UniqueId().TryGet(out var first, out var refusal)) return refusal;
        if (!other.UniqueId().TryGet(out var second, out refusal)) return refusal;
        if (first != second || one.Version != other.Version) return new DecodeRefusal("psbt.other-payment", $"{first}", $"{second}");
        if (!Merge(one.Global, Flags(one, other)).TryGet(out var global, out refusal)) return refusal;
        if (!MergeAll(one.Inputs, other.Inputs).TryGet(out var inputs, out refusal)) return refusal;
        if (!MergeAll(one.Outputs, other.Outputs).TryGet(out var outputs, out refusal)) return refusal;
        if (one.Global.Has(PsbtGlobal.Modifiable)) global = global.With(PsbtGlobal.Modifiable, Both(one, other));
        return new Psbt(global, new([.. inputs.Select(PsbtFinalizer.Cleared)]), outputs);
    }

    private static PsbtMap Flags(Psbt one, Psbt other) => one.Global.Find(PsbtGlobal.Modifiable) is { } flags && other.Global.Has(PsbtGlobal.Modifiable)
        ? other.Global.With(PsbtGlobal.Modifiable, flags)
        : other.Global;

    private static HexBytes Both(Psbt one, Psbt other)
    {
        var single = (one.Modifiable | other.Modifiable) & PsbtModifiable.HasSingle;
        return (byte[])[(byte)((one.Modifiable & other.Modifiable) | single)];
    }

    private static Decoded<Items<PsbtMap>> MergeAll(Items<PsbtMap> one, Items<PsbtMap> other)
    {
        var merged = ImmutableArray.CreateBuilder<PsbtMap>(one.Count);
        for (var i = 0; i < one.Count; i++)
        {
            if (!Merge(one[i], other[i]).TryGet(out var map, out var refusal)) return refusal;
            merged.Add(map);
        }

        return new Items<PsbtMap>(merged.ToImmutable());
    }

    private static Decoded<PsbtMap> Merge(PsbtMap one, PsbtMap other)
    {
        foreach (var field in other.Fields)
        {
            var known = one.Find(field.Type, field.KeyData);
            if (known is null) one = one.WithLast(field);
            else if (known != field.Value) return new DecodeRefusal("psbt.conflict", "one value for each key", $"two for 0x{field.Type:x2}");
        }

        return one;
    }
}
