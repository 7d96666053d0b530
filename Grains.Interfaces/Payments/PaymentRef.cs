using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Payments;

/// <summary>A payment of an account over its channels.</summary>
[GenerateSerializer, Immutable, Alias("tpw.payment-ref")]
public readonly record struct PaymentRef(AccountId Account, Name Id)
{
    /// <summary>The grain key: account, slash, id.</summary>
    public string Key => $"{Account}/{Id}";

    /// <summary>Names of payments of packets begin so, and no other payment has such a name.</summary>
    public const string OfPackets = "packet-";

    /// <summary>Reads a grain key.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static PaymentRef Parse(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 ? new(AccountId.Parse(key[..slash]), key[(slash + 1)..]) : throw new FormatException("Expected account/payment-id.");
    }

    public override string ToString() => Key;
}

/// <summary>A part of a payment: whom the channel that locks it tells how it ended.</summary>
/// <param name="Number">From 1, in the order in which they were tried.</param>
[GenerateSerializer, Immutable, Alias("tpw.payment-part")]
public sealed record PaymentPart(PaymentRef Payment, int Number);
