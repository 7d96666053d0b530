using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

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
    HexBytes Signature)
{
    /// <summary>What the key signs.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public KeyPurpose Purpose { get; init; }
}

/// <summary>Asks the signer for a new key of an account. The same (account, key) gives the same attestation.</summary>
[GenerateSerializer, Immutable, Alias("tpw.create-key")]
public sealed record CreateKeyRequest(Genesis Genesis, Name Key, ChainId Chain, Tier Tier)
{
    /// <summary>What the key will sign.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public KeyPurpose Purpose { get; init; }
}
