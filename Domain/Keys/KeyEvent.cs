using System.Text.Json;
using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Keys;

/// <summary>What happened to a key. Append only: names and fields are stored for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(CreationRequested), "creation-requested")]
[JsonDerivedType(typeof(Created), "created")]
[JsonDerivedType(typeof(CreationDenied), "creation-denied")]
[JsonDerivedType(typeof(AddressAttached), "address-attached")]
[JsonDerivedType(typeof(SignatureRequested), "signature-requested")]
[JsonDerivedType(typeof(SignatureMade), "signature-made")]
[JsonDerivedType(typeof(SignatureDenied), "signature-denied")]
[JsonDerivedType(typeof(OutcomeTold), "outcome-told")]
[JsonDerivedType(typeof(KeyRetired), "key-retired")]
public abstract record KeyEvent
{
    private KeyEvent()
    {
    }

    public sealed record CreationRequested(long Number, ChainId Chain, Tier Tier) : KeyEvent;

    public sealed record Created(long Number, KeyAttestation Attestation) : KeyEvent;

    public sealed record CreationDenied(Rejection Rejection) : KeyEvent;

    /// <summary>The account has the address, or said why it does not take it.</summary>
    public sealed record AddressAttached(Rejection? Refusal) : KeyEvent;

    public sealed record SignatureRequested(long Number, Guid Request, LegRef Leg, ChainId Chain, Address Lane, SigningPayload Payload) : KeyEvent;

    public sealed record SignatureMade(long Number, HexBytes Raw, Bytes32 TxHash) : KeyEvent;

    public sealed record SignatureDenied(long Number, Rejection Rejection) : KeyEvent;

    public sealed record OutcomeTold(long Number) : KeyEvent;

    public sealed record KeyRetired : KeyEvent;
}

/// <summary>The stored form of a key's events and snapshots.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true,
    AllowDuplicateProperties = false,
    IgnoreReadOnlyProperties = true,
    MaxDepth = 32)]
[JsonSerializable(typeof(KeyEvent))]
[JsonSerializable(typeof(KeyState))]
public sealed partial class KeyJson : JsonSerializerContext;
