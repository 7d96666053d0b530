using System.Buffers.Binary;
using System.Text;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Authority;

/// <summary>
/// Several calls of the channel contract in one (<see cref="ChannelMethods.Multicall"/>), in their one encoding: what is read is what the contract does. None is a batch itself.
/// </summary>
public static class MandatedBatch
{
    /// <summary>Most calls of one batch.</summary>
    public const int MostParts = 32;

    private const int SelectorLength = 4;
    private const int Word = UInt256.Size;

    private static readonly byte[] _selector = Keccak256.Hash(Encoding.ASCII.GetBytes(ChannelMethods.Multicall))[..SelectorLength];

    /// <summary>Whether it calls the method, whatever with.</summary>
    public static bool IsBatch(ReadOnlySpan<byte> data) => data.StartsWith(_selector);

    /// <summary>The calls, one at the least; null where it is another call, or the encoding is not the one.</summary>
    public static ImmutableArray<HexBytes>? Read(HexBytes data)
    {
        var rest = data.Span;
        if (!IsBatch(rest)) return null;
        rest = rest[SelectorLength..];
        if (NumberAt(rest, Word) is not { } count || count is 0 or > MostParts) return null;
        var parts = ImmutableArray.CreateBuilder<HexBytes>(count);
        var heads = 2 * Word;
        for (var i = 0; i < count; i++)
        {
            if (NumberAt(rest, heads + (i * Word)) is not { } offset || NumberAt(rest, heads + offset) is not { } length) return null;
            var at = heads + offset + Word;
            if (length > rest.Length - at) return null;
            parts.Add(HexBytes.From(rest.Slice(at, length)));
        }

        // Offsets that overlap or leave gaps, words that are not zero where they should be: another encoding.
        var read = parts.MoveToImmutable();
        return Write(read) == data && read.All(static part => !IsBatch(part.Span)) ? read : null;
    }

    /// <summary>The call data.</summary>
    public static HexBytes Write(ImmutableArray<HexBytes> parts)
    {
        var data = new byte[SelectorLength + ((2 + parts.Length) * Word) + parts.Sum(static part => Word + Padded(part.Length))];
        _selector.CopyTo(data, 0);
        var rest = data.AsSpan(SelectorLength);
        Put(rest, Word);
        Put(rest[Word..], parts.Length);
        rest = rest[(2 * Word)..];
        var offset = parts.Length * Word;
        for (var i = 0; i < parts.Length; i++)
        {
            Put(rest[(i * Word)..], offset);
            Put(rest[offset..], parts[i].Length);
            parts[i].Span.CopyTo(rest[(offset + Word)..]);
            offset += Word + Padded(parts[i].Length);
        }

        return HexBytes.From(data);
    }

    private static int Padded(int length) => (length + Word - 1) / Word * Word;

    private static void Put(Span<byte> word, int number) => BinaryPrimitives.WriteInt32BigEndian(word[(Word - sizeof(int))..Word], number);

    /// <summary>A word below the data's own length; null where there is none.</summary>
    private static int? NumberAt(ReadOnlySpan<byte> data, int at)
    {
        if (at > data.Length - Word) return null;
        var number = UInt256.FromBigEndian(data.Slice(at, Word));
        return number < (UInt256)(ulong)data.Length ? (int)(ulong)number : null;
    }
}
