using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Signer.Store;

/// <summary>How long the store is, and the keyed hash of its last fact.</summary>
internal sealed record SignerHead(long Facts, byte[] Mac)
{
    public static SignerHead Empty { get; } = new(0, new byte[32]);
}

/// <summary>HMAC-SHA256 over each fact and the hash before it; fields are length-prefixed, so that none can borrow from its neighbour.</summary>
internal sealed class FactChain(byte[] macKey)
{
    public SignerHead Head { get; set; } = SignerHead.Empty;

    public SignerHead Next(SignerHead before, Instant at, FactColumns columns, ReadOnlySpan<byte> body)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, macKey);
        Span<byte> numbers = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(numbers, before.Facts + 1);
        BinaryPrimitives.WriteInt64BigEndian(numbers[8..], at.UnixMs);
        mac.AppendData("tpw.signer.fact.v1\0"u8);
        mac.AppendData(before.Mac);
        mac.AppendData(numbers);
        Append(mac, columns.Kind);
        Append(mac, columns.Account);
        Append(mac, columns.Subject);
        Append(mac, columns.Leg);
        Append(mac, columns.Request);
        Append(mac, body);
        return new(before.Facts + 1, mac.GetHashAndReset());
    }

    private static void Append(IncrementalHash mac, string? text) => Append(mac, text is null ? [] : Encoding.UTF8.GetBytes(text));

    private static void Append(IncrementalHash mac, ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        mac.AppendData(length);
        mac.AppendData(bytes);
    }
}
