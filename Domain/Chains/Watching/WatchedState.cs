using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Chains.Watching;

/// <summary>One transaction under watch, what the chain says of it, and who still has to hear.</summary>
/// <param name="Lane">The lane entry that it realises, if it is ours.</param>
/// <param name="Deposits">Payments to own addresses in it, by log index, as seen in the block that last held it.</param>
/// <param name="Credited">Deposits that an account was told to credit and not to reverse.</param>
/// <param name="Reports">Number of the last report; reports carry a rising number.</param>
/// <param name="Counter">Numbers what accounts have to hear.</param>
/// <param name="SettledAt">When it became final or conflicted; null while it can still change soon.</param>
/// <param name="Asked">How often the tracker was asked to look for it since it last changed.</param>
/// <param name="AskAt">When the tracker is asked next.</param>
/// <param name="Asking">The number of the question that is on its way.</param>
public sealed record WatchedState(
    ChainId Chain,
    Bytes32 TxHash,
    WatchedStage Stage,
    WatchSubject.LaneEntry? Lane,
    ImmutableSortedDictionary<int, Deposit> Deposits,
    ImmutableSortedDictionary<int, Deposit> Credited,
    int Reports,
    ImmutableSortedDictionary<int, WatchReport> ToLane,
    long Counter,
    ImmutableSortedDictionary<long, DepositNews> ToAccounts,
    Instant? SettledAt,
    ForgetStage Forget,
    int Asked,
    Instant? AskAt,
    long? Asking)
{
    /// <summary>
    /// Questions to the tracker about a transaction that was seen in a block and neither became final nor left it: each comes after twice the time of
    /// the one before, the last after a week. Still mined then, it is an incident.
    /// </summary>
    public const int MaxAsked = 9;

    /// <summary>Who paid, as far as the chain says; null where nobody looked: then what it pays is credited without screening.</summary>
    public ImmutableArray<Address>? Sources { get; init; }

    /// <summary>Whether a node's pool had it before the first block that did: what left the chain again is in pools by itself.</summary>
    public bool WasPublic { get; init; }

    /// <summary>Payments to own addresses in one transaction.</summary>
    public const int MaxDeposits = 1024;

    [JsonIgnore]
    public string Key => $"{Chain}/{TxHash}";

    /// <summary>After how long the tracker is asked first: longer than finality takes on any chain in order.</summary>
    public static Span AskAfter => Span.Seconds(20 * 60);

    /// <summary>How long the tracker goes on looking for it after it is final or conflicted: longer than any reorg that a chain has seen.</summary>
    public static Span WatchedFor => Span.Hours(7 * 24);
}

[JsonConverter(typeof(JsonStringEnumConverter<ForgetStage>))]
public enum ForgetStage
{
    Watching = 0,
    Owed = 1,
    Forgotten = 2,
}

/// <summary>A credit, or with the lost block its reversal.</summary>
public sealed record DepositNews(Deposit Deposit, Bytes32? LostBlock);

/// <summary>What the chain says. Append only: snapshots hold it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "stage")]
[JsonDerivedType(typeof(Unseen), "unseen")]
[JsonDerivedType(typeof(Mempool), "mempool")]
[JsonDerivedType(typeof(Mined), "mined")]
[JsonDerivedType(typeof(Final), "final")]
[JsonDerivedType(typeof(Conflicted), "conflicted")]
public abstract record WatchedStage
{
    private WatchedStage()
    {
    }

    [JsonIgnore]
    public Inclusion? Inclusion => this switch
    {
        Mined mined => mined.In,
        Final final => final.In,
        _ => null,
    };

    public sealed record Unseen : WatchedStage;

    /// <summary>A node holds it. Worth nothing: it is never spendable and never credited (field note 22).</summary>
    public sealed record Mempool : WatchedStage;

    public sealed record Mined(Inclusion In) : WatchedStage;

    /// <summary>By the chain's finality rule; still watched.</summary>
    public sealed record Final(Inclusion In) : WatchedStage;

    /// <summary>
    /// Another final transaction has its nonce, spends what it spends, or spends what a transaction that it rests on spends (<see cref="Lost"/>): kept for ever as the
    /// answer to "was it double-spent?" (field notes 23 and 24).
    /// </summary>
    public sealed record Conflicted(Inclusion By) : WatchedStage
    {
        /// <summary>The output that it spends and that can never be.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public SpentOutput? Lost { get; init; }
    }
}
