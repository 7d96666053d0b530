using System.Text.Json.Serialization;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Towers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Towers;

/// <summary>A side of a channel that is guarded for another operator.</summary>
/// <param name="Facts">Null: nothing was handed over yet.</param>
/// <param name="Window">Δ of the contract, in seconds.</param>
/// <param name="Nonce">Of the newest state that was handed over.</param>
/// <param name="Sealed">That state.</param>
/// <param name="Traps">By their hints.</param>
/// <param name="Looks">The chain is to be looked at.</param>
/// <param name="Round">Counts looks.</param>
/// <param name="Stage">Where it stands at the newest final block that was looked at.</param>
/// <param name="Second">The contract's clock there.</param>
/// <param name="Closing">What it is being closed by.</param>
/// <param name="Answer">The newest state, once the chain has shown an older one.</param>
/// <param name="Act">What is being said to the contract.</param>
/// <param name="Acts">Number of the newest act.</param>
/// <param name="Failures">Acts that failed since one was done.</param>
/// <param name="TryAfter">No act begins earlier.</param>
/// <param name="NextLook">When the chain is looked at next.</param>
/// <param name="Trouble">Why the newest act failed, or no answer was found.</param>
public sealed record TowerState(
    TowerRef Ref, ChannelFacts? Facts, ulong Window, ulong Nonce, HexBytes Sealed, ImmutableSortedDictionary<Bytes32, HexBytes> Traps, bool Looks, int Round, ChannelStage Stage,
    ulong Second, TowerClosing? Closing, SignedState? Answer, ChannelAct? Act, int Acts, int Failures, Instant? TryAfter, Instant? NextLook, Rejection? Trouble)
{
    /// <summary>Most states of one side that are guarded: a snapshot of them is as large as one may be.</summary>
    public const int MostTraps = 65_536;

    /// <summary>The packet of the newest act.</summary>
    [JsonIgnore]
    public Name? Packet => Act is { IsProposed: true } act ? act.Packet : default(Name?);

    /// <summary>Whether nothing is left to guard.</summary>
    [JsonIgnore]
    public bool IsOver => Stage is ChannelStage.Settled or ChannelStage.Gone;
}
