using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Risk;

/// <summary>What is asked of a payment, from nothing to no. Two demands combine by maximum.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RiskAction>))]
public enum RiskAction
{
    /// <summary>Nothing more than the account's own policy.</summary>
    Allow = 0,

    /// <summary>A second factor of the proposer.</summary>
    SecondFactor,

    /// <summary>More confirmations than the chain's profile asks for.</summary>
    Confirmations,

    /// <summary>More approvals than the account's policy asks for.</summary>
    Quorum,

    /// <summary>It waits, for a verdict or for its time.</summary>
    Hold,

    /// <summary>Two persons decide.</summary>
    Review,

    /// <summary>It is refused.</summary>
    Block,
}

/// <summary>Whether value leaves the account or comes in.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RiskDirection>))]
public enum RiskDirection
{
    /// <summary>The account pays.</summary>
    Out = 1,

    /// <summary>The account is paid; screened before it is credited.</summary>
    In,
}

/// <summary>What kind of asset it is, where rules tell them apart.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AssetClass>))]
public enum AssetClass
{
    /// <summary>An asset that the policy does not list.</summary>
    Unlisted = 0,

    /// <summary>A chain's own coin.</summary>
    Native,

    /// <summary>A fungible token.</summary>
    Erc20,

    /// <summary>A token of which each is different.</summary>
    Erc721,

    /// <summary>A token in numbered kinds.</summary>
    Erc1155,

    /// <summary>It stands for an asset on another chain.</summary>
    Bridged,

    /// <summary>It follows a price and stands for nothing.</summary>
    Synthetic,

    /// <summary>It is locked and earns.</summary>
    Staked,
}

/// <summary>One signal that has to be at least so great.</summary>
[GenerateSerializer, Immutable, Alias("tpw.risk.condition")]
public sealed record RiskCondition(RiskSignal Signal, long AtLeast);

/// <summary>
/// One rule. It matches a movement of which all conditions hold; since every condition is a lower bound, more evidence never unmatches it. Of the rules of a group only
/// the greatest points count, so that steps of one suspicion are not added up.
/// </summary>
/// <param name="Direction">Null: both.</param>
/// <param name="Classes">Empty: all.</param>
/// <param name="Tiers">Empty: all.</param>
/// <param name="Points">0 to 100.</param>
/// <param name="Floor">Demanded whenever the rule matches, whatever the sum says.</param>
/// <param name="Shadow">It is told and demands nothing yet.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.rule")]
public sealed record RiskRule(
    Name Id,
    Name Group,
    RiskDirection? Direction,
    ImmutableArray<AssetClass> Classes,
    ImmutableArray<Tier> Tiers,
    ImmutableArray<RiskCondition> When,
    int Points,
    RiskAction Floor,
    bool Shadow)
{
    /// <summary>Most conditions of one rule.</summary>
    public const int MaxConditions = 8;

    /// <summary>Most points of one rule.</summary>
    public const int MaxPoints = 100;
}

/// <summary>What a sum of points demands. Each band demands at least what the one below it does.</summary>
/// <param name="AtLeast">Points.</param>
/// <param name="Hold">How long it waits at least.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.band")]
public sealed record RiskBand(int AtLeast, RiskAction Action, int ExtraApprovals, int ExtraConfirmations, Span Hold);

/// <summary>An asset as the policy knows it.</summary>
/// <param name="Reference">The amount in base units that counts as 1000 of worth, such as the sum from which a payment is reported.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.asset")]
public sealed record AssetReference(AssetId Asset, AssetClass Class, UInt256 Reference);

/// <summary>Rules and weights as data: versioned, with a canonical hash, so that a score can be worked out again from its record.</summary>
/// <param name="Bands">Ascending; one for each action above <see cref="RiskAction.Allow"/> that a band or a floor names.</param>
/// <param name="Assets">Each asset once.</param>
/// <param name="UnlistedWorth">The worth of any amount of an asset that the policy does not list.</param>
/// <param name="DustWorth">An inbound movement worth no more than this is dust.</param>
/// <param name="ScaleFloor">The least spread that amounts and rates are taken to have, in 256ths of a doubling.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.policy")]
public sealed record RiskPolicy(
    int Version,
    ImmutableArray<RiskRule> Rules,
    ImmutableArray<RiskBand> Bands,
    ImmutableArray<AssetReference> Assets,
    uint UnlistedWorth,
    uint DustWorth,
    int ScaleFloor)
{
    /// <summary>Most rules of one policy.</summary>
    public const int MaxRules = 128;

    /// <summary>Most bands of one policy.</summary>
    public const int MaxBands = 8;

    /// <summary>Most assets of one policy.</summary>
    public const int MaxAssets = 256;
}
