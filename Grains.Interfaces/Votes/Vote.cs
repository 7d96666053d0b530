using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Votes;

/// <summary>What a vote is for; each has its own EIP-712 primary type, so that one never passes for another.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VotePurpose>))]
public enum VotePurpose
{
    /// <summary>A TokenPacket.</summary>
    Packet = 1,

    /// <summary>The next policy.</summary>
    Policy,

    /// <summary>The next roster.</summary>
    Roster,

    /// <summary>A destination on or off the allow-list.</summary>
    AllowList,

    /// <summary>A freeze by one member.</summary>
    Freeze,

    /// <summary>The end of a freeze, by quorum.</summary>
    Unfreeze,

    /// <summary>A new roster by the genesis recovery quorum.</summary>
    Recovery,
    ResumeLane,

    /// <summary>Whether risk is enforced.</summary>
    Risk,

    /// <summary>What a channel key may sign.</summary>
    Channels,

    /// <summary>The end of what a channel key may sign.</summary>
    ChannelsEnd,

    /// <summary>What a channel key of a chain of the Bitcoin family may sign.</summary>
    CoinChannels,
}

/// <summary>What the voter says.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VoteDecision>))]
public enum VoteDecision
{
    /// <summary>Counts towards the quorum.</summary>
    Approve = 1,

    /// <summary>Ends the request, from an entitled member.</summary>
    Veto = 2,
}

/// <summary>
/// What a device signs, beside the readable legs, bounds or change that the digest also covers (Domain, VoteTypedData).
/// A vote is void as soon as anything here no longer holds.
/// </summary>
/// <param name="SubjectId">Packet id, change id or freeze number.</param>
/// <param name="SubjectHash">Canonical hash of the packet content or change proposal.</param>
/// <param name="EffectDigest">Digest of the effect bounds of a packet; zero for other purposes.</param>
/// <param name="AccountHead">The last account journal head that the device saw: evidence of a fork, not a condition.</param>
[GenerateSerializer, Immutable, Alias("tpw.vote-content")]
public sealed record VoteContent(
    VotePurpose Purpose,
    AccountId Account,
    Name SubjectId,
    Bytes32 SubjectHash,
    int PolicyVersion,
    Bytes32 PolicyHash,
    Bytes32 RosterHash,
    Bytes32 EffectDigest,
    VoteDecision Decision,
    Name Member,
    Name Device,
    Instant IssuedAt,
    Instant ExpiresAt,
    Bytes32 AccountHead);

/// <summary>A signed vote. The signature is over the EIP-712 digest, in the form of the device's scheme.</summary>
[GenerateSerializer, Immutable, Alias("tpw.vote")]
public sealed record Vote(VoteContent Content, HexBytes Signature);
