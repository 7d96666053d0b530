using System.Text.Json.Serialization;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Lanes.Coins;

/// <summary>The coins of one address, what each is spent on, and what is owed for it.</summary>
/// <param name="Coins">Final outputs of the address that no final transaction of ours has spent, by transaction and index.</param>
/// <param name="MarketWanted">The number of the read of fee rates that is owed, or null.</param>
/// <param name="Selecting">The leg whose coins are being chosen: one at a time, so that none is offered twice.</param>
/// <param name="Counter">Numbers every intent, so that no name is ever used twice.</param>
/// <param name="Entries">By order of submission; those that ended signed stay (<see cref="LaneLimits.Finished"/>): a reorg may wake them.</param>
/// <param name="Reports">What packets still have to hear, by number.</param>
/// <param name="Gifts">What lanes of other addresses of the account still have to hear, by number.</param>
public sealed record CoinLaneState(
    ChainId Chain,
    Address Address,
    ImmutableSortedDictionary<StateKey, OwnCoin> Coins,
    CoinMarket? Market,
    long? MarketWanted,
    CoinSelecting? Selecting,
    LaneStop? Stop,
    long Counter,
    ImmutableSortedDictionary<long, CoinLeg> Entries,
    ImmutableSortedDictionary<long, LegReport> Reports,
    ImmutableSortedDictionary<long, CoinGift> Gifts)
{
    /// <summary>Legs whose coins are reserved and not known to be mined.</summary>
    public const int MaxInFlight = 64;

    /// <summary>How old fee rates may be when coins are chosen.</summary>
    public static Span MarketLasts => Span.Seconds(120);

    /// <summary>How long a version has to be mined before fees are looked at again: what a block takes.</summary>
    public static Span ReplaceAfter => Span.Seconds(600);

    /// <summary>When coins are chosen again for a leg that found none.</summary>
    public static Span SelectAgain => Span.Seconds(30);

    /// <summary>The newest restore of the journal that this lane has heard of; 0 for none.</summary>
    public long Epoch { get; init; }

    /// <summary>What is being read from the signer after a restore; nothing else goes on meanwhile.</summary>
    public LaneRecovery? Recovery { get; init; }

    [JsonIgnore]
    public string Key => $"{Chain}/{Address}";

    /// <summary>Legs for which no signature was ever asked: their coins are free as soon as they end.</summary>
    [JsonIgnore]
    public IEnumerable<CoinLeg> Unsigned => Entries.Values.Where(e => e.Stage is CoinStage.Queued or CoinStage.Reserved);

    [JsonIgnore]
    public int InFlight => Entries.Values.Count(e => e.Stage is CoinStage.Reserved or CoinStage.Signing or CoinStage.Signed);

    public CoinLeg? Find(LegRef leg) => Entries.Values.LastOrDefault(e => e.Intent.Leg == leg);

    /// <summary>Whether a leg that is under way spends it.</summary>
    public bool IsHeld(SpentOutput output) => Entries.Values.Any(e => !e.IsFinished && e.Inputs.Any(input => input.Output == output));

    internal static StateKey KeyOf(SpentOutput output) => $"{output}";

    internal CoinLaneState With(CoinLeg entry) => this with { Entries = Entries.SetItem(entry.Sequence, entry) };
}

/// <summary>A final output of the address.</summary>
/// <param name="Bound">
/// The leg that it was signed for and that cannot happen any more: the signer lets only the leg that replaces it spend it. Null for most.
/// </param>
public sealed record OwnCoin(SpentOutput Output, long ValueSat, BlockRef Block, LegRef? Bound)
{
    /// <summary>The rejected deposit that it is: only a leg that gives that back spends it. Null for most.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DepositRef? Returns { get; init; }
}

/// <summary>Fee rates in satoshis per 1000 virtual bytes, and when they were read.</summary>
public sealed record CoinMarket(Instant At, long RateSatPerKvb, long LeastSatPerKvb, long IncrementSatPerKvb);

/// <summary>The leg whose coins are being chosen, and the number of the question.</summary>
public sealed record CoinSelecting(long Sequence, long Number);

/// <summary>A coin that a leg paid to another own address, or that a reorg took away again.</summary>
public sealed record CoinGift(Address To, LaneCoin Coin, bool IsLost);

/// <param name="ToOwn">The payee is another own address of the account.</param>
/// <param name="Closing">Why it is to be closed; only the no-op is signed from then on.</param>
public sealed record CoinLeg(long Sequence, SpendIntent Intent, bool ToOwn, CoinStage Stage, string? Closing)
{
    [JsonIgnore]
    public CoinBody? Body => Stage switch
    {
        CoinStage.Signed signed => signed.Body,
        CoinStage.Mined mined => mined.Body,
        CoinStage.Final final => final.Body,
        CoinStage.Taken taken => taken.Body,
        _ => null,
    };

    /// <summary>Its coins that can never be, and why; null for most.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LostInputs? Lost { get; init; }

    /// <summary>What it spends: all its versions the same, but for a no-op after one of the coins was lost.</summary>
    [JsonIgnore]
    public ImmutableArray<CoinInput> Inputs => Stage switch
    {
        CoinStage.Reserved reserved => reserved.Spend.Inputs,
        CoinStage.Signing signing => signing.Spend.Inputs,
        _ => Body?.Versions[0].Spend.Inputs ?? [],
    };

    [JsonIgnore]
    public bool IsFinished => Stage is CoinStage.Final or CoinStage.Taken;

    /// <summary>Where it is mined, if it is.</summary>
    [JsonIgnore]
    public Inclusion? Inclusion => Stage switch
    {
        CoinStage.Mined mined => mined.Inclusion,
        CoinStage.Final final => final.Inclusion,
        _ => null,
    };

    /// <summary>What it spends and can still be spent.</summary>
    internal ImmutableArray<CoinInput> Live => Lost is null ? Inputs : [.. Inputs.Where(input => !Lost.Has(input.Output))];

    /// <summary>Whom it pays.</summary>
    internal ImmutableArray<CoinPayee> Payees => CoinLegs.PayeesOf(Intent.Content);

    /// <summary>The rejected deposit that it gives back; null for most.</summary>
    internal DepositRef? Returns => CoinLegs.ReturnedBy(Intent.Content);

    /// <summary>Outputs of the no-op that closes it.</summary>
    internal int ClosingOutputs => CoinLegs.ClosingOutputsOf(Intent.Content);

    /// <summary>Whether a version is a no-op that can still be mined.</summary>
    internal bool IsClosedBy(CoinVersion version) => version.NoOp && (Lost is null || !version.Spend.Inputs.Any(input => Lost.Has(input.Output)));
}

/// <summary>Coins that can never be, each with the final transaction that took what it comes of.</summary>
public sealed record LostInputs(ImmutableSortedDictionary<StateKey, Inclusion> ByOutput, Inclusion Newest)
{
    internal bool Has(SpentOutput output) => ByOutput.ContainsKey(CoinLaneState.KeyOf(output));

    /// <summary>Without what this block proved, or one above it: a reorg that takes it takes those too. Null where nothing is left.</summary>
    internal LostInputs? Without(Bytes32 block)
    {
        var number = ByOutput.Values.First(by => by.Block.Hash == block).Block.Number;
        var left = ByOutput.RemoveRange(ByOutput.Where(lost => lost.Value.Block.Number >= number).Select(static lost => lost.Key));
        return left.IsEmpty ? null : new(left, left.Values.MaxBy(static by => by.Block.Number)!);
    }
}

/// <summary>The state of one leg. Append only: snapshots hold it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "stage")]
[JsonDerivedType(typeof(Queued), "queued")]
[JsonDerivedType(typeof(Reserved), "reserved")]
[JsonDerivedType(typeof(Signing), "signing")]
[JsonDerivedType(typeof(Signed), "signed")]
[JsonDerivedType(typeof(Mined), "mined")]
[JsonDerivedType(typeof(Final), "final")]
[JsonDerivedType(typeof(Taken), "taken")]
public abstract record CoinStage
{
    private CoinStage()
    {
    }

    /// <param name="RetryAt">No coins are chosen for it before this.</param>
    public sealed record Queued(Instant RetryAt) : CoinStage;

    public sealed record Reserved(CoinSpend Spend) : CoinStage;

    /// <summary>Its first signature was asked for; until the outcome is known its coins count as signed.</summary>
    /// <param name="Owed">False once the key has the request.</param>
    public sealed record Signing(CoinSpend Spend, long Request, bool Owed) : CoinStage;

    public sealed record Signed(CoinBody Body) : CoinStage;

    public sealed record Mined(CoinBody Body, Inclusion Inclusion) : CoinStage;

    public sealed record Final(CoinBody Body, Inclusion Inclusion) : CoinStage;

    /// <summary>
    /// One of its coins went to a final transaction that is no version of it, or never came to be since another version of its parent is final, or since what it comes of was
    /// double-spent for good. Its own versions stay: a deep reorg may give the coin back.
    /// </summary>
    public sealed record Taken(CoinBody Body, Inclusion By) : CoinStage;
}

/// <summary>A leg with at least one signed version. All versions spend the same coins, so at most one can be mined.</summary>
/// <param name="Resend">How often bytes were sent since the last success: sets the back-off.</param>
/// <param name="NextAt">When to look again.</param>
/// <param name="HeldUntil">No new version is asked for before this: the signer refused the last one.</param>
public sealed record CoinBody(
    ImmutableArray<CoinVersion> Versions, PendingSpend? Pending, Instant FirstSignedAt, int Resend, Instant NextAt, Instant HeldUntil)
{
    [JsonIgnore]
    public CoinVersion Newest => Versions[^1];

    public CoinVersion? Find(Bytes32 txHash) => Versions.FirstOrDefault(v => v.TxHash == txHash);

    internal CoinBody With(CoinVersion version) => this with { Versions = [.. Versions.Select(v => v.TxHash == version.TxHash ? version : v)] };
}

/// <summary>A version whose signature was asked for.</summary>
public sealed record PendingSpend(CoinSpend Spend, long Request, bool Owed);

/// <summary>A signed version: its bytes never change and are what is sent, however often. The fields are those of <see cref="SignedVersion"/>.</summary>
public sealed record CoinVersion(
    CoinSpend Spend,
    HexBytes Raw,
    Bytes32 TxHash,
    Instant SignedAt,
    bool Accepted,
    bool Watched,
    bool Tracked,
    long? Lookup,
    long? Sending,
    int LastReport,
    bool Underpriced)
{
    [JsonIgnore]
    public bool NoOp => Spend.IsNoOp;

    /// <summary>The output that comes back to the lane's own address: the last.</summary>
    [JsonIgnore]
    public SpentOutput Change => new(TxHash, Spend.ChangeIndex);
}
