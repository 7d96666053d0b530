using System.Buffers.Binary;
using System.Text.Json.Serialization;
using TPWallet.Domain.Risk.Scoring;

namespace TPWallet.Domain.Risk.Profiles;

/// <summary>The newest <see cref="Max"/> numbers of something, oldest first: all that a median needs, in bounded room.</summary>
[JsonConverter(typeof(PackedJson<Sample>))]
public readonly record struct Sample : IPacked<Sample>
{
    /// <summary>Numbers kept.</summary>
    public const int Max = 28;

    private readonly ImmutableArray<ushort> _values;

    private Sample(ImmutableArray<ushort> values) => _values = values;

    public ReadOnlySpan<ushort> Values => _values.IsDefault ? default : _values.AsSpan();

    public int Count => Values.Length;

    public int PackedLength => Count * sizeof(ushort);

    public int Median => FixedPoint.Median(Values);

    public static Sample Unpack(ReadOnlySpan<byte> packed)
    {
        if (packed.Length % sizeof(ushort) != 0 || packed.Length > Max * sizeof(ushort)) throw new FormatException($"Expected at most {Max} numbers.");
        var values = ImmutableArray.CreateBuilder<ushort>(packed.Length / sizeof(ushort));
        for (var at = 0; at < packed.Length; at += sizeof(ushort)) values.Add(BinaryPrimitives.ReadUInt16LittleEndian(packed[at..]));
        return new(values.MoveToImmutable());
    }

    /// <summary>With one more; the oldest goes when it is full.</summary>
    public Sample With(long value)
    {
        var kept = Count < Max ? Values : Values[1..];
        return new([.. kept, (ushort)Math.Clamp(value, 0, ushort.MaxValue)]);
    }

    public void Pack(Span<byte> packed)
    {
        for (var i = 0; i < Count; i++) BinaryPrimitives.WriteUInt16LittleEndian(packed[(i * sizeof(ushort))..], Values[i]);
    }

    public bool Equals(Sample other) => Values.SequenceEqual(other.Values);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var value in Values) hash.Add(value);
        return hash.ToHashCode();
    }
}
