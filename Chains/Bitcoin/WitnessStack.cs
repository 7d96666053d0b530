using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>The witness of one input (BIP-144): a count and then each item with its length.</summary>
public static class WitnessStack
{
    /// <summary>The items' serialised form.</summary>
    public static byte[] Encode(Items<HexBytes> items)
    {
        var writer = new BitcoinWriter();
        Write(writer, items);
        return writer.ToArray();
    }

    /// <summary>Reads a serialised witness and nothing after it. Codes: btc.*.</summary>
    public static Decoded<Items<HexBytes>> Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new BitcoinReader(bytes);
        var items = Read(ref reader);
        reader.Finish();
        return reader.Fault is { } fault ? fault : items;
    }

    internal static void Write(BitcoinWriter writer, Items<HexBytes> items)
    {
        writer.WriteCompactSize((ulong)items.Count);
        foreach (var item in items.Span) writer.WriteBytes(item.Span);
    }

    internal static Items<HexBytes> Read(ref BitcoinReader reader)
    {
        var count = reader.ReadCount(1);
        var items = ImmutableArray.CreateBuilder<HexBytes>(count);
        for (var i = 0; i < count && reader.Fault is null; i++) items.Add(HexBytes.From(reader.ReadBytes()));
        return new(items.ToImmutable());
    }
}
