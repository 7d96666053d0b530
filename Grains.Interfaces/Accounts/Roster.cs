using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Accounts;

/// <summary>What a member may do. A member has any set of them.</summary>
[Flags]
[JsonConverter(typeof(JsonStringEnumConverter<Roles>))]
public enum Roles
{
    None = 0,

    /// <summary>Changes roster and policy.</summary>
    Owner = 1,

    /// <summary>Votes on packets.</summary>
    Approver = 2,

    /// <summary>Drafts and proposes packets; never counts towards a quorum by this role.</summary>
    Operator = 4,

    /// <summary>Reads and exports.</summary>
    Auditor = 8,
}

/// <summary>How a device signs the 32-byte EIP-712 digest of a vote.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SignatureScheme>))]
public enum SignatureScheme
{
    /// <summary>ECDSA, 64 bytes r‖s, low s; public key 33 bytes compressed.</summary>
    Secp256k1 = 1,

    /// <summary>ECDSA P-256, 64 bytes r‖s; public key 33 bytes compressed.</summary>
    P256 = 2,

    /// <summary>Ed25519 over the digest; 64 bytes; public key 32 bytes.</summary>
    Ed25519 = 3,

    /// <summary>P-256 by WebAuthn: the digest is the challenge; the signature field carries authenticatorData, clientDataJSON and the signature.</summary>
    WebAuthn = 4,
}

/// <summary>A signing device of a member.</summary>
/// <param name="AddedAt">When it joined; a young device is capped (<see cref="ChangeRules.NewDevicePeriod"/>). Genesis devices: 0.</param>
[GenerateSerializer, Immutable, Alias("tpw.device")]
public sealed record Device(Name Id, SignatureScheme Scheme, HexBytes PublicKey, Instant AddedAt);

/// <summary>A person by pseudonym. One member has one vote, whatever the number of devices.</summary>
[GenerateSerializer, Immutable, Alias("tpw.member")]
public sealed record Member(Name Id, Roles Roles, ImmutableArray<Device> Devices);

/// <summary>Members and devices of an account at one version. At most 64 members with 16 devices each.</summary>
[GenerateSerializer, Immutable, Alias("tpw.roster")]
public sealed record Roster(int Version, ImmutableArray<Member> Members)
{
    public const int MaxMembers = 64;
    public const int MaxDevicesPerMember = 16;
}

/// <summary>When all devices are lost: this many guardians after this delay (never under 72 h), any remaining member may veto.</summary>
[GenerateSerializer, Immutable, Alias("tpw.recovery")]
public sealed record RecoveryRule(int Guardians, ImmutableArray<Device> GuardianDevices, Span Delay);

/// <summary>What an account id commits to. The id is the tagged hash of this record's canonical form.</summary>
/// <param name="Deployment">The deployment's id; salt of every EIP-712 domain, so a vote is useless elsewhere.</param>
/// <param name="Nonce">32 random bytes, so that two accounts of the same people differ.</param>
[GenerateSerializer, Immutable, Alias("tpw.genesis")]
public sealed record Genesis(Bytes32 Deployment, Name Tenant, ImmutableArray<Member> Members, Policy Policy, RecoveryRule Recovery, Bytes32 Nonce);

/// <summary>A device's signature over the account id: possession and consent.</summary>
[GenerateSerializer, Immutable, Alias("tpw.device-proof")]
public sealed record DeviceProof(Name Member, Name Device, HexBytes Signature);
