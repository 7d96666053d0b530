using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TPWallet.Crypto.Onions;

/// <summary>Failures on their way back (BOLT-4, returning errors): the hop that failed writes, each before it wraps, and only who made the onion can read it and knows who wrote it.</summary>
public static class OnionFailure
{
    /// <summary>Length of a message with its padding: all look alike.</summary>
    public const int MessageLength = 256;

    private const int MacLength = 32;

    /// <summary>Length of a packet in bytes: a code, two lengths, the message and its padding.</summary>
    public const int Length = MacLength + 2 + 2 + MessageLength;

    /// <summary>A packet of the hop that failed, wrapped once.</summary>
    /// <exception cref="ArgumentException">The message has more than 256 bytes.</exception>
    public static byte[] Create(ReadOnlySpan<byte> sharedSecret, ReadOnlySpan<byte> message)
    {
        if (message.Length > MessageLength) throw new ArgumentException($"A message of {message.Length} bytes given where {MessageLength} have room.", nameof(message));
        var packet = new byte[Length];
        var body = packet.AsSpan(MacLength);
        BinaryPrimitives.WriteUInt16BigEndian(body, (ushort)message.Length);
        message.CopyTo(body[2..]);
        BinaryPrimitives.WriteUInt16BigEndian(body[(2 + message.Length)..], (ushort)(MessageLength - message.Length));
        HMACSHA256.HashData(OnionKeys.Derive("um"u8, sharedSecret), body, packet);
        Wrap(sharedSecret, packet);
        return packet;
    }

    /// <summary>What each hop on the way back does to a packet.</summary>
    public static void Wrap(ReadOnlySpan<byte> sharedSecret, Span<byte> packet) => ChaCha20.Apply(OnionKeys.Derive("ammag"u8, sharedSecret), packet);

    /// <summary>Reads a packet; null where no hop of the route has written it.</summary>
    /// <param name="sharedSecrets">As they came from making the onion.</param>
    public static (int Hop, byte[] Message)? Read(IReadOnlyList<byte[]> sharedSecrets, ReadOnlySpan<byte> packet)
    {
        ArgumentNullException.ThrowIfNull(sharedSecrets);
        if (packet.Length != Length) return null;
        var open = packet.ToArray();
        Span<byte> mac = stackalloc byte[MacLength];
        for (var hop = 0; hop < sharedSecrets.Count; hop++)
        {
            Wrap(sharedSecrets[hop], open);
            HMACSHA256.HashData(OnionKeys.Derive("um"u8, sharedSecrets[hop]), open.AsSpan(MacLength), mac);
            if (!CryptographicOperations.FixedTimeEquals(mac, open.AsSpan(0, MacLength))) continue;
            var length = BinaryPrimitives.ReadUInt16BigEndian(open.AsSpan(MacLength));
            return length <= MessageLength ? (hop, open.AsSpan(MacLength + 2, length).ToArray()) : null;
        }

        return null;
    }
}
