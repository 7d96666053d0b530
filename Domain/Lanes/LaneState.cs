using System.Numerics;
using System.Text.Json.Serialization;
using TPWallet.Domain.Fees;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Lanes;

/// <summary>The nonces of one address: what each is spent on, and what is owed for it.</summary>
/// <param name="NextNonce">The next nonce to claim; without meaning until <paramref name="Facts"/> are known.</param>
/// <param name="Counter">Numbers every intent, so that no name is ever used twice.</param>
/// <param name="FactsWanted">The number of the read that is owed, or null.</param>
/// <param name="Entries">By order of submission; those that ended signed stay (<see cref="LaneLimits.Finished"/>): a reorg may wake them.</param>
/// <param name="Reports">What packets still have to hear, by number.</param>
public sealed record LaneState(
    ChainId Chain,
    Address Address,
    LaneFacts? Facts,
    ulong NextNonce,
    LaneStop? Stop,
    long Counter,
    long? FactsWanted,
    ImmutableSortedDictionary<long, LaneEntry> Entries,
    ImmutableSortedDictionary<long, LegReport> Reports)
{
    /// <summary>The newest restore of the journal that this lane has heard of; 0 for none.</summary>
    public long Epoch { get; init; }

    /// <summary>What is being read from the signer after a restore; nothing else goes on meanwhile.</summary>
    public LaneRecovery? Recovery { get; init; }

    /// <summary>After a recovery: although the chain's facts are to be read anew, its nonce cannot rightly be past <see cref="NextNonce"/>.</summary>
    public bool IsNextKnown { get; init; }

    [JsonIgnore]
    public string Key => $"{Chain}/{Address}";

    /// <summary>Nonces that were claimed and are not known to be mined.</summary>
    [JsonIgnore]
    public IEnumerable<LaneEntry> InFlight =>
        Entries.Values.Where(e => e.Stage is EntryStage.Claimed or EntryStage.Priced or EntryStage.Signing or EntryStage.Signed);

    /// <summary>Entries for which no signature was ever asked: they can be rewound.</summary>
    [JsonIgnore]
    public IEnumerable<LaneEntry> Unsigned => Entries.Values.Where(e => e.Stage is EntryStage.Queued or EntryStage.Claimed or EntryStage.Priced);

    /// <summary>Claimed nonces without a signature, lowest first. Signatures are asked in this order, so rewinding leaves no gap.</summary>
    [JsonIgnore]
    public IEnumerable<LaneEntry> Claims =>
        Entries.Values.Where(e => e.Stage is EntryStage.Claimed or EntryStage.Priced or EntryStage.Signing).OrderBy(e => e.Stage.Nonce);

    /// <summary>The entry whose first signature comes next, once account and chain admit it; null while another one is being signed.</summary>
    [JsonIgnore]
    public LaneEntry? Admissible => Claims.FirstOrDefault() is { Stage: EntryStage.Priced } lowest ? lowest : null;

    [JsonIgnore]
    public LaneEntry? Waiting => Entries.Values.FirstOrDefault(e => e.Stage is EntryStage.Queued);

    public LaneEntry? Find(LegRef leg) => Entries.Values.LastOrDefault(e => e.Intent.Leg == leg);

    /// <summary>Whether the chain balance covers the worst case of everything in flight and of <paramref name="next"/>.</summary>
    public bool Affords(LaneEntry next) =>
        Facts is { } facts && InFlight.Append(next).Aggregate(BigInteger.Zero, (sum, e) => sum + e.WorstCost) <= facts.Balance;

    internal LaneState With(LaneEntry entry) => this with { Entries = Entries.SetItem(entry.Sequence, entry) };
}

/// <summary>A read of all that the signer signed on this lane from a nonce on, newest first.</summary>
/// <param name="Number">Of the page that is owed.</param>
/// <param name="Before">Only what has a lower number in the signer's store; 0 for the first page.</param>
public sealed record LaneRecovery(long Number, ulong FromNonce, long Before);

/// <summary>Named maxima of a lane.</summary>
public static class LaneLimits
{
    /// <summary>Legs that wait for a nonce.</summary>
    public const int Queued = 64;

    /// <summary>Nonces that are claimed and not mined; 1 while the sender has EIP-7702 code: others' transactions can spend its balance.</summary>
    public const int InFlight = 16;

    /// <summary>Signed versions of one nonce.</summary>
    public const int Versions = 24;

    /// <summary>Those of them that spend: the rest is the no-op's, so that bidding never uses up what closes the nonce.</summary>
    public const int SpendVersions = 16;

    /// <summary>Entries that are remembered after their nonce was spent for good.</summary>
    public const int Finished = 256;

    public static Span FirstRetry => Span.Seconds(15);

    public static Span LongestRetry => Span.Seconds(300);

    /// <summary>How long a no-op has to be mined before it is outbid.</summary>
    public static Span ReplaceAfter => Span.Seconds(45);

    /// <summary>What a block takes where the chain's fees do not say otherwise: Ethereum's slot.</summary>
    public static Span Slot => Span.Seconds(12);

    /// <summary>The least time between two looks at fees, on chains whose blocks come faster than anybody can answer them.</summary>
    public static Span ShortestLook => Span.Seconds(2);

    /// <summary>The most, on chains whose blocks come seldom: the market is older than a block then.</summary>
    public static Span LongestLook => Span.Seconds(60);

    /// <summary>Blocks for which fees are looked at in each after the first signature: the schedule's, and some more. Afterwards that is done whenever bytes are sent again.</summary>
    public const int BidBlocks = 15;

    /// <summary>How often facts are read again while a claim waits for balance.</summary>
    public static Span FactsEvery => Span.Seconds(30);

    /// <summary>How old facts may be when an idle lane claims.</summary>
    public static Span FactsLast => Span.Seconds(300);
}

/// <summary>What the nodes agreed on, and when it was read.</summary>
/// <param name="PriorityFeePerGas">The tip of the urgent bid.</param>
public sealed record LaneFacts(Instant At, ulong NextNonce, UInt256 Balance, UInt256 BaseFeePerGas, UInt256 PriorityFeePerGas, bool HasDelegate)
{
    /// <summary>What a block takes, where that is not Ethereum's slot.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Span? BlockTime { get; init; }

    /// <summary>How often fees are looked at while a payment is bid for by the schedule: once in each block.</summary>
    [JsonIgnore]
    public Span BidEvery => new(Math.Clamp((BlockTime ?? LaneLimits.Slot).Ms, LaneLimits.ShortestLook.Ms, LaneLimits.LongestLook.Ms));

    /// <summary>How long that goes on after the first signature.</summary>
    [JsonIgnore]
    public Span BidFor => new(BidEvery.Ms * LaneLimits.BidBlocks);

    /// <summary>The bid for the next block: twice the base fee lasts for six full blocks in a row (each raises it by at most 1/8).</summary>
    [JsonIgnore]
    public FeeBid Urgent => new(FeeSchedule.LastBlocks, BaseFeePerGas + BaseFeePerGas + PriorityFeePerGas, PriorityFeePerGas);
}

/// <summary>Why nothing new is signed here: always a critical incident.</summary>
/// <param name="ForeignTx">The transaction that stopped it; null where only the chain's nonce told.</param>
public sealed record LaneStop(Grains.Interfaces.Rejection Reason, Bytes32? ForeignTx);

/// <summary>What a packet has to hear of a leg; reports of one leg are told one after the other.</summary>
public sealed record LegReport(LegRef Leg, LegProgress Progress);

/// <param name="Closing">Why it is to be closed; only the no-op is signed from then on.</param>
public sealed record LaneEntry(long Sequence, SpendIntent Intent, EntryStage Stage, string? Closing)
{
    /// <summary>The part of its fee budget that is kept for what the chain charges beside the gas.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UInt256? DataFee { get; init; }

    /// <summary>What gas may cost.</summary>
    [JsonIgnore]
    public UInt256 GasBudget => Intent.FeeBudget - UInt256.Min(Intent.FeeBudget, DataFee ?? UInt256.Zero);

    /// <summary>Native value and the whole fee budget: the most that it can take from the address.</summary>
    [JsonIgnore]
    public BigInteger WorstCost => (BigInteger)Intent.FeeBudget + Intent.Content switch
    {
        Leg.ChainTransfer { Amount: { Asset.IsNative: true } amount } => amount.Value,
        Leg.ContractCall call => call.Value,
        _ => BigInteger.Zero,
    };

    [JsonIgnore]
    public SignedNonce? Signed => Stage switch
    {
        EntryStage.Signed signed => signed.Body,
        EntryStage.Mined mined => mined.Body,
        EntryStage.Final final => final.Body,
        EntryStage.Taken taken => taken.Body,
        _ => null,
    };

    [JsonIgnore]
    public bool IsFinished => Stage is EntryStage.Final or EntryStage.Taken;
}

/// <summary>The state of one entry. Append only: snapshots hold it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "stage")]
[JsonDerivedType(typeof(Queued), "queued")]
[JsonDerivedType(typeof(Claimed), "claimed")]
[JsonDerivedType(typeof(Priced), "priced")]
[JsonDerivedType(typeof(Signing), "signing")]
[JsonDerivedType(typeof(Signed), "signed")]
[JsonDerivedType(typeof(Mined), "mined")]
[JsonDerivedType(typeof(Final), "final")]
[JsonDerivedType(typeof(Taken), "taken")]
public abstract record EntryStage
{
    private EntryStage()
    {
    }

    [JsonIgnore]
    public ulong? Nonce => this switch
    {
        Claimed claimed => claimed.At,
        Priced priced => priced.At,
        Signing signing => signing.At,
        Signed signed => signed.Body.Nonce,
        Mined mined => mined.Body.Nonce,
        Final final => final.Body.Nonce,
        Taken taken => taken.Body.Nonce,
        _ => null,
    };

    public sealed record Queued : EntryStage;

    public sealed record Claimed(ulong At) : EntryStage;

    public sealed record Priced(ulong At, GasTerms Terms) : EntryStage;

    /// <summary>Its first signature was asked for; until the outcome is known the nonce counts as signed and is never rewound.</summary>
    /// <param name="Owed">False once the key has the request.</param>
    public sealed record Signing(ulong At, GasTerms Terms, long Request, bool Owed) : EntryStage;

    public sealed record Signed(SignedNonce Body) : EntryStage;

    public sealed record Mined(SignedNonce Body, Inclusion Inclusion) : EntryStage;

    public sealed record Final(SignedNonce Body, Inclusion Inclusion) : EntryStage;

    /// <summary>A final transaction that this lane did not sign has the nonce. The versions stay: a deep reorg may give it back.</summary>
    public sealed record Taken(SignedNonce Body, Inclusion By) : EntryStage;
}

/// <summary>A nonce with at least one signed version. All versions share it, so at most one can be mined.</summary>
/// <param name="Resend">How often bytes were sent since the last success: sets the back-off.</param>
/// <param name="NextAt">When to look again.</param>
/// <param name="HeldUntil">No new version is asked for before this: the signer refused the last one.</param>
public sealed record SignedNonce(
    ulong Nonce,
    ImmutableArray<SignedVersion> Versions,
    PendingVersion? Pending,
    Instant FirstSignedAt,
    int Resend,
    Instant NextAt,
    Instant HeldUntil)
{
    [JsonIgnore]
    public SignedVersion Newest => Versions[^1];

    public SignedVersion? Find(Bytes32 txHash) => Versions.FirstOrDefault(v => v.TxHash == txHash);

    internal SignedNonce With(SignedVersion version) =>
        this with { Versions = [.. Versions.Select(v => v.TxHash == version.TxHash ? version : v)] };
}

/// <summary>A version whose signature was asked for.</summary>
public sealed record PendingVersion(GasTerms Terms, bool NoOp, long Request, bool Owed);

/// <summary>A signed version: its bytes never change and are what is sent, however often.</summary>
/// <param name="Accepted">A node took it. Signed is not accepted (field note 2).</param>
/// <param name="Watched">The watched-transaction grain knows it.</param>
/// <param name="Tracked">The chain tracker knows it.</param>
/// <param name="Lookup">The number of a look-up that is owed after "maybe mined".</param>
/// <param name="Sending">The number of the broadcast that is owed, or null.</param>
/// <param name="LastReport">The highest number of a report that was taken.</param>
/// <param name="Underpriced">A node refused it for its fee.</param>
public sealed record SignedVersion(
    GasTerms Terms,
    HexBytes Raw,
    Bytes32 TxHash,
    bool NoOp,
    Instant SignedAt,
    bool Accepted,
    bool Watched,
    bool Tracked,
    long? Lookup,
    long? Sending,
    int LastReport,
    bool Underpriced);
