using TPWallet.Domain.Risk.Scoring;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Profiles;

/// <summary>
/// What an account usually does, as far as scores need it, in bounded room: baselines that only settled payments teach which nothing held back, and windows
/// that count each attempt.
/// </summary>
/// <param name="FirstAt">The first thing seen.</param>
/// <param name="LastAt">The last thing seen: time does not run back.</param>
/// <param name="LearnedAt">The last payment that was learned from.</param>
/// <param name="Out">Attempts to pay.</param>
/// <param name="In">What came in and was credited; of a party's profile: what accounts sent it.</param>
/// <param name="Paid">Parties paid; of a party's profile: its senders.</param>
/// <param name="Attempted">Parties that were to be paid for the first time, whatever came of it.</param>
/// <param name="Dust">Parties known only by the dust that they sent.</param>
/// <param name="Exposure">The nearest that credited funds were to a listed party, or null.</param>
/// <param name="Pending">Assessed and not yet settled or dropped, oldest first.</param>
public sealed record RiskProfileState(
    string Key,
    Instant? FirstAt,
    Instant? LastAt,
    Instant? LearnedAt,
    int Learned,
    ImmutableArray<AmountModel> Amounts,
    RateModel Rates,
    FlowWindow Out,
    FlowWindow In,
    PartyBook Paid,
    PartyBook Attempted,
    PartyBook Dust,
    PartyBook Devices,
    PartyBook Networks,
    HourBook Hours,
    ProfileExposure? Exposure,
    ImmutableArray<PendingPayment> Pending)
{
    /// <summary>Who paid in what was credited and never held.</summary>
    public PartyBook Sources { get; init; } = PartyBook.Empty;

    /// <summary>Amounts that were paid in, credited and never held.</summary>
    public ImmutableArray<AmountModel> Inflows { get; init; } = [];

    /// <summary>Deposits of active days, credited and never held.</summary>
    public RateModel InflowRates { get; init; } = RateModel.Empty;

    /// <summary>Deposits that came, credited or not.</summary>
    public FlowWindow Arrived { get; init; } = FlowWindow.Empty;

    /// <summary>Assets whose amounts are learned; a full set takes a new one in for one that was idle for <see cref="IdleDays"/> or is not known yet.</summary>
    public const int MaxAssets = 6;

    /// <summary>After so many days without a payment an asset's model may make room.</summary>
    public const int IdleDays = 180;

    public const int MaxDevices = 8;
    public const int MaxNetworks = 16;
    public const int MaxDust = 16;
    public const int MaxAttempted = 32;

    /// <summary>Payments that are waited for; of more, the oldest are never learned from.</summary>
    public const int MaxPending = 16;

    /// <summary>With fewer learned payments the account is cold (<see cref="RiskSignal.Cold"/>).</summary>
    public const int MinLearned = 8;

    public static RiskProfileState Empty(string key) => new(
        key, null, null, null, 0, [], RateModel.Empty, FlowWindow.Empty, FlowWindow.Empty, PartyBook.Empty, PartyBook.Empty, PartyBook.Empty,
        PartyBook.Empty, PartyBook.Empty, HourBook.Empty, null, []);

    public AmountModel? AmountsOf(AssetId asset) => Find(Amounts, asset);

    /// <summary>What usually comes in of an asset.</summary>
    public AmountModel? InflowsOf(AssetId asset) => Find(Inflows, asset);

    private static AmountModel? Find(ImmutableArray<AmountModel> models, AssetId asset)
    {
        foreach (var model in models)
            if (model.Asset == asset) return model;
        return null;
    }

    public PendingPayment? PendingOf(Guid payment)
    {
        foreach (var pending in Pending)
            if (pending.Id == payment) return pending;
        return null;
    }
}

/// <summary>How near what came in was to a listed party.</summary>
/// <param name="Day">Since 1970.</param>
public sealed record ProfileExposure(int Hops, int Day)
{
    /// <summary>Days after which it no longer counts.</summary>
    public const int KeptDays = 30;
}

/// <summary>What a deposit will teach, if nothing holds it.</summary>
public sealed record InflowPending(DepositRef Deposit, LessonAmount Amount, PartyMark Source);

/// <summary>A payment that was assessed.</summary>
/// <param name="Hash">Of the payment, so that nothing else is learned under its id.</param>
/// <param name="Held">It was held, reviewed or blocked when any look at it said so: nothing is learned from it.</param>
/// <param name="Hops">Of an inflow: to the nearest listed party; null if none is known.</param>
/// <param name="Score">The newest.</param>
public sealed record PendingPayment(Guid Id, ulong Hash, bool Held, uint Worth, int? Hops, RiskScore Score)
{
    /// <summary>The packet that pays; null for an inflow.</summary>
    public Name? Packet { get; init; }

    /// <summary>The deposit that it is; null for what leaves.</summary>
    public InflowPending? Inflow { get; init; }

    /// <summary>Of the newest look.</summary>
    public Instant At { get; init; }
}
