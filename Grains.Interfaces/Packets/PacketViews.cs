using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Grains.Interfaces.Packets;

/// <summary>A leg as it stands: the stage's stable name, what is known, and what is awaited next.</summary>
[GenerateSerializer, Immutable, Alias("tpw.leg-view")]
public sealed record LegView(Name Leg, string Stage, Bytes32? TxHash, Chains.Inclusion? Inclusion, Rejection? Rejection)
{
    /// <summary>The stage of a leg that came to nothing.</summary>
    public const string Released = "released";

    /// <summary>The account's payment over channels that pays it; null for other legs.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Name? Payment { get; init; }

    /// <summary>Proves that payment; null until it is made.</summary>
    [Id(1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Bytes32? Secret { get; init; }
}

/// <summary>A packet at one durable version, with all that a device needs to build the digest that it votes on.</summary>
/// <param name="Risk">Null before it was scored.</param>
/// <param name="Origin">From where it was proposed, if that was said.</param>
[GenerateSerializer, Immutable, Alias("tpw.packet-view")]
public sealed record PacketView(
    PacketRef Ref,
    long Version,
    string State,
    PacketContent Content,
    Bytes32 ContentHash,
    EffectBounds? Bounds,
    Bytes32? EffectDigest,
    Assessment? Assessment,
    ImmutableArray<Vote> Votes,
    ImmutableArray<LegView> Legs,
    Rejection? Rejection,
    PacketRiskView? Risk = null,
    PacketOrigin? Origin = null);
