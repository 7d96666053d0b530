using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.CoinChannels;

/// <summary>
/// What a channel key of a chain of the Bitcoin family may sign without a vote on each state. It bounds what a stolen gateway, silo or database can lose: what the
/// account puts into its channels, at most so much into each, and what it earned there.
/// </summary>
/// <param name="Key">The channel key, which signs for channels and nothing else.</param>
/// <param name="Chain">A chain of the Bitcoin family.</param>
/// <param name="MostFundedSat">Most satoshis that the account may put into one channel; 0: it only accepts channels that others fund.</param>
/// <param name="MostFeeratePerKw">Most satoshis per 1000 weight units that any transaction of these channels may pay.</param>
/// <param name="Payout">The locking script that all that is the account's is paid to.</param>
[GenerateSerializer, Immutable, Alias("tpw.coin-mandate")]
public sealed record CoinMandate(Name Key, ChainId Chain, long MostFundedSat, long MostFeeratePerKw, HexBytes Payout);
