using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using TPWallet.Crypto;

namespace TPWallet.Domain.Authority;

/// <summary>
/// A WebAuthn assertion in the signature field of a vote:
/// <code>u16 length ‖ authenticatorData ‖ u16 length ‖ clientDataJSON ‖ r ‖ s (64 bytes)</code>
/// with big-endian lengths. The digest of the vote is the challenge (Web Authentication Level 2, section 7.2: type, challenge, user presence and the
/// signature over authenticatorData ‖ SHA-256(clientDataJSON) are checked). Origin and relying party are the authenticator's defence
/// against phishing and no fact of the account: a challenge that is a vote's digest is worth the same on every origin.
/// </summary>
public static class WebAuthnSignature
{
    /// <summary>Longest authenticatorData and clientDataJSON that are read, in bytes each.</summary>
    public const int MaxPart = 4096;

    /// <summary>rpIdHash (32), flags (1), signCount (4).</summary>
    private const int MinAuthenticatorData = 37;

    private const int FlagsAt = 32;
    private const byte UserPresent = 0x01;

    /// <summary>Joins the parts into the layout above.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> authenticatorData, ReadOnlySpan<byte> clientData, ReadOnlySpan<byte> signature64)
    {
        if (authenticatorData.Length > MaxPart || clientData.Length > MaxPart) throw new ArgumentException($"A part exceeds {MaxPart} bytes.");
        var all = new byte[4 + authenticatorData.Length + clientData.Length + signature64.Length];
        var rest = all.AsSpan();
        Put(authenticatorData, ref rest);
        Put(clientData, ref rest);
        signature64.CopyTo(rest);
        return all;
    }

    internal static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> digest, ReadOnlyMemory<byte> assertion)
    {
        if (!Take(ref assertion, out var authenticatorData) || !Take(ref assertion, out var clientData)) return false;
        if (assertion.Length != P256.SignatureLength || authenticatorData.Length < MinAuthenticatorData) return false;
        if ((authenticatorData.Span[FlagsAt] & UserPresent) == 0 || !Answers(clientData, digest)) return false;
        Span<byte> signed = stackalloc byte[SHA256.HashSizeInBytes];
        var message = new byte[authenticatorData.Length + SHA256.HashSizeInBytes];
        authenticatorData.CopyTo(message);
        SHA256.HashData(clientData.Span, message.AsSpan(authenticatorData.Length));
        SHA256.HashData(message, signed);
        return P256.Verify(publicKey, signed, assertion.Span);
    }

    private static bool Answers(ReadOnlyMemory<byte> clientData, ReadOnlySpan<byte> digest)
    {
        try
        {
            using var json = JsonDocument.Parse(clientData, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            var root = json.RootElement;
            return root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("webauthn.get")
                && root.TryGetProperty("challenge", out var challenge) && challenge.ValueKind == JsonValueKind.String
                && challenge.ValueEquals(Base64Url.EncodeToString(digest));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a text with an escaped half surrogate pair, which .NET refuses to compare.
            return false;
        }
    }

    private static bool Take(ref ReadOnlyMemory<byte> rest, out ReadOnlyMemory<byte> part)
    {
        part = default;
        if (rest.Length < 2) return false;
        var length = BinaryPrimitives.ReadUInt16BigEndian(rest.Span);
        if (length > MaxPart || rest.Length < 2 + length) return false;
        part = rest.Slice(2, length);
        rest = rest[(2 + length)..];
        return true;
    }

    private static void Put(ReadOnlySpan<byte> part, ref Span<byte> rest)
    {
        BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)part.Length);
        part.CopyTo(rest[2..]);
        rest = rest[(2 + part.Length)..];
    }
}
