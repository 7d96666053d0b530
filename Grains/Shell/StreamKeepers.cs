using System.Collections.Frozen;
using Orleans;
using TPWallet.Domain.Accounts;
using TPWallet.Domain.Chains.Supernodes;
using TPWallet.Domain.Chains.Tracking;
using TPWallet.Domain.Chains.Watching;
using TPWallet.Domain.Channels;
using TPWallet.Domain.CoinChannels;
using TPWallet.Domain.Dapps;
using TPWallet.Domain.Gossip;
using TPWallet.Domain.Invoices;
using TPWallet.Domain.KeyBooks;
using TPWallet.Domain.Keys;
using TPWallet.Domain.Lanes;
using TPWallet.Domain.Lanes.Coins;
using TPWallet.Domain.Ledger;
using TPWallet.Domain.Notifications;
using TPWallet.Domain.Packets;
using TPWallet.Domain.Payments;
using TPWallet.Domain.Peers;
using TPWallet.Domain.Risk.Cases;
using TPWallet.Domain.Risk.Incidents;
using TPWallet.Domain.Risk.Profiles;
using TPWallet.Domain.Risk.Reviews;
using TPWallet.Domain.Routing;
using TPWallet.Domain.Towers;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Towers;
using TPWallet.Grains.Journal;

namespace TPWallet.Grains.Shell;

/// <summary>Which grain keeps a stream: whom a sweeper wakes. A machine that is missing here sleeps for good when its silo dies.</summary>
public static class StreamKeepers
{
    private static readonly FrozenDictionary<string, Func<IGrainFactory, string, IWakeable>> _keepers = new Dictionary<string, Func<IGrainFactory, string, IWakeable>>
    {
        [AccountDecider.Kind] = static (grains, key) => grains.GetGrain<IAccountGrain>(key),
        [PacketDecider.Kind] = static (grains, key) => grains.GetGrain<ITokenPacketGrain>(key),
        [KeyDecider.Kind] = static (grains, key) => grains.GetGrain<IKeyGrain>(key),
        [LaneDecider.Kind] = static (grains, key) => grains.GetGrain<ILaneGrain>(key),
        [CoinLaneDecider.Kind] = static (grains, key) => grains.GetGrain<ICoinLaneGrain>(key),
        [WatchedDecider.Kind] = static (grains, key) => grains.GetGrain<IWatchedTransactionGrain>(key),
        [TrackerDecider.Kind] = static (grains, key) => grains.GetGrain<IChainTrackerGrain>(key),
        [SupernodeDecider.Kind] = static (grains, key) => grains.GetGrain<ISupernodeGrain>(key),
        [ChannelDecider.Kind] = static (grains, key) => grains.GetGrain<IChannelGrain>(key),
        [CoinChannelDecider.Kind] = static (grains, key) => grains.GetGrain<ICoinChannelGrain>(key),
        [KeyBooksDecider.Kind] = static (grains, key) => grains.GetGrain<IKeyBooksGrain>(key),
        [PaymentDecider.Kind] = static (grains, key) => grains.GetGrain<IPaymentGrain>(key),
        [InvoiceClaimDecider.Kind] = static (grains, key) => grains.GetGrain<IInvoiceClaimGrain>(key),
        [RouterDecider.Kind] = static (grains, key) => grains.GetGrain<IRouterGrain>(key),
        [PeerDecider.Kind] = static (grains, key) => grains.GetGrain<IPeerGrain>(key),
        [GossipDecider.Kind] = static (grains, key) => grains.GetGrain<IGossipGrain>(key),
        [InvoiceDecider.Kind] = static (grains, key) => grains.GetGrain<IInvoiceGrain>(key),
        [RevenueDecider.Kind] = static (grains, key) => grains.GetGrain<IRevenueGrain>(key),
        [DappDecider.Kind] = static (grains, key) => grains.GetGrain<IDappGrain>(key),
        [IncidentDecider.Kind] = static (grains, key) => grains.GetGrain<IIncidentGrain>(key),
        [ReviewQueueDecider.Kind] = static (grains, key) => grains.GetGrain<IReviewQueueGrain>(key),
        [CaseDecider.Kind] = static (grains, key) => grains.GetGrain<ICaseGrain>(key),
        [RiskProfileDecider.Kind] = static (grains, key) => grains.GetGrain<IRiskProfileGrain>(key),
        [TowerDecider.Kind] = static (grains, key) => grains.GetGrain<ITowerGrain>(key),
        [WebhookDecider.Kind] = static (grains, key) => grains.GetGrain<IWebhookGrain>(key),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Kinds of streams that are woken: every machine's.</summary>
    public static IEnumerable<string> Kinds => _keepers.Keys;

    internal static IWakeable Find(IGrainFactory grains, StreamName stream) => _keepers.TryGetValue(stream.Kind, out var keeper)
        ? keeper(grains, stream.Key)
        : throw new UnreachableException($"No grain keeps streams of kind {stream.Kind}.");
}
