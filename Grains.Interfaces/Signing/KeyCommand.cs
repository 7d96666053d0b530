using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Signing;

/// <summary>
/// What is asked of a Key grain (one signing key, key = account/key): its creation in the signer, and the requests whose outcomes it keeps.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Create), "create")]
[JsonDerivedType(typeof(RecordCreated), "created")]
[JsonDerivedType(typeof(RecordCreationRefused), "creation-refused")]
[JsonDerivedType(typeof(RequestSignature), "request-signature")]
[JsonDerivedType(typeof(RecordOutcome), "outcome")]
[JsonDerivedType(typeof(Retire), "retire")]
[JsonDerivedType(typeof(Acknowledge), "acknowledge")]
[GenerateSerializer, Immutable, Alias("tpw.key-command")]
public abstract record KeyCommand : ICommand
{
    private KeyCommand(Guid commandId) => CommandId = commandId;

    /// <summary>Given by the client, remembered as long as the subject lives.</summary>
    [Id(0)]
    public Guid CommandId { get; init; }

    /// <summary>Asks the signer for the key.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.key.create")]
    public sealed record Create(Guid CommandId, AccountId Account, Name Key, ChainId Chain, Tier Tier) : KeyCommand(CommandId), IInnerCommand;

    /// <summary>The signer made the key and attests its address.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.key.created")]
    public sealed record RecordCreated(Guid CommandId, KeyAttestation Attestation) : KeyCommand(CommandId), IInnerCommand;

    /// <summary>The signer will not make the key.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.key.creation-refused")]
    public sealed record RecordCreationRefused(Guid CommandId, Rejection Rejection) : KeyCommand(CommandId), IInnerCommand;

    /// <summary>From the lane. The authorisation is fetched from the packet when the effect runs; the outcome goes back to the lane.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.key.request-signature")]
    public sealed record RequestSignature(Guid CommandId, LegRef Leg, ChainId Chain, Address Lane, SigningPayload Payload) : KeyCommand(CommandId), IInnerCommand;

    /// <summary>The signer's answer to one request.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.key.outcome")]
    public sealed record RecordOutcome(Guid CommandId, Guid Request, SignOutcome Outcome) : KeyCommand(CommandId), IInnerCommand;

    /// <summary>No further spending is asked of the key; closing what is signed still is.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.key.retire")]
    public sealed record Retire(Guid CommandId) : KeyCommand(CommandId), IInnerCommand;

    /// <summary>What another grain answered to a command that this one owed it (the intent's name); the intent is then done.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.key.acknowledge")]
    public sealed record Acknowledge(Guid CommandId, string Intent, CommandReply Reply) : KeyCommand(CommandId), IInnerCommand;
}

/// <summary>What may be seen of a key: never its secret.</summary>
[GenerateSerializer, Immutable, Alias("tpw.key-view")]
public sealed record KeyView(KeyAttestation? Attestation, string Stage, int Signed, int Refused, int Pending);
