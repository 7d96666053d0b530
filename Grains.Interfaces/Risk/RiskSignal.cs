using System.Text.Json.Serialization;

namespace TPWallet.Grains.Interfaces.Risk;

/// <summary>
/// What rules look at: one whole number per signal, worked out of recorded facts alone. A greater value is always the greater suspicion, and 0 means that
/// nothing speaks against the payment. "Worth" is in thousandths of the policy's reference amount of the asset (<see cref="AssetReference"/>), saturating.
/// Stored by name: append only.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<RiskSignal>))]
public enum RiskSignal
{
    /// <summary>Worth of the movement.</summary>
    Worth = 0,

    /// <summary>Robust z-score of the amount against the account's own amounts of this asset, in thousandths.</summary>
    AmountZ,

    /// <summary>How far the amount lies above the account's slow baseline of this asset, in thousandths of a doubling.</summary>
    AmountDrift,

    /// <summary>Worth of the movement while the account has too few payments of this asset to compare with.</summary>
    ColdWorth,

    /// <summary>Share of the available balance that leaves, in thousandths.</summary>
    Drain,

    /// <summary>1 while the account has settled too few payments to be known.</summary>
    Cold,

    /// <summary>Days since the account last settled a payment.</summary>
    DormantDays,

    /// <summary>Robust z-score of the payments of the last 24 hours against the account's active days, in thousandths.</summary>
    DayRateZ,

    /// <summary>Robust z-score of the payments of this hour against the busiest hours of the account's active days, in thousandths.</summary>
    HourRateZ,

    /// <summary>Payments of the last 24 hours, this one included.</summary>
    DayCount,

    /// <summary>Robust z-score of the worth that leaves in 24 hours against the account's active days, in thousandths.</summary>
    DayWorthZ,

    /// <summary>Worth of the last 24 hours' outgoing payments, this one included.</summary>
    DayWorth,

    /// <summary>1000 at an hour of the day at which the account has never paid, less the nearer it has.</summary>
    OddHour,

    /// <summary>1000 for a device that never paid, 500 for one that first paid less than three days ago.</summary>
    NewDevice,

    /// <summary>1000 for a network that never paid, 500 for one that first paid less than a day ago.</summary>
    NewNetwork,

    /// <summary>Worth plus one that goes to a party that the account does not know and its members did not let through.</summary>
    NewPartyWorth,

    /// <summary>Parties that the account has paid for the first time within 24 hours, this payment included.</summary>
    NewPartiesDay,

    /// <summary>
    /// How many of these are new at once: device, network, party; and one for an odd hour, one for half the balance. Here a party that the account first paid less
    /// than 30 days ago is known for up to eight times what it was paid last: a try with a little makes nobody known for a lot.
    /// </summary>
    Takeover,

    /// <summary>1 watch list, 2 deny list, 3 sanctions list.</summary>
    ListSeverity,

    /// <summary>Hours past its expiry of the oldest list that was asked; 1 at least when expired.</summary>
    ListStaleHours,

    /// <summary>1 when a verdict says review, 2 when it says block, also after its expiry.</summary>
    VerdictSeverity,

    /// <summary>Worth that no verdict in force covers.</summary>
    UnscreenedWorth,

    /// <summary>8 for a listed party, one less with each hop of funds between it and this party; 0 from eight hops on.</summary>
    FlowNearness,

    /// <summary>Share of the party's funds that came from a listed one, in thousandths.</summary>
    FlowShare,

    /// <summary><see cref="FlowNearness"/> of what this account itself received in the last 30 days.</summary>
    OwnExposure,

    /// <summary>Characters at both ends that the party shares with a different one that the account knows; 0 unless at least two at each end.</summary>
    LookAlike,

    /// <summary>1 when the account knows the party only from zero-value or dust transfers that it sent.</summary>
    DustSender,

    /// <summary>Worth of an inbound movement that is nothing or dust, plus one; 0 for others.</summary>
    Dust,

    /// <summary>Sum of the worth of the account's payments of 24 hours that each stayed below the reference amount; 0 where this one does not.</summary>
    BelowDay,

    /// <summary>The same over seven days.</summary>
    BelowWeek,

    /// <summary>How many payments <see cref="BelowDay"/> sums.</summary>
    BelowCountDay,

    /// <summary>Sum of what all accounts sent to the party within 24 hours, each below the reference amount, this one included.</summary>
    PartyBelowDay,

    /// <summary>The same over seven days.</summary>
    PartyBelowWeek,

    /// <summary>Accounts that paid the party within seven days, this one included.</summary>
    PartySenders,

    /// <summary>30 less the days since any account first paid the party; 0 from 30 days on.</summary>
    PartyYouth,

    /// <summary>What leaves in 24 hours of what came in within 24 hours, in thousandths, at most 2000.</summary>
    PassThrough,

    /// <summary>Worth that came in within 24 hours.</summary>
    InflowDay,

    /// <summary>1000 less the trust of the called contract, or of whom the call lets take tokens, for all that leaves by the call; 1000 for one that nobody knows.</summary>
    ContractDistrust,

    /// <summary>1000 less the trust of the asset's contract; 0 for a native coin.</summary>
    AssetDistrust,

    /// <summary>1 an allowance above the leg, 2 an operator or a permit, 3 a delegation, an owner, code, or a call that cannot be read.</summary>
    PowerGrant,

    /// <summary>Worth sent to a service that asks for the Travel Rule record while none is attached.</summary>
    TravelRuleMissing,

    /// <summary>Worth plus one that goes to a party that the account first paid less than 30 days ago, or never, and that its members did not let through.</summary>
    FreshPartyWorth,

    /// <summary>Robust z-score of the parties paid for the first time within 24 hours against the account's active days, in thousandths.</summary>
    NewPartiesZ,

    /// <summary>How many times in a row, this one included, a payment to the party was at least a fifth more than the one before.</summary>
    PartyRises,

    /// <summary>Assets of which at least four fifths leave with this payment.</summary>
    Emptied,

    /// <summary>1 where the payment gives a rejected deposit back.</summary>
    Returning,
}
