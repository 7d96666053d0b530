using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Risk;

/// <summary>One effect of a payment as the risk rules see it.</summary>
/// <param name="Kind">As it leaves its payer.</param>
/// <param name="Asset">Null where the effect moves no asset by itself.</param>
/// <param name="Amount">Base units; zero without an asset.</param>
/// <param name="Party">Who is paid, or pays: an address or an account id.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.movement")]
public sealed record RiskMovement(
    Name Leg, EffectKind Kind, ChainId Chain, AssetId? Asset, UInt256 Amount, string Party, DestinationScope Scope, Tier Tier);

/// <summary>A payment to be scored: only what was recorded.</summary>
/// <param name="Id">The same for each look at one payment, so that it is counted once.</param>
/// <param name="Available">What the account has of each asset that leaves; an asset that is not named is not judged by its share.</param>
/// <param name="Device">The device that it was proposed from, as the caller says; null: not said.</param>
/// <param name="Network">A keyed hash of the network that it came from, never the address; null: not said.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.payment")]
public sealed record RiskPayment(
    Guid Id,
    AccountId Account,
    RiskDirection Direction,
    ImmutableArray<RiskMovement> Movements,
    ImmutableArray<Amount> Available,
    Name? Device,
    Bytes32? Network)
{
    /// <summary>The packet that pays, so that its end can be looked up; null for an inflow.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Name? Packet { get; init; }

    /// <summary>The deposit that it is, so that its end can be looked up; null for what leaves.</summary>
    [Id(1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DepositRef? Deposit { get; init; }

    /// <summary>It gives rejected deposits back to who paid them.</summary>
    [Id(2)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Returns { get; init; }

    /// <summary>Most movements of one payment.</summary>
    public const int MaxMovements = 64;

    /// <summary>Longest text of a party.</summary>
    public const int MaxParty = 128;
}

/// <summary>What a list says of a party.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ListKind>))]
public enum ListKind
{
    /// <summary>To be looked at.</summary>
    Watch = 1,

    /// <summary>The operator deals with it no more.</summary>
    Deny,

    /// <summary>The law forbids it.</summary>
    Sanction,
}

/// <summary>A party stands on a list.</summary>
[GenerateSerializer, Immutable, Alias("tpw.risk.list-hit")]
public sealed record ListHit(Name List, int Version, ListKind Kind);

/// <summary>A list that was asked, in the version that answered.</summary>
[GenerateSerializer, Immutable, Alias("tpw.risk.list-use")]
public sealed record ListUse(Name List, int Version, Instant ExpiresAt);

/// <summary>What a screening service says.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ScreeningVerdict>))]
public enum ScreeningVerdict
{
    /// <summary>Nothing is known against it.</summary>
    Clear = 1,

    /// <summary>A person has to look.</summary>
    Review,

    /// <summary>It must not happen.</summary>
    Block,
}

/// <summary>A verdict of a screening service about a party or a payment, with the version of the lists that it was taken from.</summary>
[GenerateSerializer, Immutable, Alias("tpw.risk.screening")]
public sealed record Screening(Name Provider, ScreeningVerdict Verdict, int ListVersion, Instant At, Instant ExpiresAt)
{
    /// <summary>How near the funds are to a listed party, where the service follows them; null: it does not say.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FlowExposure? Flow { get; init; }
}

/// <summary>How near a party's funds are to a listed one.</summary>
/// <param name="Hops">Transfers between the listed party and this one; 0: it is the listed one.</param>
/// <param name="SharePerMille">Of what it received.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.flow")]
public sealed record FlowExposure(int Hops, int SharePerMille);

/// <summary>What all accounts together have done with a party: the view of its own profile.</summary>
/// <param name="BelowDay">Worth that it received within 24 hours in payments below the reference amount.</param>
/// <param name="BelowWeek">The same over seven days.</param>
/// <param name="Senders">Distinct accounts within seven days.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.activity")]
public sealed record PartyActivity(Instant FirstAt, uint BelowDay, uint BelowWeek, int Senders);

/// <summary>What is known of a party when the payment is scored.</summary>
/// <param name="Activity">Null: no account ever paid it.</param>
/// <param name="AsksTravelRule">A service that has to be told who pays.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.party")]
public sealed record PartyFacts(
    string Party, ImmutableArray<ListHit> Hits, Screening? Screening, FlowExposure? Flow, PartyActivity? Activity, bool AsksTravelRule);

/// <summary>The trust of a contract: called, behind an asset, or given power over tokens.</summary>
/// <param name="TrustPerMille">0 to 1000.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.contract")]
public sealed record ContractTrust(ChainId Chain, Address Address, int TrustPerMille)
{
    /// <summary>
    /// The leg that calls it, or whose call lets it take tokens: all that leaves by that leg is trusted no more than it is. Null where it is no leg's, as behind an asset.
    /// </summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Name? Leg { get; init; }
}

/// <summary>The facts beside the payment and the account's own profile. What is absent is not known, and not known is never good.</summary>
/// <param name="TravelRule">Whether the payment's case holds a Travel Rule record.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.context")]
public sealed record RiskContext(
    ImmutableArray<PartyFacts> Parties, ImmutableArray<ListUse> Lists, ImmutableArray<ContractTrust> Contracts, bool TravelRule)
{
    /// <summary>Most entries of each list, and most hits of one party.</summary>
    public const int MaxEntries = 64;

    /// <summary>Nothing is known.</summary>
    public static RiskContext Empty { get; } = new([], [], [], false);
}
