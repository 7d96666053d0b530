using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using TPWallet.Crypto;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Authority;

/// <summary>
/// An assertion as an authenticator makes it, and each way in which it can be about something else. Every row is signed by the right key:
/// what is refused here is refused for what it says.
/// </summary>
public sealed class WebAuthnSignatureTests
{
    private const byte PresentAndVerified = 0x05;
    private const byte VerifiedOnly = 0x04;

    private static readonly Bytes32 _digest = Bytes32.From(SHA256.HashData("digest"u8));
    private static readonly string _challenge = Base64Url.EncodeToString(SHA256.HashData("digest"u8));

    public static TheoryData<string, string, byte, int, bool> Assertions => new()
    {
        { "as it should be", Client("webauthn.get", _challenge), PresentAndVerified, 37, true },
        { "with extensions", Client("webauthn.get", _challenge), PresentAndVerified, 60, true },
        { "another ceremony", Client("webauthn.create", _challenge), PresentAndVerified, 37, false },
        { "another challenge", Client("webauthn.get", Base64Url.EncodeToString(new byte[32])), PresentAndVerified, 37, false },
        { "a padded challenge", Client("webauthn.get", _challenge + "="), PresentAndVerified, 37, false },
        { "two challenges", $$"""{"type":"webauthn.get","challenge":"","challenge":"{{_challenge}}"}""", PresentAndVerified, 37, false },
        { "no person present", Client("webauthn.get", _challenge), VerifiedOnly, 37, false },
        { "authenticator data cut short", Client("webauthn.get", _challenge), PresentAndVerified, 36, false },
        { "no type", $$"""{"challenge":"{{_challenge}}"}""", PresentAndVerified, 37, false },
        { "no object", "[]", PresentAndVerified, 37, false },
        { "no JSON", "{", PresentAndVerified, 37, false },
    };

    [Theory, MemberData(nameof(Assertions))]
    public void Verify_SignedAssertion_HoldsOnlyForItsDigest(string what, string client, byte flags, int length, bool holds)
    {
        using var key = P256.GenerateKey();
        var authenticator = new byte[length];
        authenticator[32] = flags;
        var clientData = Encoding.UTF8.GetBytes(client);
        byte[] signed = [.. authenticator, .. SHA256.HashData(clientData)];
        var signature = new byte[P256.SignatureLength];
        P256.Sign(key, SHA256.HashData(signed), signature);
        HexBytes assertion = new([.. WebAuthnSignature.Encode(authenticator, clientData, signature)]);

        SignatureCheck.Verify(SignatureScheme.WebAuthn, new HexBytes([.. P256.CreatePublicKey(key)]), _digest, assertion).Should().Be(holds, what);
    }

    private static string Client(string type, string challenge) =>
        $$"""{"type":"{{type}}","challenge":"{{challenge}}","origin":"https://wallet.example","crossOrigin":false}""";
}
