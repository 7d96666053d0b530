using Orleans;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.CoinChannels;

/// <summary>The public keys that a party says once (BOLT-2, open_channel and accept_channel); each compressed.</summary>
[GenerateSerializer, Immutable, Alias("tpw.coin-basepoints")]
public sealed record CoinBasepoints(HexBytes Funding, HexBytes Revocation, HexBytes Payment, HexBytes DelayedPayment, HexBytes Htlc);

/// <summary>What never changes of a party.</summary>
/// <param name="Payout">The locking script that it is paid to when both end the channel together.</param>
[GenerateSerializer, Immutable, Alias("tpw.coin-party")]
public sealed record CoinParty(CoinBasepoints Basepoints, HexBytes Payout);

/// <summary>What never changes in a channel, once its funding transaction is known.</summary>
/// <param name="Funding">The output that both parties must sign for.</param>
[GenerateSerializer, Immutable, Alias("tpw.coin-facts")]
public sealed record CoinFacts(CoinTerms Terms, SpentOutput Funding, CoinParty Opener, CoinParty Accepter)
{
    public CoinParty Of(CoinSide side) => side == CoinSide.Opener ? Opener : Accepter;
}
