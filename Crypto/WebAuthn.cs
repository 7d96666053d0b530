using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace TPWallet.Crypto;

/// <summary>Why a WebAuthn assertion is refused; in the order in which the checks run.</summary>
public enum WebAuthnRefusal
{
    None,
    ClientDataMalformed,
    WrongType,
    WrongChallenge,
    WrongOrigin,
    AuthenticatorDataTooShort,
    WrongRelyingParty,
    UserNotPresent,
    UserNotVerified,
    BadSignature,
}

/// <summary>
/// A WebAuthn assertion (W3C Web Authentication, section 7.2) whose challenge is the digest that the user approves, signed by a P-256 credential.
/// </summary>
/// <param name="AuthenticatorData">rpIdHash(32) ‖ flags(1) ‖ counter(4) ‖ extensions.</param>
/// <param name="ClientDataJson">The client data as the browser serialised it.</param>
/// <param name="Signature64">r ‖ s; convert a DER signature with <see cref="TryReadDer"/>.</param>
public sealed record WebAuthnAssertion(ReadOnlyMemory<byte> AuthenticatorData, ReadOnlyMemory<byte> ClientDataJson, ReadOnlyMemory<byte> Signature64)
{
    /// <summary>Longest client data and authenticator data read, in bytes.</summary>
    public const int MaximumLength = 16_384;

    private const int HashLength = 32;
    private const int MinimumAuthenticatorData = HashLength + 1 + 4;
    private const byte UserPresent = 0x01;
    private const byte UserVerified = 0x04;

    /// <summary>Verifies the assertion for one digest, credential, relying party and origin; the user must be present and verified.</summary>
    /// <param name="publicKey">The credential's P-256 key, 33 or 65 bytes.</param>
    /// <param name="digest32">The digest; its base64url text must be the challenge.</param>
    /// <param name="relyingPartyId">The domain that the credential is scoped to.</param>
    /// <param name="origin">The exact origin, or null to take any origin (the relying party's hash still binds the domain).</param>
    public WebAuthnRefusal Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> digest32, string relyingPartyId, string? origin)
    {
        ArgumentNullException.ThrowIfNull(relyingPartyId);
        var clientData = CheckClientData(digest32, origin);
        if (clientData != WebAuthnRefusal.None) return clientData;
        var data = AuthenticatorData.Span;
        if (data.Length is < MinimumAuthenticatorData or > MaximumLength) return WebAuthnRefusal.AuthenticatorDataTooShort;
        if (!data[..HashLength].SequenceEqual(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(relyingPartyId))))
            return WebAuthnRefusal.WrongRelyingParty;
        var flags = data[HashLength];
        if ((flags & UserPresent) == 0) return WebAuthnRefusal.UserNotPresent;
        if ((flags & UserVerified) == 0) return WebAuthnRefusal.UserNotVerified;
        byte[] signed = [.. data, .. SHA256.HashData(ClientDataJson.Span)];
        return P256.Verify(publicKey, SHA256.HashData(signed), Signature64.Span) ? WebAuthnRefusal.None : WebAuthnRefusal.BadSignature;
    }

    /// <summary>Reads a DER ECDSA signature, as authenticators give it, into r ‖ s. False if malformed or a number has more than 32 bytes.</summary>
    public static bool TryReadDer(ReadOnlySpan<byte> der, Span<byte> signature64)
    {
        if (signature64.Length < P256.SignatureLength)
            throw new ArgumentException($"A signature needs {P256.SignatureLength} bytes.", nameof(signature64));
        try
        {
            var reader = new System.Formats.Asn1.AsnReader(der.ToArray(), System.Formats.Asn1.AsnEncodingRules.DER);
            var numbers = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            var (r, s) = (numbers.ReadInteger(), numbers.ReadInteger());
            numbers.ThrowIfNotEmpty();
            if (r.Sign <= 0 || s.Sign <= 0 || r.GetByteCount(isUnsigned: true) > 32 || s.GetByteCount(isUnsigned: true) > 32) return false;
            signature64[..P256.SignatureLength].Clear();
            r.TryWriteBytes(signature64[(32 - r.GetByteCount(isUnsigned: true))..], out _, isUnsigned: true, isBigEndian: true);
            s.TryWriteBytes(signature64[(64 - s.GetByteCount(isUnsigned: true))..], out _, isUnsigned: true, isBigEndian: true);
            return true;
        }
        catch (System.Formats.Asn1.AsnContentException)
        {
            return false;
        }
    }

    private WebAuthnRefusal CheckClientData(ReadOnlySpan<byte> digest32, string? origin)
    {
        if (ClientDataJson.Length is 0 or > MaximumLength) return WebAuthnRefusal.ClientDataMalformed;
        try
        {
            using var json = JsonDocument.Parse(ClientDataJson, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var root = json.RootElement;
            if (Member(root, "type") != "webauthn.get") return WebAuthnRefusal.WrongType;
            if (Member(root, "challenge") != Base64Url.EncodeToString(digest32)) return WebAuthnRefusal.WrongChallenge;
            return origin is null || Member(root, "origin") == origin ? WebAuthnRefusal.None : WebAuthnRefusal.WrongOrigin;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return WebAuthnRefusal.ClientDataMalformed;
        }
    }

    private static string? Member(JsonElement root, string name) => root.TryGetProperty(name, out var member) ? member.GetString() : null;
}
