using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>An RLP item as a tree, for structures whose shape is not known beforehand.</summary>
public abstract record RlpItem
{
    private RlpItem()
    {
    }

    public sealed record Bytes(HexBytes Value) : RlpItem;

    public sealed record List(Items<RlpItem> Values) : RlpItem;

    /// <summary>Reads exactly one canonical item; trailing bytes are refused.</summary>
    public static Decoded<RlpItem> Decode(ReadOnlySpan<byte> input)
    {
        var reader = new RlpReader(input);
        var item = Read(ref reader);
        reader.Finish();
        return reader.Fault is { } fault ? fault : item;
    }

    public byte[] Encode()
    {
        var writer = new RlpWriter();
        Write(writer, this);
        return writer.ToArray();
    }

    private static RlpItem Read(ref RlpReader reader)
    {
        if (!reader.NextIsList) return new Bytes(HexBytes.From(reader.ReadBytes()));
        var outer = reader.BeginList();
        var items = ImmutableArray.CreateBuilder<RlpItem>();
        while (reader.More) items.Add(Read(ref reader));
        reader.EndList(outer);
        return new List(new(items.ToImmutable()));
    }

    private static void Write(RlpWriter writer, RlpItem item)
    {
        switch (item)
        {
            case Bytes bytes:
                writer.Write(bytes.Value);
                break;
            case List list:
                var start = writer.BeginList();
                foreach (var child in list.Values) Write(writer, child);
                writer.EndList(start);
                break;
            default:
                throw new UnreachableException(item.GetType().Name);
        }
    }
}
