using System.Collections.Concurrent;
using Orleans;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Dapps;
using TPWallet.Grains.Interfaces.Evidence;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Tests.Gateway;

/// <summary>
/// Stands where the grains are, for what only the gateway decides: it writes down every command that gets through, and answers as the test says.
/// </summary>
internal sealed partial class FakeCluster
{
    public FakeCluster() => Client = FakeClusterClient.Over(this);

    /// <summary>The client that the gateway is given. A proxy, since the interface has members that only one of the runtimes knows.</summary>
    public IClusterClient Client { get; }

    /// <summary>Every command that reached a grain, with the grain's key.</summary>
    public ConcurrentQueue<(string Grain, ICommand Command)> Seen { get; } = new();

    /// <summary>What a grain answers.</summary>
    public Func<ICommand, Task<CommandReply>> Answer { get; set; } = _ => Task.FromResult<CommandReply>(new CommandReply.Accepted(1, ["done"]));

    public Func<AccountView?> Account { get; set; } = () => null;

    public Func<PacketView?> Packet { get; set; } = () => null;

    public AccountLineage? Lineage { get; set; }

    public Func<ChannelView?> Channel { get; set; } = () => null;

    public Func<CoinChannelView?> CoinChannel { get; set; } = () => null;

    public Func<InvoiceView?> Invoice { get; set; } = () => null;

    public Func<PaymentView?> Payment { get; set; } = () => null;

    public Func<DappView?> Dapp { get; set; } = () => null;

    /// <summary>What contracts are listed, by where the page begins, its length, and the least trust.</summary>
    public Func<string?, int, int, DappPage> Dapps { get; set; } = static (_, _, _) => new([], null);

    public Func<string, IncidentView?> Incident { get; set; } = static _ => null;

    /// <summary>What incidents are listed, by where the page begins, its length, and whether resolved ones are wanted.</summary>
    public Func<string?, int, bool, IncidentPage> Incidents { get; set; } = static (_, _, _) => new([], null);

    /// <summary>What of a delivery log was asked for last.</summary>
    public DeliveryQuery? Asked { get; private set; }

    public Func<ChainId, FeesReply> Fees { get; set; } =
        chain => new FeesReply.Refused(new(RejectionCode.WrongChain, "an EVM chain of this deployment", chain.ToString()));

    public Func<string, EvidenceReply> Evidence { get; set; } =
        packet => new EvidenceReply.Refused(new(RejectionCode.NotFound, $"packet {packet}", "none"));

    /// <summary>What legs would pay, by the packet's name or the question.</summary>
    public Func<object, FeePreviewReply> Previews { get; set; } = asked => new FeePreviewReply.Refused(new(RejectionCode.NotFound, $"packet {asked}", "none"));

    internal object GrainOf(Type type, string key) =>
        type == typeof(IAccountGrain) ? new AccountGrain(this, key)
        : type == typeof(ITokenPacketGrain) ? new PacketGrain(this, key)
        : type == typeof(IEvidenceGrain) ? new EvidenceGrain(this, key)
        : type == typeof(IFeePreviewGrain) ? new PreviewGrain(this)
        : type == typeof(IChainTrackerGrain) ? new ChainGrain(this, key)
        : type == typeof(ICaseGrain) ? new CaseGrain(this, key)
        : type == typeof(IRiskProfileGrain) ? new ProfileGrain()
        : type == typeof(IFeeOracleGrain) ? new FeesGrain(this, key)
        : type == typeof(ISupernodeGrain) ? new NodeGrain(this, key)
        : type == typeof(IReviewQueueGrain) ? new QueueGrain(this)
        : type == typeof(IChannelGrain) ? new ChannelGrain(this, key)
        : type == typeof(IKeyBooksGrain) ? new KeyBooksGrain(this, key)
        : type == typeof(ICoinChannelGrain) ? new CoinChannelGrain(this, key)
        : type == typeof(IInvoiceGrain) ? new InvoiceGrain(this, key)
        : type == typeof(IPaymentGrain) ? new PaymentGrain(this, key)
        : type == typeof(IDappGrain) ? new DappGrain(this, key)
        : type == typeof(IDappListGrain) ? new DappListGrain(this)
        : type == typeof(IIncidentGrain) ? new IncidentGrain(this, key)
        : type == typeof(IIncidentListGrain) ? new IncidentListGrain(this)
        : type == typeof(IPeerGrain) ? new PeerGrain(this, key)
        : type == typeof(IWebhookGrain) ? new WebhookGrain(this, key)
        : throw new NotSupportedException($"The gateway has no business with {type.Name}.");

    /// <summary>What an account's held deposits are, by where a page begins and its length.</summary>
    public Func<Guid?, int, HeldDeposits> Held { get; set; } = static (_, _) => new([], null);

    /// <summary>What waits for reviewers, by where a page begins and its length.</summary>
    public Func<VerdictQuestion?> Question { get; set; } = static () => null;

    public Func<string?, int, ReviewQueuePage> Queue { get; set; } = static (_, _) => new([], null);

    private static RiskScore Score { get; } = new(70, RiskDemand.Nothing, RiskDemand.Nothing, [], 1, Bytes32.Zero);

    private Task<CommandReply> Take(string grain, ICommand command)
    {
        Seen.Enqueue((grain, command));
        return Answer(command);
    }

    private sealed class AccountGrain(FakeCluster cluster, string key) : IAccountGrain
    {
        public Task<CommandReply> Submit(AccountCommand command) => cluster.Take(key, command);

        public Task<AccountView?> Read() => Task.FromResult(cluster.Account());

        public Task<AccountView?> ReadAfter(long version) => Task.FromResult(cluster.Account() is { } view && view.Version > version ? view : null);

        public Task<Assessment> Assess(PacketContent content, EffectBounds bounds, ImmutableArray<Vote> votes, PacketRisk? risk) => throw new NotSupportedException();

        public Task<RiskPaymentReply> ReadPayment(PacketContent content, EffectBounds bounds, Guid payment) => throw new NotSupportedException();

        public Task<AccountLineage?> ReadLineage() => Task.FromResult(cluster.Lineage);

        public Task<DepositStanding> ReadDeposit(DepositRef deposit) => throw new NotSupportedException();

        public Task<ImmutableArray<AssetMoves>> ReadMoves(AssetId asset, ImmutableArray<Bytes32> transactions) => Task.FromResult(ImmutableArray<AssetMoves>.Empty);

        public Task<HeldDeposits> ReadHeld(Guid? from, int most) => Task.FromResult(cluster.Held(from, most));

        public Task<Instant?> Wake(int attempts) => throw new NotSupportedException();
    }

    private sealed class PacketGrain(FakeCluster cluster, string key) : ITokenPacketGrain
    {
        public Task<CommandReply> Submit(PacketCommand command) => cluster.Take(key, command);

        public Task<PacketView?> Read() => Task.FromResult(cluster.Packet());

        public Task<PacketView?> ReadAfter(long version) => Task.FromResult(cluster.Packet() is { } view && view.Version > version ? view : null);

        public Task<Instant?> Wake(int attempts) => throw new NotSupportedException();
    }

    private sealed class EvidenceGrain(FakeCluster cluster, string key) : IEvidenceGrain
    {
        public Task<EvidenceReply> Build() => Task.FromResult(cluster.Evidence(key));
    }

    private sealed class PreviewGrain(FakeCluster cluster) : IFeePreviewGrain
    {
        public Task<FeePreviewReply> Read(Name packet) => Task.FromResult(cluster.Previews(packet));

        public Task<FeePreviewReply> Ask(FeeQuestion question) => Task.FromResult(cluster.Previews(question));
    }

    private sealed class CaseGrain(FakeCluster cluster, string key) : ICaseGrain
    {
        public Task<CommandReply> Submit(CaseCommand command) => cluster.Take(key, command);

        public Task<VerdictQuestion?> ReadQuestion() => Task.FromResult(cluster.Question());

        public Task<CaseView?> Read() => Task.FromResult<CaseView?>(new("held", true, Guid.Empty, Score, new(false, default, default, [], 0, false), [], null, false, default, null));

        public Task<Instant?> Wake(int attempts) => throw new NotSupportedException();
    }

    private sealed class DappGrain(FakeCluster cluster, string key) : IDappGrain
    {
        public Task<CommandReply> Submit(DappCommand command) => cluster.Take(key, command);

        public Task<DappView?> Read() => Task.FromResult(cluster.Dapp());

        public Task<Instant?> Wake(int attempts) => throw new NotSupportedException();
    }

    private sealed class DappListGrain(FakeCluster cluster) : IDappListGrain
    {
        public Task<DappPage> Read(string? after, int most, int least) => Task.FromResult(cluster.Dapps(after, most, least));
    }

    private sealed class IncidentGrain(FakeCluster cluster, string key) : IIncidentGrain
    {
        public Task<CommandReply> Submit(IncidentCommand command) => cluster.Take(key, command);

        public Task<IncidentView?> Read() => Task.FromResult(cluster.Incident(key));

        public Task<Instant?> Wake(int attempts) => throw new NotSupportedException();
    }

    private sealed class IncidentListGrain(FakeCluster cluster) : IIncidentListGrain
    {
        public Task<IncidentPage> Read(string? after, int most, bool all) => Task.FromResult(cluster.Incidents(after, most, all));
    }

    private sealed class QueueGrain(FakeCluster cluster) : IReviewQueueGrain
    {
        public Task<CommandReply> Submit(ReviewQueueCommand command) => throw new NotSupportedException();

        public Task<ReviewQueuePage> Read(string? from, int most) => Task.FromResult(cluster.Queue(from, most));

        public Task<Instant?> Wake(int attempts) => throw new NotSupportedException();
    }

    private sealed class ProfileGrain : IRiskProfileGrain
    {
        public Task<CommandReply> Submit(RiskProfileCommand command) => throw new NotSupportedException();

        public Task<RiskScore?> ReadScore(Guid payment) => throw new NotSupportedException();

        public Task<ImmutableArray<PendingRisk>> ReadPending() => Task.FromResult<ImmutableArray<PendingRisk>>([new(Guid.Empty, "p", true, Score, default)]);

        public Task<RiskProfileView> Read() => throw new NotSupportedException();

        public Task<Instant?> Wake(int attempts) => throw new NotSupportedException();
    }

    private sealed class WebhookGrain(FakeCluster cluster, string key) : IWebhookGrain
    {
        private static readonly WebhookAttempt _failed = new("evt_1", "packet/rent", 1, "leg.mined", [], 2, 500, "status", 7);

        public Task<CommandReply> Submit(WebhookCommand command) => cluster.Take(key, command);

        public Task<WebhooksView> Read() => Task.FromResult(new WebhooksView(
            [new("hook", "https://example.com/hook", ["leg.*"], true, WebhookStop.None, false, 2, default, 0, 0, 1, 0, 3, 500, null)]));

        public Task<DeliveryPage?> ReadDeliveries(DeliveryQuery query)
        {
            cluster.Asked = query;
            return Task.FromResult(query.Endpoint == "hook" ? new DeliveryPage([new(4, default, "failed", _failed, null)], 3) : null);
        }

        public Task<DeadLetterPage?> ReadDeadLetters(Name endpoint, string after) =>
            Task.FromResult(endpoint == "hook" ? new DeadLetterPage([new(_failed, default)], "") : null);

        public Task<Instant?> Wake(int attempts) => throw new NotSupportedException();
    }

    private sealed class PeerGrain(FakeCluster cluster, string key) : IPeerGrain
    {
        public Task<CommandReply> Submit(PeerCommand command) => cluster.Take(key, command);

        public Task<PeerView?> Read() => Task.FromResult<PeerView?>(key == "nobody" ? null : new PeerView(
            key, PeerLevel.Barred, -410_250, 1_000, 411_250, PeerPolicy.Default, 2, [new(DealingReason.LockHeld, 3), new(DealingReason.StaleClose, 1)],
            [new(new(new Bytes32(7), ChannelSide.B), new(DealingReason.LockHeld, 3, new(1_800_000_000_000), 9))], new(new(1_800_000_000_000), "ops", "ticket 7", 60_000), new(3, 100_000)));

        public Task<Instant?> Wake(int attempts) => throw new NotSupportedException();
    }

    private sealed class NodeGrain(FakeCluster cluster, string key) : ISupernodeGrain
    {
        public Task<CommandReply> Submit(SupernodeCommand command) => cluster.Take(key, command);

        public Task<NodeView?> Read() => Task.FromResult<NodeView?>(new(key, "acme", "cordoned", 100, null, null, true));

        public Task ReportService(Guid silo, NodeService counts) => throw new NotSupportedException();

        public Task RecordRelayed(Relayed sent) => throw new NotSupportedException();

        public Task LookAtRelay(Name organisation) => throw new NotSupportedException();

        public Task<RelayLine?> ReadRelay() => Task.FromResult<RelayLine?>(key.EndsWith("/r1", StringComparison.Ordinal)
            ? new("r1", "builders", RelayService.Begun(default) with { Given = 3, Included = 2, Waits = [2, 0, 0, 0, 0, 0, 0, 0, 0], Leaked = 1 })
            : null);

        public Task<ServiceLine?> ReadService() => Task.FromResult<ServiceLine?>(key.EndsWith("/n3", StringComparison.Ordinal)
            ? null
            : new(key[^2..], "acme", new(default, 10, 9, 100, 99, 1, [.. Enumerable.Repeat(1L, NodeService.TimeSteps)])));

        public Task<NodeEvidence?> ReadEvidence() => Task.FromResult<NodeEvidence?>(
            key.EndsWith("/n1", StringComparison.Ordinal) ? new(ChainId.Parse(key[..^3]), "n1", "acme", "head.stale", new byte[] { 1 }, default) : null);

        public Task<Instant?> Wake(int attempts) => throw new NotSupportedException();
    }

    private sealed class FeesGrain(FakeCluster cluster, string key) : IFeeOracleGrain
    {
        public Task<FeesReply> Read() => Task.FromResult(cluster.Fees(ChainId.Parse(key)));
    }

    private sealed class ChainGrain(FakeCluster cluster, string key) : IChainTrackerGrain
    {
        public Task<CommandReply> Submit(TrackerCommand command) => cluster.Take(key, command);

        public Task<ImmutableArray<Name>> ReadNodes() => Task.FromResult<ImmutableArray<Name>>(["n1", "n2", "n3"]);

        public Task<ImmutableArray<Name>> ReadRelays() => Task.FromResult<ImmutableArray<Name>>(["r2", "r1"]);

        public Task<ChainView> Read() => Task.FromResult(new ChainView(ChainId.Parse(key), null, null, false, null, 0, 0, 0));

        public Task<Instant?> Wake(int attempts) => throw new NotSupportedException();
    }
}
