using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Accounts;

/// <summary>How far from the wire a key is kept; limits and quorums differ by it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Tier>))]
public enum Tier
{
    Hot = 1,
    Warm = 2,
    Cold = 3,
}

/// <summary>What a packet does to the world, as rules see it: effects, never call names.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EffectKind>))]
public enum EffectKind
{
    NativeOut = 1,
    TokenOut,
    NftOut,
    LedgerOut,
    ContractCall,

    // From here on each is denied unless a rule names it (design.md, Authority: rules judge effects).
    AllowanceAboveLeg,
    OperatorForAll,
    Permit,
    Delegation,
    OwnershipChange,
    CodeChange,
    ContractCreation,
    DelegatecallBatch,
    OpaqueCall,
    TypedData,
}

/// <summary>Where value goes, from the account's point of view.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DestinationScope>))]
public enum DestinationScope
{
    Any = 0,

    /// <summary>On the account's allow-list, past its delay.</summary>
    Allowed = 1,

    /// <summary>Neither own nor allowed.</summary>
    New = 2,

    /// <summary>An address of this account.</summary>
    Own = 3,
}

[JsonConverter(typeof(JsonStringEnumConverter<RuleEffect>))]
public enum RuleEffect
{
    Deny = 1,
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
    public const int MaxRules = 128;
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

    [GenerateSerializer, Immutable, Alias("tpw.change.allow")]
    public sealed record AllowDestination(AllowedDestination Destination) : AccountChange;

    [GenerateSerializer, Immutable, Alias("tpw.change.disallow")]
    public sealed record DisallowDestination(AllowedDestination Destination) : AccountChange;

    [GenerateSerializer, Immutable, Alias("tpw.change.unfreeze")]
    public sealed record Unfreeze(int FreezeNumber) : AccountChange;
}

/// <summary>A change as it is voted on. <paramref name="Sequence"/> is the number of enacted changes so far plus one: it orders the lineage.</summary>
[GenerateSerializer, Immutable, Alias("tpw.change-proposal")]
public sealed record ChangeProposal(Name Id, AccountId Account, int Sequence, AccountChange Change, Name Proposer, Instant ProposedAt);

/// <summary>A change in force, with the votes that carried it: one link of the lineage from genesis to now.</summary>
[GenerateSerializer, Immutable, Alias("tpw.enacted-change")]
public sealed record EnactedChange(ChangeProposal Proposal, ImmutableArray<Votes.Vote> Votes, Instant EnactedAt);
