using System.Text.Json;
using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Chains.Watching;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Tracking;

/// <summary>What the pools of real nodes tell before a block does: on both families by one script each.</summary>
public sealed class PoolWatchTests
{
    private static readonly AccountId _account = new(new Bytes32(7));
    private static readonly Address _own = People.AddressOf("own");

    [BitcoinTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Watched_InAPool_IsInMempoolAndToldOnce(bool bitcoin)
    {
        await using var pool = await WatchedPool.StartAsync(bitcoin);
        var payment = await pool.Script.PayAsync("ours", _own, new Random(1));
        pool.Watch(payment, _account);
        await pool.LookAsync();
        pool.StageOf(payment).Should().BeOfType<WatchedStage.Unseen>();
        await pool.Script.SendAsync(payment);
        await pool.LookAsync();
        pool.StageOf(payment).Should().BeOfType<WatchedStage.Mempool>();
        var told = pool.Told;
        await pool.LookAsync();
        pool.Told.Should().Be(told);
        pool.Incidents.Should().BeEmpty();
    }

    [BitcoinTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Watched_ReplacedByAnotherThatIsNotOurs_IsAnIncidentBeforeABlockHasIt(bool bitcoin)
    {
        await using var pool = await WatchedPool.StartAsync(bitcoin);
        var random = new Random(1);
        var payment = await pool.Script.PayAsync("lost", _own, random);
        pool.Watch(payment);
        var rival = pool.Script.Rival(payment, null, random);
        await pool.Script.SendAsync(payment);
        await pool.LookAsync();
        await pool.Script.SendAsync(rival);
        await pool.LookAsync();
        await pool.LookAsync();
        var incident = pool.Incidents.Should().ContainSingle().Subject;
        (incident.Code, incident.Subject).Should().Be((IncidentCodes.RivalInPool, $"{pool.Script.Id}/{payment.Hash}"));
        incident.Detail.Should().Contain($"{rival.Hash}");
        pool.Heard.Should().BeEmpty("nobody's leg is in it, and it pays nobody here");
        await pool.LookAsync();
        pool.Incidents.Should().ContainSingle("it is known");
        pool.StageOf(payment).Should().BeOfType<WatchedStage.Mempool>("a pool decides nothing");
    }

    /// <summary>A lane's replacement may be in a pool before the lane's own wish to have it watched has arrived.</summary>
    [BitcoinTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Watched_ReplacedByItsOwnLane_IsNoIncident(bool bitcoin)
    {
        await using var pool = await WatchedPool.StartAsync(bitcoin);
        var random = new Random(1);
        var payment = await pool.Script.PayAsync("ours", _own, random);
        pool.Own(payment, _account);
        pool.Watch(payment, _account);
        var dearer = pool.Script.Rival(payment, _own, random);
        await pool.Script.SendAsync(dearer);
        await pool.LookAsync();
        pool.Watch(dearer, _account);
        for (var look = 0; look < 3; look++) await pool.LookAsync();
        pool.Incidents.Should().BeEmpty();
    }

    [BitcoinTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deposit_UnconfirmedAndReplaced_IsAnIncidentAndNeverMoney(bool bitcoin)
    {
        await using var pool = await WatchedPool.StartAsync(bitcoin);
        var random = new Random(1);
        pool.WatchAddress(_own, _account);
        var payment = await pool.Script.PayAsync("deposit", _own, random);

        // What the script's token does with its call data, only its logs tell.
        while (payment.Credit!.Value.Asset != pool.Script.Coin) payment = await pool.Script.PayAsync("deposit", _own, random);
        await pool.Script.SendAsync(payment);
        await pool.LookAsync();
        pool.Told.Should().Be(0, "what no block has is told to nobody who could take it for money");
        await pool.Script.SendAsync(pool.Script.Rival(payment, null, random));
        await pool.LookAsync();
        var incident = pool.Incidents.Should().ContainSingle().Subject;
        (incident.Code, incident.Subject).Should().Be((IncidentCodes.DepositReplaced, $"{pool.Script.Id}/{payment.Hash}"));
        incident.Detail.Should().Contain("pays no own address");
        var (account, heard) = pool.Heard.Should().ContainSingle().Subject;
        (account, heard.Transaction, heard.Block).Should().Be((_account, payment.Hash, null), "whom it paid hears of it");
        pool.State.Transactions.Should().BeEmpty("strangers' payments fill no list");
    }

    /// <summary>A pool may be full, of what a stranger put there: a look reads so many bodies and no more, whatever is watched.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(5_000)]
    public async Task Look_AtAFullPool_CostsTheSameWhateverIsWatched(int watched)
    {
        var node = new FullPool();
        var chain = new ServedChain(
            new(People.Chain, 1, ProofLevel.Consistent, new FinalityRule.Depth(3), 16, Span.Seconds(4)),
            new(People.Chain.EvmNumber, [new EthereumNode("full", "a", People.Chain.EvmNumber, node)], TimeProvider.System));
        var host = new Watching(watched);
        var watch = new PoolWatch(new EthereumPending(chain), People.Chain, host);
        await watch.LookAsync(CancellationToken.None);
        node.Calls = 0;
        await watch.LookAsync(CancellationToken.None);
        node.Calls.Should().Be(1 + ServedChain.UsualPoolBodies);
        host.Told.Should().Be(Math.Min(watched, FullPool.Hashes), "a hash that is watched needs no body");
    }

    /// <summary>A watcher that cannot be reached, or refuses, keeps no other from being told.</summary>
    [Fact]
    public async Task Look_WhereOneWatcherRefuses_TellsTheOthers()
    {
        var chain = new ServedChain(
            new(People.Chain, 1, ProofLevel.Consistent, new FinalityRule.Depth(3), 16, Span.Seconds(4)),
            new(People.Chain.EvmNumber, [new EthereumNode("full", "a", People.Chain.EvmNumber, new FullPool())], TimeProvider.System));
        var host = new Watching(10) { Refusing = HashOf(3) };
        var watch = new PoolWatch(new EthereumPending(chain), People.Chain, host);
        await watch.LookAsync(CancellationToken.None);
        var look = () => watch.LookAsync(CancellationToken.None);
        (await look.Should().ThrowAsync<AggregateException>()).Which.InnerExceptions.Should().ContainSingle();
        host.Told.Should().Be(9);
        await look.Should().NotThrowAsync("a block tells the one that refused");
    }

    /// <summary>Untrusted: a list without end, hashes of another form, filters that are forgotten or were never made.</summary>
    [Theory]
    [InlineData("eth_getFilterChanges", "17")]
    [InlineData("eth_getFilterChanges", "[\"0x12\"]")]
    [InlineData("eth_getFilterChanges", "[[[]]]")]
    [InlineData("eth_newPendingTransactionFilter", "{}")]
    [InlineData("eth_newPendingTransactionFilter", "\"\"")]
    public async Task Look_AtANodeThatAnswersGarbage_TellsNobodyAnything(string method, string result)
    {
        var node = new FullPool { Instead = (method, JsonElement.Parse(result)) };
        var pool = new NodePool(People.Chain.EvmNumber, [new EthereumNode("full", "a", People.Chain.EvmNumber, node)], TimeProvider.System);
        var chain = new ServedChain(new(People.Chain, 1, ProofLevel.Consistent, new FinalityRule.Depth(3), 16, Span.Seconds(4)), pool);
        var host = new Watching(10);
        var watch = new PoolWatch(new EthereumPending(chain), People.Chain, host);
        for (var look = 0; look < 2; look++) await watch.LookAsync(CancellationToken.None);
        host.Told.Should().Be(0);
        pool.Nodes[0].Health.Score.Should().BeLessThan(NodeHealth.MaxScore, "it counts against the node");
    }

    [Fact]
    public async Task Look_AtNodesWithoutFilters_AsksThemSeldom()
    {
        var node = new FullPool { Refuses = true };
        var pool = new NodePool(People.Chain.EvmNumber, [new EthereumNode("rented", "a", People.Chain.EvmNumber, node)], TimeProvider.System);
        var source = new EthereumPending(new(new(People.Chain, 1, ProofLevel.Consistent, new FinalityRule.Depth(3), 16, Span.Seconds(4)), pool));
        for (var look = 0; look < 60; look++) (await source.NewsAsync(CancellationToken.None)).Hashes.Should().BeEmpty();
        node.Calls.Should().Be(2, "its chain, and once for a filter");
    }

    private static Bytes32 HashOf(int number) => new((ulong)number + 1);

    /// <summary>A node whose pool has more news in every look than anybody reads.</summary>
    private sealed class FullPool : IJsonRpc
    {
        public const int Hashes = 2_000;

        public int Calls { get; set; }

        public bool Refuses { get; init; }

        public (string Method, JsonElement Result)? Instead { get; init; }

        public Task<NodeAnswer<JsonElement>> CallAsync(JsonRpcRequest request, CancellationToken cancellation)
        {
            Calls++;
            if (Instead is { } instead && instead.Method == request.Method) return Task.FromResult<NodeAnswer<JsonElement>>(instead.Result);
            return Task.FromResult<NodeAnswer<JsonElement>>(request.Method switch
            {
                "eth_chainId" => JsonElement.Parse($"\"0x{People.Chain.EvmNumber:x}\""),
                _ when Refuses => new NodeError.Refused(-32601, "the method does not exist"),
                "eth_newPendingTransactionFilter" => JsonElement.Parse("\"0x1\""),
                "eth_getFilterChanges" => JsonElement.Parse($"[{string.Join(',', Enumerable.Range(0, Hashes).Select(static i => $"\"{HashOf(i)}\""))}]"),
                _ => JsonElement.Parse("null"),
            });
        }
    }

    private sealed class Watching : FollowerMachines
    {
        public Watching(int transactions)
            : base(People.Chain)
        {
            var profile = new ChainProfile(People.Chain, 1, ProofLevel.Consistent, new FinalityRule.Depth(3), 16, Span.Seconds(4));
            Decide(new TrackerCommand.Start(Guid.NewGuid(), profile, new(1, new Bytes32(1))));
            for (var i = 0; i < transactions; i++) Decide(new TrackerCommand.WatchTransaction(Guid.NewGuid(), HashOf(i), Anvil.AddressOf(0), (ulong)i));
        }
    }
}
