using Orleans;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Towers;

/// <summary>A channel as a tower sees it on chain.</summary>
/// <param name="Second">The contract's clock at the newest final block: seconds since 1970.</param>
/// <param name="Stage">At that block.</param>
/// <param name="Closing">By what it is being closed, at the first sight of it; null: it is not.</param>
/// <param name="Act">How the tower's newest packet stands; null: there is none.</param>
[GenerateSerializer, Immutable, Alias("tpw.tower-sight")]
public sealed record TowerSight(ulong Second, ChannelStage Stage, TowerClosing? Closing, ActSight? Act);

/// <summary>A close or a challenge, as the contract has it.</summary>
/// <param name="Nonce">Of the state.</param>
/// <param name="ClosesAt">From this second on it can be settled.</param>
/// <param name="State">The state's struct hash.</param>
[GenerateSerializer, Immutable, Alias("tpw.tower-closing")]
public sealed record TowerClosing(ulong Nonce, ulong ClosesAt, Bytes32 State);
