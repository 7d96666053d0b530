using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>A state that this side has signed, and that the peer may close by.</summary>
/// <param name="State">Its struct hash.</param>
public readonly record struct SignedMark(ulong Nonce, Bytes32 State);

/// <summary>What a side has handed to its tower, and what it has not.</summary>
/// <param name="Name">The tower's operator.</param>
/// <param name="Handed">Nonce of the newest state that it has.</param>
/// <param name="HistoryTo">States up to this nonce that it has not are in this side's events alone; 0: there are none.</param>
/// <param name="Marks">Those after that, by nonce.</param>
/// <param name="Trouble">Why it takes nothing.</param>
/// <param name="TroubleAt">The newest nonce when it said so: it is asked again once there is more.</param>
/// <param name="Waits">Nothing is done on a state that it does not have.</param>
public sealed record TowerStanding(Name Name, ulong Handed, ulong HistoryTo, ImmutableArray<SignedMark> Marks, Rejection? Trouble, ulong TroubleAt, bool Waits)
{
    /// <summary>Most that are kept at hand while the tower does not answer; beyond it they are found in the events.</summary>
    public const int MostMarks = 1_000;

    /// <summary>Beyond so many the tower is behind, and people are told.</summary>
    public const int MostBehind = 100;
}
