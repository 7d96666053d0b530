using System.Buffers.Binary;
using System.Text.Json.Serialization;

namespace TPWallet.Domain.Risk.Profiles;

/// <summary>A party that the profile knows.</summary>
/// <param name="FirstHour">Since 1970.</param>
/// <param name="LastHour">Since 1970.</param>
/// <param name="Size">Logarithm of the greatest amount of the newest payment.</param>
/// <param name="Rises">How many times in a row it was more than the one before (<see cref="IsRise"/>).</param>
public readonly record struct PartyEntry(PartyMark Mark, int FirstHour, int LastHour, ushort Size, ushort Rises)
{
    // A fifth more, in 256ths of a doubling.
    private const int Step = 64;

    // Three doublings.
    private const int FarMore = 768;

    /// <summary>Eight times the newest payment and more: having been paid a little does not make a party known for a lot.</summary>
    public bool IsFarMore(ushort size) => size >= Size + FarMore;

    public bool IsRise(ushort size) => size >= Size + Step;
}

/// <summary>The parties that a profile knows, longest unused first; the longest unused one goes when it is full.</summary>
[JsonConverter(typeof(PackedJson<PartyBook>))]
public sealed class PartyBook : IPacked<PartyBook>
{
    /// <summary>Parties kept.</summary>
    public const int Max = 96;

    private const int EntrySize = 28;

    private readonly ImmutableArray<PartyEntry> _entries;

    private PartyBook(ImmutableArray<PartyEntry> entries) => _entries = entries;

    public static PartyBook Empty { get; } = new([]);

    public int Count => _entries.Length;

    public int PackedLength => _entries.Length * EntrySize;

    public static PartyBook Unpack(ReadOnlySpan<byte> packed)
    {
        if (packed.Length % EntrySize != 0 || packed.Length > Max * EntrySize) throw new FormatException($"Expected at most {Max} parties.");
        var entries = ImmutableArray.CreateBuilder<PartyEntry>(packed.Length / EntrySize);
        for (; !packed.IsEmpty; packed = packed[EntrySize..])
        {
            var mark = new PartyMark(
                BinaryPrimitives.ReadUInt64LittleEndian(packed),
                BinaryPrimitives.ReadUInt32LittleEndian(packed[8..]),
                BinaryPrimitives.ReadUInt32LittleEndian(packed[12..]));
            entries.Add(new(
                mark,
                BinaryPrimitives.ReadInt32LittleEndian(packed[16..]),
                BinaryPrimitives.ReadInt32LittleEndian(packed[20..]),
                BinaryPrimitives.ReadUInt16LittleEndian(packed[24..]),
                BinaryPrimitives.ReadUInt16LittleEndian(packed[26..])));
        }

        return new(entries.MoveToImmutable());
    }

    public PartyEntry? Find(PartyMark mark)
    {
        foreach (var entry in _entries)
            if (entry.Mark == mark) return entry;
        return null;
    }

    /// <summary>The book after something with this party at this hour.</summary>
    /// <param name="max">Fewer parties than <see cref="Max"/> where the book is to stay smaller.</param>
    /// <param name="size">Logarithm of the amount, where something was paid.</param>
    public PartyBook With(PartyMark mark, int hour, int max = Max, ushort size = 0)
    {
        var known = Find(mark);
        var rises = known is { } before && before.IsRise(size) ? Math.Min(before.Rises + 1, ushort.MaxValue) : 0;
        var kept = _entries.RemoveAll(entry => entry.Mark == mark);
        if (kept.Length >= max) kept = kept.RemoveRange(0, kept.Length - max + 1);
        return new(kept.Add(new(mark, known?.FirstHour ?? hour, hour, size, (ushort)rises)));
    }

    public PartyBook Without(PartyMark mark) => Find(mark) is null ? this : new(_entries.RemoveAll(entry => entry.Mark == mark));

    /// <summary>Parties met for the first time after this hour.</summary>
    public int NewAfter(int hour)
    {
        var count = 0;
        foreach (var entry in _entries)
            if (entry.FirstHour > hour) count++;
        return count;
    }

    /// <summary>Parties met after this hour.</summary>
    public int MetAfter(int hour)
    {
        var count = 0;
        foreach (var entry in _entries)
            if (entry.LastHour > hour) count++;
        return count;
    }

    /// <summary>The most characters that a different party in the book shares with this one at both ends.</summary>
    public int LookAlike(PartyMark mark)
    {
        var most = 0;
        foreach (var entry in _entries) most = Math.Max(most, mark.LookAlike(entry.Mark));
        return most;
    }

    public void Pack(Span<byte> packed)
    {
        foreach (var entry in _entries)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(packed, entry.Mark.Hash);
            BinaryPrimitives.WriteUInt32LittleEndian(packed[8..], entry.Mark.Head);
            BinaryPrimitives.WriteUInt32LittleEndian(packed[12..], entry.Mark.Tail);
            BinaryPrimitives.WriteInt32LittleEndian(packed[16..], entry.FirstHour);
            BinaryPrimitives.WriteInt32LittleEndian(packed[20..], entry.LastHour);
            BinaryPrimitives.WriteUInt16LittleEndian(packed[24..], entry.Size);
            BinaryPrimitives.WriteUInt16LittleEndian(packed[26..], entry.Rises);
            packed = packed[EntrySize..];
        }
    }
}
