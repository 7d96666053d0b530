using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>Orders by which the sides of an open channel withdraw. What they name is spent by a state that both signed before.</summary>
public sealed record ChannelLeaves
{
    public static ChannelLeaves None { get; } = new();

    /// <summary>Number of the newest order of ours.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Number { get; init; }

    /// <summary>The order by which this side withdraws.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OwnLeave? Own { get; init; }

    /// <summary>What the peer asked our signature for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PeerLeave? Peer { get; init; }

    /// <summary>The contract gave our key what this side withdrew, and it was not paid out yet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsUnpulled { get; init; }

    /// <summary>Which messages a peer elsewhere reads; 0: it has not said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int PeerForm { get; init; }
}

/// <summary>An order of ours.</summary>
/// <param name="Total">All that this side will have withdrawn.</param>
/// <param name="Expiry">Last second at which it is good.</param>
/// <param name="State">The state that names it.</param>
/// <param name="Ours">Our key's signature; null: it has not signed yet.</param>
/// <param name="Theirs">The peer's; likewise.</param>
public sealed record OwnLeave(int Number, UInt256 Total, ulong Expiry, CoSigned State, HexBytes? Ours, HexBytes? Theirs);

/// <summary>An order of the peer's.</summary>
/// <param name="Total">All that the peer will have withdrawn.</param>
/// <param name="Expiry">Last second at which it is good.</param>
/// <param name="State">The state that names it.</param>
public sealed record PeerLeave(UInt256 Total, ulong Expiry, CoSigned State);
