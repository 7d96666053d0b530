using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Signing;

/// <summary>Everything for one signature. The signer believes none of it without checking it against its own store.</summary>
[GenerateSerializer, Immutable, Alias("tpw.sign-request")]
public sealed record SignRequest(Guid RequestId, Name Key, ChainId Chain, SigningPayload Payload, PacketAuthorisation Authorisation)
{
    /// <summary>
    /// The journal's time when this was sent, anew each time; null from a machine without network. It can only make the signer stricter: a clock of its own that
    /// does not fit is wrong, or the call is too old.
    /// </summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Instant? AskedAt { get; init; }
}

/// <summary>The signer's answer to a request.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "outcome")]
[JsonDerivedType(typeof(Signed), "signed")]
[JsonDerivedType(typeof(Refused), "refused")]
[JsonDerivedType(typeof(NoAnswer), "no-answer")]
[GenerateSerializer, Immutable, Alias("tpw.sign-outcome")]
public abstract record SignOutcome
{
    private SignOutcome()
    {
    }

    /// <summary>The same request gives the same bytes (RFC 6979), however often it is asked.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.sign-outcome.signed")]
    public sealed record Signed(HexBytes Raw, Bytes32 TxHash) : SignOutcome;

    /// <summary>A definite no: nothing was signed for this request.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.sign-outcome.refused")]
    public sealed record Refused(Rejection Rejection) : SignOutcome;

    /// <summary>Not known whether it signed: ask again with the same request.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.sign-outcome.none")]
    public sealed record NoAnswer(string Detail) : SignOutcome;
}
