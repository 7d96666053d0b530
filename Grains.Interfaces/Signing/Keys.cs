using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Grains.Interfaces.Signing;

/// <summary>
/// The signer's word that an address belongs to an account: an Ed25519 signature by the signer's identity key over the canonical hash of the
/// other fields. A client refuses a deposit address without one.
/// </summary>
[GenerateSerializer, Immutable, Alias("tpw.attestation")]
public sealed record KeyAttestation(
    AccountId Account,
    Name Key,
    ChainId Chain,
    Tier Tier,
    Address Address,
    HexBytes PublicKey,
    HexBytes SignerIdentity,
    HexBytes Signature);

/// <summary>EIP-1559 fee fields of one version of a transaction, in wei per gas.</summary>
[GenerateSerializer, Immutable, Alias("tpw.gas-terms")]
public sealed record GasTerms(ulong GasLimit, UInt256 MaxFeePerGas, UInt256 MaxPriorityFeePerGas)
{
    /// <summary>The most that this version can cost in fees.</summary>
    public UInt256 WorstFee => MaxFeePerGas * GasLimit;
}

/// <summary>What is to be signed: a closed set of kinds, never a bare hash.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(EvmSpend), "evm-spend")]
[JsonDerivedType(typeof(EvmNoOp), "evm-no-op")]
[GenerateSerializer, Immutable, Alias("tpw.payload")]
public abstract record SigningPayload
{
    private SigningPayload()
    {
    }

    /// <summary>An EIP-1559 transaction that realises one leg. The signer decodes <paramref name="Unsigned"/> itself.</summary>
    /// <param name="Unsigned">The EIP-2718 signing payload, 0x02 ‖ rlp(…).</param>
    [GenerateSerializer, Immutable, Alias("tpw.payload.evm-spend")]
    public sealed record EvmSpend(Name Leg, HexBytes Unsigned) : SigningPayload;

    /// <summary>A self-send of value 0 without data at the nonce of a signed leg of this packet: closes it.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.payload.evm-no-op")]
    public sealed record EvmNoOp(Name Leg, HexBytes Unsigned) : SigningPayload;
}

/// <summary>Everything for one signature. The signer believes none of it without checking it against its own store.</summary>
[GenerateSerializer, Immutable, Alias("tpw.sign-request")]
public sealed record SignRequest(Guid RequestId, Name Key, ChainId Chain, SigningPayload Payload, PacketAuthorisation Authorisation);

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

    [GenerateSerializer, Immutable, Alias("tpw.sign-outcome.refused")]
    public sealed record Refused(Rejection Rejection) : SignOutcome;

    /// <summary>Not known whether it signed: ask again with the same request.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.sign-outcome.none")]
    public sealed record NoAnswer(string Detail) : SignOutcome;
}

/// <summary>Asks the signer for a new key of an account. The same (account, key) gives the same attestation.</summary>
[GenerateSerializer, Immutable, Alias("tpw.create-key")]
public sealed record CreateKeyRequest(Genesis Genesis, Name Key, ChainId Chain, Tier Tier);

/// <summary>Tells the signer of a subject with a time lock, so that it starts its own clock. At least one valid vote is needed.</summary>
[GenerateSerializer, Immutable, Alias("tpw.announce")]
public sealed record AnnounceRequest(
    Genesis Genesis,
    ImmutableArray<EnactedChange> Lineage,
    ChangeProposal? Change,
    PacketContent? Packet,
    EffectBounds? Bounds,
    ImmutableArray<Vote> Votes);
