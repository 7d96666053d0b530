using System.Security.Cryptography;

namespace TPWallet.Crypto.Onions;

/// <summary>
/// Onion packets (BOLT-4, Sphinx): each hop of a route reads what is for it and learns nothing of the others but who comes next. A packet has 1,366 bytes at every
/// hop: version 0, an ephemeral key, 1,300 bytes of wrapped payloads and a code over them and over data that the packet is bound to.
/// </summary>
public static class Onion
{
    /// <summary>Length of a packet in bytes.</summary>
    public const int Length = 1 + Secp256k1.CompressedLength + PayloadsLength + MacLength;

    /// <summary>Bytes for the payloads of all hops, each with its length before it and 32 bytes of code behind it.</summary>
    public const int PayloadsLength = 1300;

    /// <summary>Most hops of a route.</summary>
    public const int MaxHops = 20;

    private const int MacLength = 32;
    private const int PayloadsAt = 1 + Secp256k1.CompressedLength;
    private const int MacAt = PayloadsAt + PayloadsLength;

    /// <summary>Bytes that a payload takes.</summary>
    public static int SizeOf(int payload) => OnionKeys.LengthOfSize(payload) + payload + MacLength;

    /// <summary>Wraps the payloads, the last hop's innermost.</summary>
    /// <param name="session">A fresh key, used for this packet alone.</param>
    /// <param name="associated">What the packet is bound to: the payment's hash.</param>
    /// <param name="sharedSecrets">What each hop shares with the maker, in their order: to read failures with.</param>
    /// <exception cref="ArgumentException">No hop, too many, a key that is no point, or payloads that do not fit.</exception>
    public static byte[] Create(IReadOnlyList<OnionHop> hops, PrivateKey session, ReadOnlySpan<byte> associated, out byte[][] sharedSecrets)
    {
        ArgumentNullException.ThrowIfNull(hops);
        ArgumentNullException.ThrowIfNull(session);
        if (hops.Count is < 1 or > MaxHops) throw new ArgumentException($"{hops.Count} hops given where 1 to {MaxHops} are allowed.", nameof(hops));
        var size = hops.Sum(static hop => SizeOf(hop.Payload.Length));
        if (size > PayloadsLength) throw new ArgumentException($"Payloads of {size} bytes given where {PayloadsLength} have room.", nameof(hops));
        sharedSecrets = Share(hops, session, out var first);
        var packet = new byte[Length];
        var payloads = packet.AsSpan(PayloadsAt, PayloadsLength);
        ChaCha20.Apply(OnionKeys.Derive("pad"u8, session.Secret), payloads);
        Span<byte> mac = packet.AsSpan(MacAt, MacLength);
        var filler = Filler(hops, sharedSecrets);
        for (var i = hops.Count - 1; i >= 0; i--)
        {
            var (payload, shift) = (hops[i].Payload, SizeOf(hops[i].Payload.Length));
            payloads[..^shift].CopyTo(payloads[shift..]);
            OnionKeys.WriteSize(payloads, payload.Length);
            payload.CopyTo(payloads[OnionKeys.LengthOfSize(payload.Length)..]);
            mac.CopyTo(payloads[(shift - MacLength)..]);
            ChaCha20.Apply(OnionKeys.Derive("rho"u8, sharedSecrets[i]), payloads);
            if (i == hops.Count - 1) filler.CopyTo(payloads[(PayloadsLength - filler.Length)..]);
            Mac(sharedSecrets[i], payloads, associated, mac);
        }

        first.CopyTo(packet.AsSpan(1));
        return packet;
    }

    /// <summary>Takes off the layer that is for this node; null where it is none of its own: another version, no point, a code that does not fit, or a bad length.</summary>
    public static PeeledOnion? Peel(ReadOnlySpan<byte> packet, PrivateKey node, ReadOnlySpan<byte> associated)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (packet.Length != Length || packet[0] != 0) return null;
        var point = packet.Slice(1, Secp256k1.CompressedLength);
        var shared = new byte[OnionKeys.SecretLength];
        if (!Secp256k1.IsValidPublicKey(point) || !Secp256k1.TryEcdhHashed(point, node.Secret, shared)) return null;
        Span<byte> mac = stackalloc byte[MacLength];
        Mac(shared, packet.Slice(PayloadsAt, PayloadsLength), associated, mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, packet[MacAt..])) return null;

        // Twice the length: what follows the payload for the next hop is the stream itself.
        var open = new byte[2 * PayloadsLength];
        packet.Slice(PayloadsAt, PayloadsLength).CopyTo(open);
        ChaCha20.Apply(OnionKeys.Derive("rho"u8, shared), open);
        if (!OnionKeys.TryReadSize(open, out var length) || SizeOf(length) > PayloadsLength) return null;
        var payload = open.AsSpan(OnionKeys.LengthOfSize(length), length).ToArray();
        var nextMac = open.AsSpan(SizeOf(length) - MacLength, MacLength);
        if (!nextMac.ContainsAnyExcept((byte)0)) return new(shared, payload, null);
        var next = new byte[Length];
        if (!Secp256k1.TryTweakMultiplyPublic(point, OnionKeys.Blinding(point, shared), next.AsSpan(1, Secp256k1.CompressedLength))) return null;
        open.AsSpan(SizeOf(length), PayloadsLength).CopyTo(next.AsSpan(PayloadsAt));
        nextMac.CopyTo(next.AsSpan(MacAt));
        return new(shared, payload, next);
    }

    /// <summary>What each hop shares with the maker; and the point of the session key.</summary>
    private static byte[][] Share(IReadOnlyList<OnionHop> hops, PrivateKey session, out byte[] first)
    {
        Span<byte> key = stackalloc byte[PrivateKey.Length];
        Span<byte> point = stackalloc byte[Secp256k1.CompressedLength];
        session.Secret.CopyTo(key);
        first = Secp256k1.CreatePublicKey(session);
        first.CopyTo(point);
        var secrets = new byte[hops.Count][];
        try
        {
            for (var i = 0; i < hops.Count; i++)
            {
                secrets[i] = new byte[OnionKeys.SecretLength];
                if (!Secp256k1.TryEcdhHashed(hops[i].PublicKey, key, secrets[i])) throw new ArgumentException($"The key of hop {i} is no point.", nameof(hops));
                if (!Secp256k1.TryTweakMultiply(key, OnionKeys.Blinding(point, secrets[i]))) throw new CryptographicException("A blinding factor is zero.");
                Secp256k1.CreatePublicKey(key, point);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }

        return secrets;
    }

    /// <summary>What the last payload's layer ends with, so that its code holds after all hops before it have shifted and added their streams.</summary>
    private static byte[] Filler(IReadOnlyList<OnionHop> hops, byte[][] secrets)
    {
        var filler = new byte[hops.Take(hops.Count - 1).Sum(static hop => SizeOf(hop.Payload.Length))];
        var stream = new byte[2 * PayloadsLength];
        var filled = 0;
        for (var i = 0; i < hops.Count - 1; i++)
        {
            stream.AsSpan().Clear();
            ChaCha20.Apply(OnionKeys.Derive("rho"u8, secrets[i]), stream);
            var from = PayloadsLength - filled;
            filled += SizeOf(hops[i].Payload.Length);
            for (var j = 0; j < filled; j++) filler[j] ^= stream[from + j];
        }

        return filler;
    }

    private static void Mac(ReadOnlySpan<byte> shared, ReadOnlySpan<byte> payloads, ReadOnlySpan<byte> associated, Span<byte> mac)
    {
        using var code = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, OnionKeys.Derive("mu"u8, shared));
        code.AppendData(payloads);
        code.AppendData(associated);
        code.GetHashAndReset(mac);
    }
}
