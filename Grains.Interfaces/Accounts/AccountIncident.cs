using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Accounts;

/// <summary>What the account's members must hear of, before or beside what becomes of their money: news, never a decision. Nothing is frozen, credited or taken back for it.</summary>
/// <param name="Code">Stable, such as "watch.double-spent" (docs/webhooks.md).</param>
[GenerateSerializer, Immutable, Alias("tpw.account-incident")]
public sealed record AccountIncident(Name Code, ChainId Chain)
{
    /// <summary>The watched transaction that it concerns.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Bytes32? Transaction { get; init; }

    /// <summary>The transaction that spends what <see cref="Transaction"/> does, or that used an own key elsewhere.</summary>
    [Id(1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Bytes32? By { get; init; }

    /// <summary>The block that shows it; of a chain that was stopped, the last one that is final.</summary>
    [Id(2)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Bytes32? Block { get; init; }

    /// <summary>The own address whose lane it concerns.</summary>
    [Id(3)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Address? Address { get; init; }

    /// <summary>The channel that it concerns.</summary>
    [Id(4)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Bytes32? Channel { get; init; }
}

/// <summary>An incident that an account was told of, and when.</summary>
[GenerateSerializer, Immutable, Alias("tpw.told-incident")]
public sealed record ToldIncident(AccountIncident Incident, Instant At);
