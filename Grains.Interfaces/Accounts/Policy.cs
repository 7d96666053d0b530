using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Accounts;

/// <summary>How far from the wire a key is kept; limits and quorums differ by it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Tier>))]
public enum Tier
{
    /// <summary>Keys in a signer that is always on line.</summary>
    Hot = 1,

    /// <summary>Keys in a signer that needs a person or a second failure domain.</summary>
    Warm = 2,

    /// <summary>Keys off line, or behind a multi-signature contract.</summary>
    Cold = 3,
}

/// <summary>What a packet does to the world, as rules see it: effects, never call names.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EffectKind>))]
public enum EffectKind
{
    /// <summary>The chain's own coin leaves.</summary>
    NativeOut = 1,

    /// <summary>ERC-20 tokens leave.</summary>
    TokenOut,

    /// <summary>ERC-721 or ERC-1155 tokens leave.</summary>
    NftOut,

    /// <summary>A transfer to another account of this ledger.</summary>
    LedgerOut,

    /// <summary>A call whose data is known and whose effects are bounded.</summary>
    ContractCall,

    // From here on each is denied unless a rule names it (design.md, Authority: rules judge effects).
    /// <summary>An ERC-20 allowance above the leg's own amount.</summary>
    AllowanceAboveLeg,

    /// <summary>An ERC-721 or ERC-1155 operator for every token (setApprovalForAll).</summary>
    OperatorForAll,

    /// <summary>An EIP-2612 or Permit2 permit.</summary>
    Permit,

    /// <summary>An EIP-7702 authorisation, or voting power given away.</summary>
    Delegation,

    /// <summary>The owner or a role holder of a contract changes.</summary>
    OwnershipChange,

    /// <summary>A proxy's implementation, or code at an own address, changes.</summary>
    CodeChange,

    /// <summary>CREATE or CREATE2.</summary>
    ContractCreation,

    /// <summary>A batch that runs foreign code as the account (delegatecall).</summary>
    DelegatecallBatch,

    /// <summary>Call data that no known method explains.</summary>
    OpaqueCall,

    /// <summary>EIP-712 data outside a leg.</summary>
    TypedData,
}

/// <summary>Where value goes, from the account's point of view.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DestinationScope>))]
public enum DestinationScope
{
    /// <summary>Every destination.</summary>
    Any = 0,

    /// <summary>On the account's allow-list, past its delay.</summary>
    Allowed = 1,

    /// <summary>Neither own nor allowed.</summary>
    New = 2,

    /// <summary>An address of this account.</summary>
    Own = 3,
}

/// <summary>What a matching rule does.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RuleEffect>))]
public enum RuleEffect
{
    /// <summary>The packet is refused.</summary>
    Deny = 1,

    /// <summary>The rule's quorum and time lock are required; several requirements combine by maximum.</summary>
    Require = 2,
}

/// <summary>Approvals of distinct members who hold one of the roles.</summary>
[GenerateSerializer, Immutable, Alias("tpw.quorum")]
public sealed record Quorum(int Approvals, Roles Eligible);

/// <summary>What a rule applies to. Empty lists and nulls match everything.</summary>
/// <param name="Above">Matches when one effect's amount is above this, in the asset's base units.</param>
[GenerateSerializer, Immutable, Alias("tpw.rule-match")]
public sealed record RuleMatch(
    ImmutableArray<EffectKind> Kinds,
    ImmutableArray<AssetId> Assets,
    ImmutableArray<Tier> Tiers,
    DestinationScope Destination,
    UInt256? Above);

/// <summary>One rule of a policy: a denial, or a requirement that is combined with the others by maximum.</summary>
/// <param name="Timelock">How long after the quorum the packet waits.</param>
/// <param name="SeparateDuties">The proposer's vote does not count and no voter may be the proposer.</param>
[GenerateSerializer, Immutable, Alias("tpw.rule")]
public sealed record PolicyRule(Name Id, RuleEffect Effect, RuleMatch When, Quorum Quorum, Span Timelock, bool SeparateDuties);

/// <summary>A limit on gross outflow of one asset. Soft limits raise the quorum to <see cref="Escalated"/>; hard caps refuse.</summary>
/// <param name="Window">Length of the rolling window, in whole UTC hours, at most 31 days.</param>
[GenerateSerializer, Immutable, Alias("tpw.limit")]
public sealed record LimitRule(
    Name Id,
    AssetId Asset,
    ImmutableArray<Tier> Tiers,
    UInt256? SoftSingle,
    UInt256? HardSingle,
    Span Window,
    UInt256? SoftWindow,
    UInt256? HardWindow,
    Quorum Escalated);

/// <summary>How roster, policy, allow-list and freeze are changed.</summary>
/// <param name="NewDevicePeriod">How long a new device's votes count only below every soft limit (24 h by default).</param>
[GenerateSerializer, Immutable, Alias("tpw.change-rules")]
public sealed record ChangeRules(
    Quorum Roster,
    Span RosterTimelock,
    Quorum Policy,
    Span PolicyTimelock,
    Quorum AllowList,
    Span AllowListDelay,
    Quorum Unfreeze,
    Span NewDevicePeriod);

/// <summary>The rules of an account as data: versioned, changed only through its own quorum and time lock.</summary>
/// <param name="ProposerVotes">Whether the proposer's own vote counts (default false).</param>
[GenerateSerializer, Immutable, Alias("tpw.policy")]
public sealed record Policy(
    int Version,
    ImmutableArray<PolicyRule> Rules,
    ImmutableArray<LimitRule> Limits,
    ChangeRules Changes,
    bool ProposerVotes)
{
    /// <summary>Most rules of one policy.</summary>
    public const int MaxRules = 128;

    /// <summary>Most limits of one policy.</summary>
    public const int MaxLimits = 128;
}

/// <summary>A destination that the members let through; in force after the allow-list delay.</summary>
[GenerateSerializer, Immutable, Alias("tpw.allowed")]
public sealed record AllowedDestination(ChainId Chain, string Destination);

/// <summary>A change of what governs an account, voted under the rules in force and enacted after its time lock.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(NewPolicy), "policy")]
[JsonDerivedType(typeof(NewRoster), "roster")]
[JsonDerivedType(typeof(AllowDestination), "allow")]
[JsonDerivedType(typeof(DisallowDestination), "disallow")]
[JsonDerivedType(typeof(Unfreeze), "unfreeze")]
[JsonDerivedType(typeof(ResumeLane), "resume-lane")]
[JsonDerivedType(typeof(SetRisk), "set-risk")]
[JsonDerivedType(typeof(GrantChannels), "grant-channels")]
[JsonDerivedType(typeof(RevokeChannels), "revoke-channels")]
[JsonDerivedType(typeof(GrantCoinChannels), "grant-coin-channels")]
[GenerateSerializer, Immutable, Alias("tpw.change")]
public abstract record AccountChange
{
    private AccountChange()
    {
    }

    /// <summary>The next policy; its version must be the version in force plus one.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.change.policy")]
    public sealed record NewPolicy(Policy Policy) : AccountChange;

    /// <summary>The next roster; its version must be the version in force plus one. Removal of devices is at once, additions wait.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.change.roster")]
    public sealed record NewRoster(Roster Roster) : AccountChange;

    /// <summary>Lets a destination through after the allow-list delay.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.change.allow")]
    public sealed record AllowDestination(AllowedDestination Destination) : AccountChange;

    /// <summary>Takes a destination off the allow-list, at once.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.change.disallow")]
    public sealed record DisallowDestination(AllowedDestination Destination) : AccountChange;

    /// <summary>Ends the freeze of that number; a later freeze needs its own vote.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.change.unfreeze")]
    public sealed record Unfreeze(int FreezeNumber) : AccountChange;

    /// <summary>
    /// Puts a lane back into service that stopped because its key was used elsewhere. It takes the quorum of an unfreeze and names the foreign transaction,
    /// so that nobody resumes what he has not looked at.
    /// </summary>
    [GenerateSerializer, Immutable, Alias("tpw.change.resume-lane")]
    public sealed record ResumeLane(ChainId Chain, Address Address, Bytes32 ForeignTx) : AccountChange;

    /// <summary>Whether the risk of payments is only shown or also enforced, under the quorum and the time lock of the policy. The lineage is its version history.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.change.set-risk")]
    public sealed record SetRisk(RiskMode Mode) : AccountChange;

    /// <summary>Lets a channel key sign states of payment channels; one that it has is replaced. Under the quorum and the time lock of the policy.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.change.grant-channels")]
    public sealed record GrantChannels(ChannelMandate Mandate) : AccountChange;

    /// <summary>Ends the mandate of a channel key, at once: it still signs what takes nothing from the account.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.change.revoke-channels")]
    public sealed record RevokeChannels(Name Key) : AccountChange;

    /// <summary>The same as <see cref="GrantChannels"/> on a chain of the Bitcoin family; <see cref="RevokeChannels"/> ends it.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.change.grant-coin-channels")]
    public sealed record GrantCoinChannels(CoinMandate Mandate) : AccountChange;
}

/// <summary>A change as it is voted on. <paramref name="Sequence"/> is the number of enacted changes so far plus one: it orders the lineage.</summary>
[GenerateSerializer, Immutable, Alias("tpw.change-proposal")]
public sealed record ChangeProposal(Name Id, AccountId Account, int Sequence, AccountChange Change, Name Proposer, Instant ProposedAt);

/// <summary>A change in force, with the votes that carried it: one link of the lineage from genesis to now.</summary>
[GenerateSerializer, Immutable, Alias("tpw.enacted-change")]
public sealed record EnactedChange(ChangeProposal Proposal, ImmutableArray<Votes.Vote> Votes, Instant EnactedAt);
