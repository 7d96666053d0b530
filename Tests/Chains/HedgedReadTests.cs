using System.Text.Json;
using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Runtime;

namespace TPWallet.Tests.Chains;

/// <summary>Reads beside a node that is late, on one thread and by a clock that the tests move.</summary>
public sealed class HedgedReadTests
{
    private static readonly NodeError _garbage = new NodeError.Garbage(new("rpc.shape", "a result", "noise"));

    /// <summary>With a node whose only answer, the chain's id, took no time.</summary>
    private static readonly TimeSpan _patience = NodeHealth.LeastPatience;

    private readonly ManualTime _time = new();
    private readonly Held[] _nodes = [new(), new(), new()];
    private readonly NodePool _pool;

    public HedgedReadTests() => _pool = new NodePool(1, _nodes.Select((node, i) => new EthereumNode($"n{i}", $"o{i}", 1, node)), _time);

    [Fact]
    public async Task Read_NodeInTime_AsksNoOther()
    {
        var read = Read();
        _time.Advance(_patience - TimeSpan.FromMilliseconds(1));
        _nodes[0].Say(1);
        (await read).Value.Should().Be(new Told<ulong>(1, "n0"));
        _time.Advance(TimeSpan.FromMinutes(1));
        Asked().Should().Equal(1, 0, 0);
    }

    [Fact]
    public async Task Read_LateNode_IsAnsweredByTheNext_AndItsOwnAnswerStillCounts()
    {
        var read = Read();
        _time.Advance(_patience - TimeSpan.FromMilliseconds(1));
        Asked().Should().Equal([1, 0, 0], "it is not late yet");
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Asked().Should().Equal(1, 1, 0);
        _nodes[1].Say(2);
        (await read).Value.Should().Be(new Told<ulong>(2, "n1"));
        var late = _pool.Nodes[0].Health;
        late.Service.Answered.Should().Be(1, "the chain's id is all that it said");
        _time.Advance(TimeSpan.FromSeconds(10));
        _nodes[0].Say(1);
        (late.Service.Answered, late.LastError).Should().Be((2, null));
        late.Patience.Should().BeGreaterThan(NodeHealth.LeastPatience, "it is slow");
        _pool.Nodes[1].Health.Patience.Should().Be(NodeHealth.LeastPatience);
    }

    [Fact]
    public async Task Read_TwoLateNodes_AsksNoThird()
    {
        var read = Read();
        _time.Advance(_patience);
        _time.Advance(TimeSpan.FromHours(1));
        Asked().Should().Equal(1, 1, 0);
        _nodes[0].Say(1);
        (await read).Value.Should().Be(new Told<ulong>(1, "n0"));
    }

    [Fact]
    public async Task Read_GarbageBesideALateNode_AsksTheThird()
    {
        var read = Read();
        _time.Advance(_patience);
        _nodes[1].Say(_garbage);
        Asked().Should().Equal(1, 1, 1);
        _nodes[0].Say(_garbage);
        read.IsCompleted.Should().BeFalse("the third may know");
        _nodes[2].Say(3);
        (await read).Value.Should().Be(new Told<ulong>(3, "n2"));
    }

    [Fact]
    public async Task Read_NobodyKnows_SaysTheLastError()
    {
        var read = Read();
        foreach (var node in _nodes) node.Say(_garbage);
        (await read).Error.Should().BeOfType<NodeError.Garbage>();
        Asked().Should().Equal(1, 1, 1);
    }

    [Fact]
    public async Task Read_AnswerThatConcernsTheQuestion_IsTaken()
    {
        var read = Read();
        _time.Advance(_patience);
        _nodes[1].Say(new NodeError.Reverted(RevertReason.Decode([]), "no"));
        (await read).Error.Should().BeOfType<NodeError.Reverted>();
        Asked().Should().Equal(1, 1, 0);
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(100, 400)]
    [InlineData(10_000, 2_000)]
    public void Patience_FollowsWhatAnswersTake(int milliseconds, int expected)
    {
        var health = new NodeHealth(_time);
        health.Patience.Should().Be(NodeHealth.MostPatience, "nothing is known of it");
        health.Record(null, TimeSpan.FromMilliseconds(milliseconds));
        health.Record(new NodeError.NoAnswer("silent"), TimeSpan.FromHours(1));
        health.Patience.Should().Be(TimeSpan.FromMilliseconds(expected), "silence says nothing of its answers");
        for (var i = 0; i < 200; i++) health.Record(null, TimeSpan.FromMilliseconds(50));
        health.Patience.Should().BeCloseTo(TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(1));
    }

    /// <summary>From here on all goes on where the clock or a node makes it go on, not when the runner of the tests comes to it.</summary>
    private Task<NodeAnswer<Told<ulong>>> Read()
    {
        SynchronizationContext.SetSynchronizationContext(null);
        return _pool.ReadToldAsync(static (node, ct) => node.BlockNumberAsync(ct), CancellationToken.None);
    }

    private int[] Asked() => [.. _nodes.Select(static node => node.Asked)];

    /// <summary>A node that says its chain's id at once, and its head when it is told to.</summary>
    private sealed class Held : IJsonRpc
    {
        private readonly TaskCompletionSource<NodeAnswer<JsonElement>> _head = new();

        public int Asked { get; private set; }

        public void Say(int head) => Say(JsonElement.Parse($"\"0x{head:x}\""));

        public void Say(NodeAnswer<JsonElement> head) => _head.SetResult(head);

        public Task<NodeAnswer<JsonElement>> CallAsync(JsonRpcRequest request, CancellationToken cancellation)
        {
            if (request.Method == "eth_chainId") return Task.FromResult<NodeAnswer<JsonElement>>(JsonElement.Parse("\"0x1\""));
            Asked++;
            return _head.Task;
        }
    }
}
