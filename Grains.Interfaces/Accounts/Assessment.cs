using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Accounts;

/// <summary>What the Authorisation check says of a packet right now.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
public enum Verdict
{
    /// <summary>Nothing is missing.</summary>
    Allowed = 1,

    /// <summary>Votes are missing; see <see cref="Assessment.Required"/>.</summary>
    NeedsVotes,

    /// <summary>The quorum is there; the time lock runs until <see cref="Assessment.UnlocksAt"/>.</summary>
    TimeLocked,

    /// <summary>Refused by a rule, a hard cap, a freeze or because nothing matched; see <see cref="Assessment.Denial"/>.</summary>
    Denied,

    /// <summary>The quorum is there; its risk holds it until its case is released.</summary>
    Held,
}

/// <summary>Why: one line per rule or limit that took part.</summary>
/// <param name="Rule">Rule or limit id.</param>
/// <param name="Step">Which step of the written order: "frozen", "deny", "hard-cap", "risk", "quorum", "duties", "timelock", "no-match".</param>
[GenerateSerializer, Immutable, Alias("tpw.reason")]
public sealed record Reason(Name Rule, string Step, string Detail);

/// <summary>
/// The judgement of the pure Authorisation check: the same at the account and in the signer. It says what is required, what is
/// missing and why.
/// </summary>
/// <param name="Eligible">Members whose vote would count.</param>
/// <param name="Counted">Members whose valid approval was counted.</param>
/// <param name="Deployment">Salt of the EIP-712 domain of the votes.</param>
/// <param name="Roster">The roster in force, so that the packet can check a vote's signature at once.</param>
[GenerateSerializer, Immutable, Alias("tpw.assessment")]
public sealed record Assessment(
    Verdict Verdict,
    Quorum Required,
    Span Timelock,
    bool SeparateDuties,
    ImmutableArray<Name> Eligible,
    ImmutableArray<Name> Counted,
    Instant? UnlocksAt,
    ImmutableArray<Reason> Reasons,
    Rejection? Denial,
    Bytes32 Deployment,
    Roster Roster,
    int PolicyVersion,
    Bytes32 PolicyHash,
    Bytes32 RosterHash)
{
    /// <summary>The keys of the own addresses that the packet spends from: the packet names them to the lanes. Empty where the signer judges.</summary>
    [Id(0)]
    public ImmutableArray<SpendingKey> Keys { get; init; } = [];

    /// <summary>The proposer, where his own device has to confirm (<see cref="RiskAction.SecondFactor"/>); that vote need not count. Null: nobody has to.</summary>
    [Id(1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Name? Confirmer { get; init; }

    /// <summary>What the risk demands here; null where it demands nothing, or is in shadow.</summary>
    [Id(2)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RiskDemand? Risk { get; init; }
}

/// <summary>Which key of the account signs for an own address.</summary>
[GenerateSerializer, Immutable, Alias("tpw.spending-key")]
public sealed record SpendingKey(ChainId Chain, Address Address, Name Key);
