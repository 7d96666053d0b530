using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Risk;

/// <summary>The score of a deposit. What it followed from beside this is the profile's row <paramref name="Row"/>.</summary>
/// <param name="Mode">What the deployment asked for then.</param>
/// <param name="Terms">How a case of it is decided.</param>
/// <param name="Lists">The lists that were asked.</param>
/// <param name="FreshUntil">Whoever would credit it later than this asks for a new score.</param>
/// <param name="Row">The version of the account's risk profile that recorded payment, facts and score.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.deposit-score")]
public sealed record DepositScore(
    RiskScore Value, RiskMode Mode, CaseTerms Terms, ImmutableArray<ListUse> Lists, Instant At, Instant FreshUntil, long Row)
{
    /// <summary>When a deposit that still waits is looked at again: after a day, or when one of its lists expires.</summary>
    [JsonIgnore]
    public Instant LookAgainAt
    {
        get
        {
            var at = At + PacketScore.Life;
            foreach (var list in Lists)
                if (list.ExpiresAt > At && list.ExpiresAt < at) at = list.ExpiresAt;
            return at;
        }
    }
}

/// <summary>What a held deposit waits for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HoldStage>))]
public enum HoldStage
{
    /// <summary>For a score.</summary>
    Screening = 1,

    /// <summary>For more confirmations than the chain's profile asks for.</summary>
    Confirming,

    /// <summary>For two reviewers, or the external verdict.</summary>
    Reviewing,

    /// <summary>Reviewers said no: it stays held until it is given back.</summary>
    Rejected,

    /// <summary>For others to be decided: too many are held, of its payer or of all.</summary>
    Parked,
}

/// <summary>The case of a held deposit.</summary>
/// <param name="Action">The demand that its reviewers look at: a graver one is another case.</param>
/// <param name="Heard">The case's last word.</param>
/// <param name="Release">Null: its case is not decided.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.deposit-case")]
public sealed record DepositCase(long Number, RiskAction Action, long Heard, CaseRelease? Release)
{
    /// <summary>It was opened for a missing verdict alone.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool VerdictSuffices { get; init; }
}

/// <summary>A deposit that is on the chain and in the ledger, and that nobody can spend yet.</summary>
/// <param name="Id">The same for each look at it, and part of its cases' keys.</param>
/// <param name="Sources">Who paid, as far as the chain says.</param>
/// <param name="Score">Null before the first.</param>
/// <param name="Case">Null while none was opened.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.held-deposit")]
public sealed record HeldDepositView(
    Guid Id, Deposit Deposit, ImmutableArray<Address> Sources, HoldStage Stage, DepositScore? Score, DepositCase? Case, Instant Since);

/// <summary>A page of an account's held deposits, in the order of their ids.</summary>
/// <param name="Next">Where the next page begins; null: this was the last.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.held-deposits")]
public sealed record HeldDeposits(ImmutableArray<HeldDepositView> Deposits, Guid? Next)
{
    /// <summary>Most of one page.</summary>
    public const int MaxPage = 100;
}
