using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Towers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>Where a channel stands, on one side.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChannelPhase>))]
public enum ChannelPhase
{
    /// <summary>Nothing was ever said of it, or it could not be opened.</summary>
    None,

    /// <summary>The signer or the chain has not said yet that it is open.</summary>
    Opening,

    /// <summary>States are proposed and signed.</summary>
    Open,

    /// <summary>Both signed the last state.</summary>
    Ended,

    /// <summary>The peer no longer knows what both signed: nothing new is agreed with it; what is known here can be closed with.</summary>
    PeerLost,

    /// <summary>
    /// This side no longer knows what it signed: it signs nothing more and never closes with what it has, but for the state that the peer has proved.
    /// </summary>
    LostState,

    /// <summary>It is to be closed on chain, or is being closed there: no new state is proposed.</summary>
    Closing,

    /// <summary>Nothing of it is left on chain, and what was ours is paid out.</summary>
    Closed,
}

/// <summary>One side of a channel, as its account sees it.</summary>
/// <param name="Book">The newest state that both signed.</param>
/// <param name="Deposits">What each has deposited, final on the chain.</param>
/// <param name="Least">The least that is this side's in any state that the peer can close with.</param>
/// <param name="Waiting">Updates that were asked for and are in no state with both signatures yet.</param>
/// <param name="Trouble">Why it could not be opened, or null.</param>
/// <param name="Version">Of the stream: rises with each event.</param>
[GenerateSerializer, Immutable, Alias("tpw.channel-view")]
public sealed record ChannelView(
    ChannelRef Ref, ChannelPhase Phase, ChannelOpening Opening, ChannelBook Book, SidePair Deposits, UInt256 Least, int Waiting, bool Frozen, Rejection? Trouble,
    long Version)
{
    /// <summary>Where it stands on chain, at a final block.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ChannelStage Stage { get; init; }

    /// <summary>From this second on it can be settled; 0: it is not closing.</summary>
    [Id(1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong ClosesAt { get; init; }

    /// <summary>What this side is doing on chain, or null.</summary>
    [Id(2)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChannelActView? Act { get; init; }

    /// <summary>The contract's clock at the newest final block that was looked at: seconds since 1970.</summary>
    [Id(3)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong Second { get; init; }

    /// <summary>Payments that look for ways know it, with what is in it.</summary>
    [Id(4)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsAnnounced { get; init; }

    /// <summary>Who guards this side for us, and what it has; null: nobody.</summary>
    [Id(5)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TowerStandingView? Tower { get; init; }

    /// <summary>Other operators are told of this side, once the other side wants it too.</summary>
    [Id(9)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsPublic { get; init; }

    /// <summary>What each has withdrawn from the open channel, final on the chain; what the newest state names beyond it is on its way.</summary>
    [Id(6)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public SidePair Withdrawn { get; init; }

    /// <summary>The order by which this side withdraws, or null.</summary>
    [Id(7)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChannelLeaveView? Leave { get; init; }

    /// <summary>The contract has credited what this side withdrew, and it is not paid out yet.</summary>
    [Id(8)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsUnpaid { get; init; }

    /// <summary>What may still be locked for the peer, where its standing leaves it less than the terms; null: it does not.</summary>
    [Id(10)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UInt256? Room { get; init; }
}

/// <summary>An order by which a side withdraws.</summary>
/// <param name="Total">All that it will have withdrawn, ever; base units.</param>
/// <param name="Expiry">Last second, by the contract's clock, at which it is good; then another is asked for.</param>
/// <param name="IsGiven">The peer has signed it.</param>
[GenerateSerializer, Immutable, Alias("tpw.channel-leave")]
public sealed record ChannelLeaveView(UInt256 Total, ulong Expiry, bool IsGiven);

/// <summary>What a side is doing on chain.</summary>
/// <param name="Nonce">Of the state that it rests on.</param>
/// <param name="Packet">The account's packet that makes the call.</param>
/// <param name="Trouble">Why the packet before it failed, or null.</param>
[GenerateSerializer, Immutable, Alias("tpw.channel-act")]
public sealed record ChannelActView(ChannelActKind Kind, ulong Nonce, Name Packet, Rejection? Trouble);
