using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Risk;

/// <summary>What an outside service is asked to judge: one payment, and nothing else of its account.</summary>
/// <param name="Payment">The same for each look at one revision of a packet, or at one deposit.</param>
/// <param name="Movements">What is paid.</param>
/// <param name="Parties">Who is paid, or who pays; none where the chain does not say.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.verdict-subject")]
public sealed record VerdictSubject(
    AccountId Account, Guid Payment, RiskDirection Direction, ImmutableArray<RiskMovement> Movements, ImmutableArray<string> Parties)
{
    /// <summary>The deposit that it is; null for what leaves.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DepositRef? Deposit { get; init; }

    /// <summary>What a verdict is bound to.</summary>
    [JsonIgnore]
    public Bytes32 Hash => Canonical.Hash("tpw.verdict-subject.v1", this, ContractJson.Default.VerdictSubject);
}

/// <summary>A case's question to an outside service.</summary>
/// <param name="Hash">What a verdict has to name.</param>
/// <param name="Round">How often it was asked: again when a verdict expires.</param>
/// <param name="DueAt">After this only the override quorum, or the late verdict, can let it go; null: that time is over.</param>
/// <param name="Given">The newest verdict, in force or not.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.verdict-question")]
public sealed record VerdictQuestion(
    VerdictSubject Subject, Bytes32 Hash, int Round, bool IsOpen, Instant Since, Instant? DueAt, Screening? Given);

/// <summary>A question, and where its verdict is handed in.</summary>
/// <param name="Of">The packet's name, or the deposit as "deposit:" and its id.</param>
/// <param name="Number">Of the case.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.wanted-verdict")]
public sealed record WantedVerdict(AccountId Account, string Of, long Number, VerdictQuestion Question);

/// <summary>A page of what outside services are asked in all accounts that the caller may name.</summary>
/// <param name="Next">Where the next page begins; null: this was the last. A page may be shorter than was asked for.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.wanted-verdicts")]
public sealed record WantedVerdicts(ImmutableArray<WantedVerdict> Wanted, string? Next);
