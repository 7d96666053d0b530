using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.CoinChannels;

/// <summary>Whose a channel is. Its id follows from this, so that nobody else can take the place of a party.</summary>
/// <param name="Chain">A chain of the Bitcoin family.</param>
/// <param name="Opener">The channel key of who funds it: its public key, compressed.</param>
/// <param name="Accepter">The same of the other party.</param>
/// <param name="Counter">Tells the channels of two keys apart; each is used once.</param>
[GenerateSerializer, Immutable, Alias("tpw.coin-parties")]
public sealed record CoinParties(ChainId Chain, HexBytes Opener, HexBytes Accepter, ulong Counter)
{
    [JsonIgnore]
    public Bytes32 Id => Canonical.Hash("tpw.coin-channel.v1", this, ContractJson.Default.CoinParties);

    public HexBytes Of(CoinSide side) => side == CoinSide.Opener ? Opener : Accepter;
}

/// <summary>What one side begins a channel with.</summary>
/// <param name="Account">Whose side it is.</param>
/// <param name="Key">The account's channel key, which is the party of this side.</param>
/// <param name="Parties">The channel's; their id is in the grain's key.</param>
/// <param name="Terms">The same on both sides.</param>
/// <param name="Payout">The locking script that all that is this side's is paid to in the end: the mandate's.</param>
/// <param name="Peer">The operator at whom the other side is, by its name in this deployment's configuration; null: it is here.</param>
[GenerateSerializer, Immutable, Alias("tpw.coin-opening")]
public sealed record CoinOpening(AccountId Account, Name Key, CoinParties Parties, CoinTerms Terms, HexBytes Payout, Name? Peer);
