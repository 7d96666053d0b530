using System.Text.Json.Nodes;
using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains;

public sealed class NodePoolTests
{
    private static readonly JsonRpcLimits Short = new(TimeSpan.FromMilliseconds(200));

    [Fact]
    public async Task Read_NodeOfAnotherChain_IsNeverUsed()
    {
        var asked = new List<string>();
        await using var foreign = await LyingNode.ResultAsync(method =>
        {
            lock (asked) asked.Add(method);
            return method == "eth_chainId" ? "0x2" : "0x63";
        });
        await using var right = await LyingNode.ResultAsync(static method => method == "eth_chainId" ? "0x1" : "0x7");
        var pool = new NodePool(1, [foreign.Node("foreign", "a", 1), right.Node("right", "b", 1)], TimeProvider.System);
        for (var i = 0; i < 5; i++) (await HeadAsync(pool)).Value.Should().Be(7);
        asked.Should().Equal("eth_chainId");
        pool.Nodes[0].Health.Quarantined.Should().BeOfType<NodeError.WrongChain>();
        pool.Organisations.Should().Be(1);
    }

    [Fact]
    public async Task Broadcast_OnlyANodeOfAnotherChain_IsRefusedUnsent()
    {
        await using var foreign = await LyingNode.ResultAsync(static method => method == "eth_chainId" ? "0x2" : throw new UnreachableException());
        var pool = new NodePool(1, [foreign.Node("foreign", "a", 1)], TimeProvider.System);
        var result = await pool.BroadcastAsync(Transaction(), Route.Public, CancellationToken.None);
        result.ByNode[0].Result.Should().BeOfType<SendResult.Refused>().Which.Error.Should().BeOfType<NodeError.WrongChain>();
        result.MayBeOut.Should().BeFalse();
    }

    [Fact]
    public async Task Read_FirstNodeSilent_FailsOverAndPrefersTheOtherAfterwards()
    {
        var calls = 0;
        await using var silent = await LyingNode.StartAsync(context =>
        {
            Interlocked.Increment(ref calls);
            context.Abort();
            return Task.CompletedTask;
        });
        await using var right = await LyingNode.ResultAsync(static method => method == "eth_chainId" ? "0x1" : "0x7");
        var pool = new NodePool(1, [silent.Node("silent", "a", 1, Short), right.Node("right", "b", 1)], TimeProvider.System);
        for (var i = 0; i < 5; i++) (await HeadAsync(pool)).Value.Should().Be(7);
        pool.Nodes[0].Health.Score.Should().BeLessThan(pool.Nodes[1].Health.Score);
        calls.Should().Be(1);
    }

    [Fact]
    public async Task Read_Reverted_IsAnAnswerAndDoesNotFailOver()
    {
        await using var first = await LyingNode.StartAsync(async context =>
        {
            var request = (await JsonNode.ParseAsync(context.Request.Body))!;
            var answer = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = request["id"]!.DeepClone() };
            if (request["method"]!.GetValue<string>() == "eth_chainId") answer["result"] = "0x1";
            else answer["error"] = new JsonObject { ["code"] = 3, ["message"] = "execution reverted", ["data"] = "0x" };
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, answer.ToJsonString());
        });
        await using var second = await LyingNode.ResultAsync(static method => throw new InvalidOperationException(method));
        var pool = new NodePool(1, [first.Node("first", "a", 1), second.Node("second", "b", 1)], TimeProvider.System);
        var call = new CallRequest(Anvil.AddressOf(0), null, UInt256.Zero, HexBytes.Empty);
        var answer = await pool.ReadAsync((node, ct) => node.CallAsync(call, BlockSelector.Latest, ct), CancellationToken.None);
        answer.Error.Should().BeOfType<NodeError.Reverted>();
    }

    [Theory]
    [InlineData("0x7", "0x7", "b", null)]
    [InlineData("0x7", "0x8", "b", "pool.disagreement")]
    [InlineData("0x7", "0x7", "a", "none")]
    public async Task ReadAgreed_NeedsTwoOrganisationsOfOneMind(string first, string second, string organisation, string? code)
    {
        await using var one = await LyingNode.ResultAsync(method => method == "eth_chainId" ? "0x1" : first);
        await using var two = await LyingNode.ResultAsync(method => method == "eth_chainId" ? "0x1" : second);
        var pool = new NodePool(1, [one.Node("one", "a", 1), two.Node("two", organisation, 1)], TimeProvider.System);
        var answer = await pool.ReadAgreedAsync(static (node, ct) => node.BlockNumberAsync(ct), CancellationToken.None);
        if (code is null) answer.Value.Witnesses.Should().Equal("one", "two");
        else if (code == "none") answer.Error.Should().BeOfType<NodeError.NoAnswer>("two nodes of one organisation are one witness");
        else answer.Error.Should().BeOfType<NodeError.Garbage>().Which.Refusal.Code.Should().Be(code);
    }

    [Fact]
    public async Task Broadcast_LyingAndHonestNode_IsOutAndTheLieIsUnknown()
    {
        // Nothing is mined: where the liar's copy was mined first, the honest node could only say that the nonce is used.
        await using var anvil = await Anvil.StartAsync(31337, "--no-mining");
        await using var liar = await LyingNode.BeforeAsync(anvil, static (method, result) =>
            method == "eth_sendRawTransaction" ? Bytes32.Zero.ToString() : result?.DeepClone());
        var pool = new NodePool(anvil.ChainId, [liar.Node("liar", "liars", anvil.ChainId), anvil.Node()], TimeProvider.System);
        var result = await pool.BroadcastAsync(Transaction(anvil.ChainId), Route.Public, CancellationToken.None);
        result.IsOut.Should().BeTrue(string.Join(", ", result.ByNode.Select(static one => $"{one.Node}: {one.Result}")));
        // The liar passes the transaction on and answers another hash, unless the honest node was quicker.
        var lie = result.ByNode.Single(static one => one.Node.Value == "liar").Result;
        (lie is SendResult.Unknown or SendResult.AlreadyKnown).Should().BeTrue($"it was {lie}");
    }

    [Fact]
    public async Task Send_HashThatIsNotOurs_IsUnknown()
    {
        await using var liar = await LyingNode.ResultAsync(static _ => Bytes32.Zero.ToString());
        var result = await liar.Node("liar", "liars", 1).SendAsync(Transaction(), CancellationToken.None);
        result.Should().BeOfType<SendResult.Unknown>().Which.Error.Should().BeOfType<NodeError.Garbage>();
    }

    [Theory]
    [InlineData("stateRoot", "node.hash")]
    [InlineData("number", "node.hash")]
    [InlineData("from", "node.sender")]
    [InlineData("value", "node.hash")]
    [InlineData("transactionIndex", "node.contradiction")]
    public async Task Block_ForgedByTheNode_IsGarbage(string member, string code)
    {
        await using var anvil = await Anvil.StartAsync(31337, "--no-mining");
        await anvil.Node().SendAsync(Transaction(anvil.ChainId), CancellationToken.None);
        await anvil.MineAsync();
        await using var liar = await LyingNode.BeforeAsync(anvil, (_, result) => Forge(result!.DeepClone().AsObject(), member));
        var answer = await liar.Node("liar", "liars", anvil.ChainId).BlockAsync(BlockSelector.Latest, withTransactions: true, CancellationToken.None);
        answer.Error.Should().BeOfType<NodeError.Garbage>().Which.Refusal.Code.Should().Be(code);
    }

    [Fact]
    public async Task Block_WithAHeaderFieldThatIsNotKnown_IsAnUnknownForkAndNoLie()
    {
        await using var anvil = await Anvil.StartAsync();
        await using var future = await LyingNode.BeforeAsync(anvil, static (_, result) =>
        {
            var block = result!.DeepClone().AsObject();
            block["slotNumber"] = "0x1";
            block["hash"] = new Bytes32(9UL).ToString();
            return block;
        });
        var node = future.Node("future", "a", anvil.ChainId);
        var answer = await node.BlockAsync(BlockSelector.Latest, withTransactions: false, CancellationToken.None);
        answer.Value!.HasUnknownFields.Should().BeTrue();
    }

    [Fact]
    public void Health_FailuresInARow_OpenTheBreakerForADoublingPause()
    {
        var time = new ManualTime();
        var health = new NodeHealth(time);
        var silence = new NodeError.NoAnswer("silence");
        for (var i = 0; i < NodeHealth.FailuresToOpen; i++)
        {
            health.MayAsk().Should().BeTrue();
            health.Record(silence, default);
        }

        health.MayAsk().Should().BeFalse();
        time.Now += NodeHealth.FirstPause;
        health.MayAsk().Should().BeTrue();
        health.MayAsk().Should().BeFalse("one caller probes");
        health.Record(silence, default);
        time.Now += NodeHealth.FirstPause;
        health.MayAsk().Should().BeFalse("the pause has doubled");
        time.Now += NodeHealth.FirstPause;
        health.MayAsk().Should().BeTrue();
        health.Record(new NodeError.NonceTooLow("an answer"), default);
        health.MayAsk().Should().BeTrue();
    }

    [Fact]
    public void Health_Service_CountsWhatWasAskedAnsweredAndContradicted()
    {
        var time = new ManualTime();
        var health = new NodeHealth(time);
        health.Look();
        health.Record(null, TimeSpan.FromMilliseconds(3));
        health.Record(new NodeError.NonceTooLow("an answer"), TimeSpan.FromMilliseconds(4));
        for (var i = 0; i < NodeHealth.FailuresToOpen; i++) health.Record(new NodeError.NoAnswer("silence"), TimeSpan.FromSeconds(5));
        health.Look();
        health.Contradict(new NodeError.Garbage(new("block.hash", "a", "b")));
        health.Quarantine(new NodeError.Refused(0, "known from an earlier life"));
        health.Cordoned = true;
        health.Look();
        var service = health.Service;
        (service.Looks, service.InService, service.Asked, service.Answered, service.Contradictions).Should().Be((2, 1, 5, 2, 1));
        (service.Availability, service.Reliability, service.Consistency).Should().Be((50_000, 40_000, 50_000));
        service.Within(990).Should().Be(4, "two answers, of 3 and 4 ms, and no silence among them");
    }

    [Fact]
    public void Service_TimesAndSums_AreThoseOfAllNodes()
    {
        NodeService.StepOf(TimeSpan.Zero).Should().Be(0);
        for (var ms = 1; ms <= 40_000; ms++)
        {
            var step = NodeService.StepOf(TimeSpan.FromMilliseconds(ms));
            if (step < NodeService.TimeSteps - 1) (1 << step).Should().BeGreaterThanOrEqualTo(ms).And.BeLessThan(2 * ms);
            else ms.Should().BeGreaterThan(1 << (NodeService.TimeSteps - 2));
        }

        var empty = new NodeService(new(5), 0, 0, 0, 0, 0, [.. new long[NodeService.TimeSteps]]);
        (empty.Availability, empty.Consistency, empty.Within(500)).Should().Be((NodeService.Whole, NodeService.Whole, null));
        var slow = empty with { Since = new(3), Asked = 100, Answered = 100, Times = empty.Times.SetItem(0, 98).SetItem(10, 2) };
        slow.Within(500).Should().Be(1);
        slow.Within(980).Should().Be(1);
        slow.Within(990).Should().Be(1024);
        (slow with { Times = empty.Times.SetItem(NodeService.TimeSteps - 1, 1) }).Within(500).Should().BeNull("beyond the longest step nothing is known");
        empty.Plus(slow).Should().BeEquivalentTo(slow);
        slow.Plus(slow).Within(990).Should().Be(1024);
    }

    [Fact]
    public void Reports_OfMoreSilosThanAreKept_LoseNothing()
    {
        var reports = new ServiceReports();
        reports.Sum.Should().BeNull();
        var counts = new NodeService(default, 0, 0, 1, 1, 0, [.. new long[NodeService.TimeSteps]]);
        for (var silo = 1; silo <= ServiceReports.MaxSilos + 5; silo++)
        {
            reports.Take(new Guid(silo, 0, 0, new byte[8]), counts);
            reports.Take(new Guid(silo, 0, 0, new byte[8]), counts with { Asked = 2 });
        }

        reports.Sum!.Asked.Should().Be(2 * (ServiceReports.MaxSilos + 5), "each silo tells all that it counted, not what is new");
    }

    private static Task<NodeAnswer<ulong>> HeadAsync(NodePool pool) =>
        pool.ReadAsync(static (node, cancellation) => node.BlockNumberAsync(cancellation), CancellationToken.None);

    private static JsonObject Forge(JsonObject block, string member)
    {
        var transaction = block["transactions"]![0]!.AsObject();
        switch (member)
        {
            case "from":
                transaction[member] = Anvil.AddressOf(1).Value;
                break;
            case "value" or "transactionIndex":
                transaction[member] = "0x5";
                break;
            case "stateRoot":
                block[member] = Bytes32.Zero.ToString();
                break;
            default:
                block[member] = "0x9";
                break;
        }

        return block;
    }

    private static SignedTransaction Transaction(ulong chainId = 1)
    {
        using var key = Anvil.Key(0);
        var to = Anvil.AddressOf(1);
        return new EthereumTransaction.DynamicFee(chainId, 0, 1_000_000_000UL, 4_000_000_000UL, 21_000, to, 1UL, HexBytes.Empty, []).Sign(key);
    }

    private sealed class ManualTime : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
