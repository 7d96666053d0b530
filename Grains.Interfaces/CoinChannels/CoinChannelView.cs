using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Chains;

namespace TPWallet.Grains.Interfaces.CoinChannels;

/// <summary>One side of a channel, as its account sees it.</summary>
/// <param name="Book">The newest state that both may leave with and from which neither can go back.</param>
/// <param name="LeastMsat">The least that is this side's, whichever state the channel ends by; fees not counted.</param>
/// <param name="Waiting">Updates that were asked for and are not done.</param>
/// <param name="Trouble">Why it could not be opened, or closes; null: nothing is wrong.</param>
/// <param name="Funding">The output that both must sign for, once the opener has said which.</param>
/// <param name="Sight">What the chain last showed that was news.</param>
/// <param name="Version">Of the stream: rises with each event.</param>
[GenerateSerializer, Immutable, Alias("tpw.coin-channel-view")]
public sealed record CoinChannelView(
    CoinChannelRef Ref, CoinPhase Phase, CoinOpening Opening, CoinBook Book, long LeastMsat, int Waiting, Rejection? Trouble, SpentOutput? Funding, CoinSight? Sight, long Version)
{
    /// <summary>This side's keys, once the signer has made them.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CoinParty? Ours { get; init; }

    /// <summary>The peer's keys, once it has said them: from then on <see cref="FundingAddress"/> is known.</summary>
    [Id(1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CoinParty? Theirs { get; init; }

    /// <summary>
    /// The address of the output that funds the channel, with exactly the terms' amount. Nothing is to be sent there before the phase is Funding: the transaction is made and
    /// signed, its output is named, and then it waits.
    /// </summary>
    [Id(2)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FundingAddress { get; init; }
}
