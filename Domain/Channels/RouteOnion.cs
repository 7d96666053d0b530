using System.Buffers.Binary;
using System.Security.Cryptography;
using TPWallet.Crypto;
using TPWallet.Crypto.Onions;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>The onion of a payment's way: a layer for each hop, bound to the payment's hash.</summary>
/// <param name="Bytes">For the first hop.</param>
public sealed record RouteOnion(HexBytes Bytes)
{
    private byte[][] Shared { get; init; } = [];

    /// <summary>Wraps a way.</summary>
    /// <param name="layers">In the order in which they are peeled.</param>
    /// <param name="target">The payment's hash.</param>
    /// <param name="seed">Secret bytes of the payer's, others for each payment: the same way of the same payment is the same onion again. None: each onion is new.</param>
    /// <exception cref="ArgumentException">Too many layers, or a key that is no point.</exception>
    public static RouteOnion Wrap(OnionHop[] layers, Bytes32 target, ReadOnlySpan<byte> seed)
    {
        using var session = seed.IsEmpty ? Secp256k1.GenerateKey() : SessionOf(layers, target, seed);
        return new(HexBytes.From(Onion.Create(layers, session, target.ToArray(), out var shared))) { Shared = shared };
    }

    /// <summary>Wraps the way of one part of a payment.</summary>
    public static RouteOnion Wrap(PaymentWay way, HopPayment payment, Bytes32 target, ReadOnlySpan<byte> seed)
    {
        var hops = way.Route.Hops;
        var layers = new OnionHop[hops.Length];
        for (var i = 0; i < hops.Length; i++)
        {
            // Each reads what it passes on; the last reads what it gets.
            var next = Math.Min(i + 1, hops.Length - 1);
            var payload = new HopPayload(hops[next].Amount, way.ExpiryOf(next), next > i ? hops[next].Way.Channel : null) { Payment = next > i ? null : payment };
            layers[i] = new(way.OnionKeys[i].Span.ToArray(), payload.Write());
        }

        return Wrap(layers, target, seed);
    }

    /// <summary>Reads why it failed. Only who made the onion can.</summary>
    /// <returns>Null for a reason that no hop of this way wrote.</returns>
    public RouteFailure? Read(HexBytes reason) => OnionFailure.Read(Shared, reason.Span) is var (hop, message) && message.Length >= sizeof(ushort)
        ? new RouteFailure(hop, (OnionError)BinaryPrimitives.ReadUInt16BigEndian(message))
        : null;

    /// <summary>Follows from the whole way: one key under two ways would show where they differ to whoever carries both.</summary>
    private static PrivateKey SessionOf(OnionHop[] layers, Bytes32 target, ReadOnlySpan<byte> seed)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, seed);
        hash.AppendData("onion session"u8);
        hash.AppendData(target.ToArray());
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var part in layers.SelectMany(static layer => (byte[][])[layer.PublicKey, layer.Payload]))
        {
            BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
            hash.AppendData(length);
            hash.AppendData(part);
        }

        Span<byte> key = stackalloc byte[PrivateKey.Length];
        hash.GetHashAndReset(key);
        try
        {
            return PrivateKey.From(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }
}
