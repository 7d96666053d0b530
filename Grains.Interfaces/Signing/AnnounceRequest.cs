using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Grains.Interfaces.Signing;

/// <summary>Tells the signer of a subject with a time lock, so that it starts its own clock. At least one valid vote is needed.</summary>
[GenerateSerializer, Immutable, Alias("tpw.announce")]
public sealed record AnnounceRequest(
    Genesis Genesis,
    ImmutableArray<EnactedChange> Lineage,
    ChangeProposal? Change,
    PacketContent? Packet,
    EffectBounds? Bounds,
    ImmutableArray<Vote> Votes)
{
    /// <inheritdoc cref="SignRequest.AskedAt"/>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Instant? AskedAt { get; init; }
}
