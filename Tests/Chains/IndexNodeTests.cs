using System.Text.Json;
using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains;

/// <summary>A pool with an index asks it for the past, before the others, and for nothing else.</summary>
public sealed class IndexNodeTests
{
    private static readonly NodeError _lacking = new NodeError.Refused(0, "it does not have it");

    private readonly List<string> _asked = [];
    private bool _indexHasIt = true;

    [Fact]
    public async Task LookUp_AsksTheIndexFirst_AndTheOthersWhereItHasNothing()
    {
        var pool = Pool();
        (await LookUpAsync(pool)).Value.Should().Be(9);
        _asked.Should().Equal("index eth_blockNumber");
        _asked.Clear();
        _indexHasIt = false;
        (await LookUpAsync(pool)).Value.Should().Be(9);
        _asked.Should().Equal("index eth_blockNumber", "one eth_blockNumber");
        _asked.Clear();
        (await pool.LookUpEachAsync(static (node, ct) => node.BlockNumberAsync(ct), CancellationToken.None)).Select(static one => one.Node.Value).Should().Equal("index", "one", "two");
    }

    [Fact]
    public async Task Present_IsAskedOfNoIndex()
    {
        var pool = Pool();
        (await pool.ReadAsync(static (node, ct) => node.BlockNumberAsync(ct), CancellationToken.None)).IsOk.Should().BeTrue();
        (await pool.ReadAgreedAsync(static (node, ct) => node.BlockNumberAsync(ct), CancellationToken.None)).Value.Witnesses.Should().Equal("one", "two");
        await pool.ReadEachAsync(static (node, ct) => node.BlockNumberAsync(ct), CancellationToken.None);
        await pool.ReadEachAtOnceAsync(static (node, ct) => node.BlockNumberAsync(ct), CancellationToken.None);
        using var key = Anvil.Key(0);
        var transaction = new EthereumTransaction.Legacy(1, 0, 1, 21_000, Anvil.AddressOf(1), 1, HexBytes.Empty).Sign(key);
        (await pool.BroadcastAsync(transaction, Route.Public, CancellationToken.None)).ByNode.Select(static one => one.Node.Value).Should().Equal("one", "two");
        _asked.Should().NotBeEmpty().And.NotContain(static asked => asked.StartsWith("index"));
        pool.Organisations.Should().Be(2, "an index is a witness of nothing");
        pool.Nodes.Should().HaveCount(3, "operators see it, and can cordon it");
        pool.Cordon("index", cordoned: true);
        (await LookUpAsync(pool)).IsOk.Should().BeTrue();
        _asked.Should().NotContain(static asked => asked.StartsWith("index"));
    }

    [Fact]
    public async Task Agreement_OfOneAndAnIndex_IsNone()
    {
        var pool = new NodePool(1, [Node("index") with { IsIndex = true }, Node("one")], TimeProvider.System);
        (await pool.ReadAgreedAsync(static (node, ct) => node.BlockNumberAsync(ct), CancellationToken.None)).Error.Should().BeOfType<NodeError.NoAnswer>();
        var make = () => new NodePool(1, [Node("index") with { IsIndex = true }], TimeProvider.System);
        make.Should().Throw<ArgumentException>();
    }

    private static Task<NodeAnswer<ulong>> LookUpAsync(NodePool pool) => pool.LookUpAsync(static (node, ct) => node.BlockNumberAsync(ct), CancellationToken.None);

    private NodePool Pool() => new(1, [Node("one"), Node("index") with { IsIndex = true }, Node("two")], TimeProvider.System);

    private EthereumNode Node(string name) => new(name, $"of-{name}", 1, new Saying(name, this));

    private sealed class Saying(string name, IndexNodeTests test) : IJsonRpc
    {
        public Task<NodeAnswer<JsonElement>> CallAsync(JsonRpcRequest request, CancellationToken cancellation)
        {
            if (request.Method == "eth_chainId") return Task.FromResult<NodeAnswer<JsonElement>>(JsonElement.Parse("\"0x1\""));
            test._asked.Add($"{name} {request.Method}");
            return Task.FromResult(name == "index" && !test._indexHasIt ? _lacking : (NodeAnswer<JsonElement>)JsonElement.Parse("\"0x9\""));
        }
    }
}
