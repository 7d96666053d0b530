using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>
/// What a channel key may sign without a vote on each state: channels of one contract in one token. It bounds what a stolen gateway, silo or database
/// can lose: what the account deposited in its channels, at most so much in each, and what it earned there.
/// </summary>
/// <param name="Key">The channel key, which signs for channels and nothing else.</param>
/// <param name="Chain">An EVM chain.</param>
/// <param name="Manager">The contract (Contracts/channels).</param>
/// <param name="Token">The channels' token.</param>
/// <param name="MostDeposited">Most that the account may have deposited in one channel, ever, in base units; a state that counts in more is not signed.</param>
/// <param name="Payout">Where what is the account's is paid out to in the end.</param>
[GenerateSerializer, Immutable, Alias("tpw.channel-mandate")]
public sealed record ChannelMandate(Name Key, ChainId Chain, Address Manager, Address Token, UInt256 MostDeposited, Address Payout)
{
    /// <summary>Most channel keys of one account that have a mandate.</summary>
    public const int MaxOfAccount = 64;

    /// <summary>
    /// Most wei that calls of the contract, which close, challenge, settle and pay out these channels without a vote, may cost in any 24 hours; 0: none is made
    /// without a vote.
    /// </summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public UInt256 MostFees { get; init; }
}
