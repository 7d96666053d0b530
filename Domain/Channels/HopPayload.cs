using System.Buffers.Binary;
using System.Text;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>
/// What the last hop reads of the invoice that is paid: BOLT-4's payment_data and payment_metadata.
/// </summary>
/// <param name="Secret">The invoice's payment secret.</param>
/// <param name="Total">Of all parts of the payment; base units.</param>
/// <param name="Invoice">Its name.</param>
public sealed record HopPayment(Bytes32 Secret, UInt256 Total, Name Invoice);

/// <summary>
/// What one hop of a route reads in its layer of the onion: a stream of type, length and value as in BOLT-4, with the same types. Unlike there, type 6 is the 32 bytes of a
/// channel id, and amounts may take up to 16 bytes.
/// </summary>
/// <param name="Amount">What the lock that this hop makes is to hold, or at the last hop what it gets; base units.</param>
/// <param name="Expiry">Of that lock; seconds since 1970.</param>
/// <param name="Channel">The channel to go on by; null: this is the last hop.</param>
public sealed record HopPayload(UInt256 Amount, ulong Expiry, Bytes32? Channel)
{
    /// <summary>The invoice that is paid; null: none, or another hop than the last.</summary>
    public HopPayment? Payment { get; init; }

    private const byte AmountType = 2;
    private const byte ExpiryType = 4;
    private const byte ChannelType = 6;
    private const byte PaymentType = 8;
    private const byte MetadataType = 16;
    private const int LongestAmount = 16;
    private const int LongestExpiry = 8;

    /// <summary>The bytes, without a length before them.</summary>
    public byte[] Write()
    {
        var tlv = new TlvWriter();
        Span<byte> word = stackalloc byte[UInt256.Size];
        Amount.ToBigEndian(word);
        tlv.Add(AmountType, word.TrimStart((byte)0));
        Span<byte> second = stackalloc byte[LongestExpiry];
        BinaryPrimitives.WriteUInt64BigEndian(second, Expiry);
        tlv.Add(ExpiryType, second.TrimStart((byte)0));
        if (Channel is { } channel) tlv.Add(ChannelType, channel.ToArray());
        if (Payment is { } payment)
        {
            payment.Total.ToBigEndian(word);
            tlv.Add(PaymentType, [.. payment.Secret.ToArray(), .. word.TrimStart((byte)0)]);
            tlv.Add(MetadataType, Encoding.ASCII.GetBytes(payment.Invoice.Value));
        }

        return tlv.ToArray();
    }

    /// <summary>Reads a payload. Types rise; unknown odd ones are passed over; null where it has another form.</summary>
    public static HopPayload? Read(ReadOnlySpan<byte> bytes)
    {
        UInt256? amount = null;
        ulong? expiry = null;
        Bytes32? channel = null;
        (Bytes32 Secret, UInt256 Total)? payment = null;
        Name? invoice = null;
        Span<byte> second = stackalloc byte[LongestExpiry];
        var stream = new TlvReader(bytes);
        while (stream.Next(out var type, out var value))
        {
            var isShortest = value.IsEmpty || value[0] != 0;
            switch (type)
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
                case PaymentType when value.Length is > UInt256.Size and <= UInt256.Size + LongestAmount && value[UInt256.Size] != 0:
                    payment = (Bytes32.From(value[..UInt256.Size]), UInt256.FromBigEndian(value[UInt256.Size..]));
                    break;
                case MetadataType when Ascii.IsValid(value) && Name.TryParse(Encoding.ASCII.GetString(value), out var name):
                    invoice = name;
                    break;
                case AmountType or ExpiryType or ChannelType or PaymentType or MetadataType:
                    return null;
                case var unknown when unknown % 2 == 0:
                    return null;
                default:
                    break;
            }
        }

        if (stream.IsBroken) return null;

        // Neither is of use without the other, nor before the last hop.
        if (amount is not { } known || expiry is not { } until || payment is null != invoice is null || (channel is not null && payment is not null)) return null;
        return new(known, until, channel) { Payment = payment is { } said ? new(said.Secret, said.Total, invoice!.Value) : null };
    }
}
