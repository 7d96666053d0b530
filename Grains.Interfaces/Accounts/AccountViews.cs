using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Accounts;

/// <summary>Balances of one asset in base units. Available may be a debt after a deep reorg: then <paramref name="Deficit"/> says how much.</summary>
[GenerateSerializer, Immutable, Alias("tpw.balance")]
public sealed record Balance(AssetId Asset, UInt256 Available, UInt256 Reserved, UInt256 InTransit, UInt256 Deficit)
{
    /// <summary>Deposits that are not screened yet, or that their risk holds.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public UInt256 Held { get; init; }
}

/// <summary>A proposed change that is not in force yet: who approved it, and from when it may be enacted (null until its quorum is there).</summary>
[GenerateSerializer, Immutable, Alias("tpw.pending-change")]
public sealed record PendingChange(ChangeProposal Proposal, ImmutableArray<Name> Approvals, Instant? EnactableAt);

/// <summary>What a caller may see of an account, at one durable version.</summary>
/// <param name="Stop">While an operator holds new spending back; null else.</param>
/// <param name="Erasure">The newest erasure of personal texts; null if there was none.</param>
/// <param name="Risk">What the members decided about risk; null: nothing, the deployment's default holds.</param>
[GenerateSerializer, Immutable, Alias("tpw.account-view")]
public sealed record AccountView(
    AccountId Id,
    long Version,
    Bytes32 Head,
    bool Frozen,
    int FreezeNumber,
    Roster Roster,
    Policy Policy,
    Bytes32 RosterHash,
    Bytes32 PolicyHash,
    ImmutableArray<AllowedDestination> Allowed,
    ImmutableArray<KeyAttestation> Addresses,
    ImmutableArray<Balance> Balances,
    ImmutableArray<PendingChange> Changes,
    int ChangesEnacted,
    OperatorStop? Stop = null,
    Erasure? Erasure = null,
    RiskMode? Risk = null)
{
    /// <summary>Incidents of watching that the account was told of, newest last; older ones are in its events.</summary>
    [Id(0)]
    public ImmutableArray<ToldIncident> Incidents { get; init; } = [];
}

/// <summary>That the data keys of an account's personal texts were to be destroyed.</summary>
/// <param name="Operator">The API key that asked for it.</param>
/// <param name="IsDone">Whether the keys are destroyed; until then it is tried again and again.</param>
[GenerateSerializer, Immutable, Alias("tpw.erasure")]
public sealed record Erasure(Name Operator, string Because, Instant At, bool IsDone);

/// <summary>What the account adds to a packet so that the signer can check it alone.</summary>
[GenerateSerializer, Immutable, Alias("tpw.lineage")]
public sealed record AccountLineage(Genesis Genesis, ImmutableArray<EnactedChange> Changes);
