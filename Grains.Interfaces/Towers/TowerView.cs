using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Channels;

namespace TPWallet.Grains.Interfaces.Towers;

/// <summary>What a tower does for one side of a channel, as its operator sees it.</summary>
/// <param name="Nonce">Of the newest state that was handed over.</param>
/// <param name="Traps">States that it can answer.</param>
/// <param name="Second">The contract's clock at the last look; 0: it has not looked yet.</param>
/// <param name="Closing">What the channel is being closed by; null: it is not.</param>
/// <param name="Act">What is being said to the contract; null: nothing.</param>
/// <param name="Trouble">Why it could not answer, or null.</param>
[GenerateSerializer, Immutable, Alias("tpw.tower-view")]
public sealed record TowerView(
    TowerRef Ref, ChannelFacts Facts, ulong Nonce, int Traps, ChannelStage Stage, ulong Second, TowerClosing? Closing, ChannelActView? Act, Rejection? Trouble, long Version);

/// <summary>The tower that a side of a channel is handed to, as its account sees it.</summary>
/// <param name="Tower">The operator, by its name among the peers.</param>
/// <param name="Handed">Nonce of the newest state that it has made durable; 0: none.</param>
/// <param name="Behind">States that were signed here since.</param>
/// <param name="Trouble">Why the tower takes nothing, or null.</param>
[GenerateSerializer, Immutable, Alias("tpw.tower-standing")]
public sealed record TowerStandingView(Values.Name Tower, ulong Handed, int Behind, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Rejection? Trouble)
{
    /// <summary>Nothing is done on a state that it does not have.</summary>
    [Id(4), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Waits { get; init; }
}
