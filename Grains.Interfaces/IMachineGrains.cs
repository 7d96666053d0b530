using Orleans;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Ledger;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Towers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces;

/// <summary>What the sweeper calls: it makes sure that a grain which owes effects or whose deadline passed is awake. Idempotent.</summary>
public interface IWakeable : IGrainWithStringKey
{
    /// <summary>Re-derives what is owed and runs it; answers when it wants to be woken again, or null when nothing is owed.</summary>
    /// <param name="attempts">How often it was woken already since it last wrote; the more often, the later again.</param>
    Task<Instant?> Wake(int attempts);
}

/// <summary>An account. Key: the account id.</summary>
public interface IAccountGrain : IWakeable
{
    Task<CommandReply> Submit(AccountCommand command);

    /// <summary>Null while nothing is registered under this id.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<AccountView?> Read();

    /// <summary>As <see cref="Read"/>, and null while there is nothing newer: for who looks often.</summary>
    /// <param name="version">The last one that was seen.</param>
    [Orleans.Concurrency.ReadOnly]
    Task<AccountView?> ReadAfter(long version);

    /// <summary>The pure check over the durable state; decides nothing.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<Assessment> Assess(PacketContent content, EffectBounds bounds, ImmutableArray<Votes.Vote> votes, PacketRisk? risk);

    /// <summary>The packet as the risk rules see it.</summary>
    /// <param name="payment">The same for each look at one revision.</param>
    [Orleans.Concurrency.ReadOnly]
    Task<RiskPaymentReply> ReadPayment(PacketContent content, EffectBounds bounds, Guid payment);

    [Orleans.Concurrency.ReadOnly]
    Task<AccountLineage?> ReadLineage();

    [Orleans.Concurrency.ReadOnly]
    Task<DepositStanding> ReadDeposit(DepositRef deposit);

    /// <summary>Deposits that nobody can spend yet; empty before registration.</summary>
    /// <param name="from">The first of the page; null: from the beginning.</param>
    /// <param name="most">At most <see cref="HeldDeposits.MaxPage"/>.</param>
    [Orleans.Concurrency.ReadOnly]
    Task<HeldDeposits> ReadHeld(Guid? from, int most);

    /// <summary>What the ledger posted of an asset for each of some transactions, as long as a reorg may come back to them; those it knows nothing of are left out.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<ImmutableArray<AssetMoves>> ReadMoves(AssetId asset, ImmutableArray<Bytes32> transactions);
}

/// <summary>A TokenPacket. Key: <see cref="PacketRef.Key"/>.</summary>
public interface ITokenPacketGrain : IWakeable
{
    Task<CommandReply> Submit(PacketCommand command);

    [Orleans.Concurrency.ReadOnly]
    Task<PacketView?> Read();

    /// <inheritdoc cref="IAccountGrain.ReadAfter"/>
    [Orleans.Concurrency.ReadOnly]
    Task<PacketView?> ReadAfter(long version);
}

/// <summary>Builds evidence of one packet; holds nothing. Key: <see cref="PacketRef.Key"/>.</summary>
public interface IEvidenceGrain : IGrainWithStringKey
{
    /// <summary>The settled packet's whole story as of now, checked as a reader offline will check it.</summary>
    Task<Evidence.EvidenceReply> Build();
}

/// <summary>One side of a payment channel. Key: <see cref="ChannelRef"/>.</summary>
public interface IChannelGrain : IWakeable
{
    Task<CommandReply> Submit(ChannelCommand command);

    /// <summary>Null where nothing was ever said of it.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<ChannelView?> Read();

    /// <summary>What came of an update whose command was accepted.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<UpdateStanding> Follow(Guid update);

    /// <summary>Its double entries, and whether they agree with the channel's state and the chain; null where nothing was ever said of it.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<ChannelLedgerView?> ReadLedger();
}

/// <summary>The books of a channel key. Key: <see cref="KeyBooksRef"/>.</summary>
public interface IKeyBooksGrain : IWakeable
{
    Task<CommandReply> Submit(KeyBooksCommand command);

    /// <summary>What the key's channels, the contract and the account's ledger say; null where no side was ever noted.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<KeyBooksView?> Read();
}

/// <summary>One side of a channel on a chain of the Bitcoin family. Key: <see cref="CoinChannelRef"/>.</summary>
public interface ICoinChannelGrain : IWakeable
{
    Task<CommandReply> Submit(CoinCommand command);

    /// <summary>Null where nothing was ever said of it.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<CoinChannelView?> Read();

    /// <summary>What came of an update whose command was accepted.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<UpdateStanding> Follow(Guid update);
}

/// <summary>A side of a channel that is guarded for another operator. Key: <see cref="TowerRef.Key"/>.</summary>
public interface ITowerGrain : IWakeable
{
    Task<CommandReply> Submit(TowerCommand command);

    /// <summary>Null where nothing was handed over.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<TowerView?> Read();
}

/// <summary>A channel key of an account, which the signer makes when it is first asked for. Holds nothing. Key: account id, slash, key name.</summary>
public interface IChannelKeyGrain : IGrainWithStringKey
{
    /// <summary>The signer's word that the key is the account's; the same for each who asks.</summary>
    /// <param name="chain">An EVM chain, or one of the Bitcoin family.</param>
    Task<SignerAnswer<KeyAttestation>> Read(ChainId chain);

    /// <summary>The key of the account's layers of onions that come in by this channel key.</summary>
    Task<OnionKeyView> ReadOnionKey();

    /// <summary>What can be paid and received over the key's channels of a network, and how capacity is spread there.</summary>
    Task<CapacityView> ReadCapacity(RouterRef network);
}

/// <summary>A signing key. Key: account id, slash, key name. Inner: called by grains only.</summary>
public interface IKeyGrain : IWakeable
{
    Task<CommandReply> Submit(KeyCommand command);

    [Orleans.Concurrency.ReadOnly]
    Task<KeyView> Read();
}

/// <summary>The nonces of one address. Key: chain, slash, address. Inner.</summary>
public interface ILaneGrain : IWakeable
{
    Task<CommandReply> Submit(LaneCommand command);

    [Orleans.Concurrency.ReadOnly]
    Task<LaneView> Read();
}

/// <summary>The coins of one address on a chain of the Bitcoin family. Key: chain, slash, address. Inner.</summary>
public interface ICoinLaneGrain : IWakeable
{
    Task<CommandReply> Submit(LaneCommand command);

    [Orleans.Concurrency.ReadOnly]
    Task<CoinLaneView> Read();

    /// <summary>What it could give to a leg now; decides nothing.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<CoinsOnHand> ReadOnHand(LegRef leg, Packets.Leg content);
}

/// <summary>One watched transaction. Key: chain, slash, transaction hash. Inner.</summary>
public interface IWatchedTransactionGrain : IWakeable
{
    Task<CommandReply> Submit(WatchedCommand command);

    [Orleans.Concurrency.ReadOnly]
    Task<WatchedView?> Read();
}

/// <summary>The one subscription per chain. Key: chain. Inner, except <see cref="Read"/>.</summary>
public interface IChainTrackerGrain : IWakeable
{
    Task<CommandReply> Submit(TrackerCommand command);

    [Orleans.Concurrency.ReadOnly]
    Task<ChainView> Read();

    /// <summary>Names of the chain's configured nodes.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<ImmutableArray<Name>> ReadNodes();

    /// <summary>Names of the chain's private relays.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<ImmutableArray<Name>> ReadRelays();
}

/// <summary>What an EVM chain charges; holds nothing of its own. Key: chain.</summary>
public interface IFeeOracleGrain : IGrainWithStringKey
{
    /// <summary>As of the last poll at most.</summary>
    Task<FeesReply> Read();
}

/// <summary>What legs of an account would pay in fees; holds nothing of its own. Key: account id.</summary>
public interface IFeePreviewGrain : IGrainWithStringKey
{
    /// <summary>Of the legs of a packet that are not signed yet.</summary>
    Task<FeePreviewReply> Read(Name packet);

    /// <summary>Of legs that are in no packet yet.</summary>
    Task<FeePreviewReply> Ask(FeeQuestion question);
}

/// <summary>A node's standing. Key: chain, slash, node name. Inner.</summary>
public interface ISupernodeGrain : IWakeable
{
    Task<CommandReply> Submit(SupernodeCommand command);

    [Orleans.Concurrency.ReadOnly]
    Task<NodeView?> Read();

    /// <summary>A silo tells what it counted since its start; kept in memory, so each tells it again and again.</summary>
    Task ReportService(Guid silo, NodeService counts);

    /// <summary>Null before the first report.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<ServiceLine?> ReadService();

    /// <summary>A private relay was sent a transaction, or was to be. Kept in memory.</summary>
    [Orleans.Concurrency.OneWay]
    Task RecordRelayed(Relayed sent);

    /// <summary>Has it looked what became of what a private relay was sent; to be called again and again.</summary>
    Task LookAtRelay(Name organisation);

    /// <summary>Null for a node that is no private relay, and before its first look.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<RelayLine?> ReadRelay();

    /// <summary>Null for a node that is not quarantined.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<NodeEvidence?> ReadEvidence();
}

/// <summary>The fee ledger of one period. Key: "yyyy-MM". Inner, except <see cref="Read"/>.</summary>
public interface IRevenueGrain : IWakeable
{
    Task<CommandReply> Submit(RevenueCommand command);

    [Orleans.Concurrency.ReadOnly]
    Task<RevenueView> Read();
}

/// <summary>An account's webhooks. Key: account id.</summary>
public interface IWebhookGrain : IWakeable
{
    /// <summary>The answer to an added endpoint leaves when it listens: what is durable after that answer, it is told.</summary>
    Task<CommandReply> Submit(WebhookCommand command);

    [Orleans.Concurrency.ReadOnly]
    Task<WebhooksView> Read();

    /// <summary>Null where there is no such endpoint.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<DeliveryPage?> ReadDeliveries(DeliveryQuery query);

    /// <summary>Null where there is no such endpoint.</summary>
    /// <param name="after">An event id; empty for the first page.</param>
    [Orleans.Concurrency.ReadOnly]
    Task<DeadLetterPage?> ReadDeadLetters(Name endpoint, string after);
}
