using System.Buffers.Binary;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>
/// What one hop of a route reads in its layer of the onion: a stream of type, length and value as in BOLT-4, with the same types. Unlike there, type 6 is the 32 bytes of a
/// channel id, and amounts may take up to 16 bytes.
/// </summary>
/// <param name="Amount">What the lock that this hop makes is to hold, or at the last hop what it gets; base units.</param>
/// <param name="Expiry">Of that lock; seconds since 1970.</param>
/// <param name="Channel">The channel to go on by; null: this is the last hop.</param>
public sealed record HopPayload(UInt256 Amount, ulong Expiry, Bytes32? Channel)
{
    private const byte AmountType = 2;
    private const byte ExpiryType = 4;
    private const byte ChannelType = 6;
    private const int LongestAmount = 16;
    private const int LongestExpiry = 8;

    /// <summary>The bytes, without a length before them.</summary>
    public byte[] Write()
    {
        var bytes = new List<byte>(64);
        Span<byte> word = stackalloc byte[UInt256.Size];
        Amount.ToBigEndian(word);
        Add(bytes, AmountType, word.TrimStart((byte)0));
        Span<byte> second = stackalloc byte[LongestExpiry];
        BinaryPrimitives.WriteUInt64BigEndian(second, Expiry);
        Add(bytes, ExpiryType, second.TrimStart((byte)0));
        if (Channel is { } channel) Add(bytes, ChannelType, channel.ToArray());
        return [.. bytes];
    }

    /// <summary>Reads a payload. Types rise; unknown odd ones are passed over; null where it has another form.</summary>
    public static HopPayload? Read(ReadOnlySpan<byte> bytes)
    {
        UInt256? amount = null;
        ulong? expiry = null;
        Bytes32? channel = null;
        var last = -1;
        Span<byte> second = stackalloc byte[LongestExpiry];
        while (!bytes.IsEmpty)
        {
            if (bytes.Length < 2 || bytes[0] <= last || bytes[0] >= 0xFD || bytes[1] >= 0xFD || bytes.Length < 2 + bytes[1]) return null;
            last = bytes[0];
            var value = bytes.Slice(2, bytes[1]);
            bytes = bytes[(2 + value.Length)..];
            var isShortest = value.IsEmpty || value[0] != 0;
            switch (last)
            {
                case AmountType when isShortest && value.Length <= LongestAmount:
                    amount = UInt256.FromBigEndian(value);
                    break;
                case ExpiryType when isShortest && value.Length <= LongestExpiry:
                    second.Clear();
                    value.CopyTo(second[(LongestExpiry - value.Length)..]);
                    expiry = BinaryPrimitives.ReadUInt64BigEndian(second);
                    break;
                case ChannelType when value.Length == UInt256.Size:
                    channel = Bytes32.From(value);
                    break;
                case AmountType or ExpiryType or ChannelType:
                    return null;
                case var type when type % 2 == 0:
                    return null;
                default:
                    break;
            }
        }

        return amount is { } known && expiry is { } until ? new(known, until, channel) : null;
    }

    private static void Add(List<byte> bytes, byte type, ReadOnlySpan<byte> value)
    {
        bytes.Add(type);
        bytes.Add((byte)value.Length);
        bytes.AddRange(value);
    }
}
