using System.Text.Json.Nodes;
using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Chains;

/// <summary>A pool with a private relay sends to it alone, and reads from the others alone.</summary>
public sealed class PrivateRelayTests
{
    private readonly List<(string Node, string Method)> _asked = [];

    [Fact]
    public async Task Broadcast_WithARelay_GoesNowhereElse()
    {
        await using var open = await NodeAsync("open");
        await using var hidden = await NodeAsync("relay");
        var pool = new NodePool(1, [open.Node("open", "a", 1)], TimeProvider.System, [hidden.Node("relay", "b", 1)]);
        (await pool.ReadAsync((node, ct) => node.BlockNumberAsync(ct), CancellationToken.None)).IsOk.Should().BeTrue();
        var result = await pool.BroadcastAsync(Signed(), Route.Private, CancellationToken.None);
        result.ByNode.Select(answer => answer.Node.Value).Should().Equal("relay");
        _asked.Should().Equal(("open", "eth_chainId"), ("open", "eth_blockNumber"), ("relay", "eth_chainId"), ("relay", "eth_sendRawTransaction"));
        pool.Members.Should().ContainSingle("what a relay says of the chain is asked by nobody");
    }

    [Fact]
    public async Task Broadcast_InPublic_GoesToNoRelay()
    {
        await using var open = await NodeAsync("open");
        await using var hidden = await NodeAsync("relay");
        var pool = new NodePool(1, [open.Node("open", "a", 1)], TimeProvider.System, [hidden.Node("relay", "b", 1)]);
        (await pool.BroadcastAsync(Signed(), Route.Public, CancellationToken.None)).ByNode.Select(answer => answer.Node.Value).Should().Equal("open");
        _asked.Should().NotContain(asked => asked.Node == "relay");
    }

    [Fact]
    public async Task Broadcast_PrivatelyWithoutARelay_GoesNowhere()
    {
        await using var open = await NodeAsync("open");
        var pool = new NodePool(1, [open.Node("open", "a", 1)], TimeProvider.System);
        (await pool.BroadcastAsync(Signed(), Route.Private, CancellationToken.None)).ByNode.Should().BeEmpty();
        _asked.Should().BeEmpty();
    }

    /// <summary>No answer of the relay is no reason to tell everybody.</summary>
    [Fact]
    public async Task Broadcast_WithADeadRelay_IsNotSentAtAll()
    {
        await using var open = await NodeAsync("open");
        await using var foreign = await LyingNode.ResultAsync(_ => "0x5");
        var pool = new NodePool(1, [open.Node("open", "a", 1)], TimeProvider.System, [foreign.Node("relay", "b", 1)]);
        for (var attempt = 0; attempt < 10; attempt++) (await pool.BroadcastAsync(Signed(), Route.Private, CancellationToken.None)).IsOut.Should().BeFalse();
        _asked.Should().BeEmpty();
    }

    [Fact]
    public async Task Pool_WithTwoOfOneName_IsRefused()
    {
        await using var open = await NodeAsync("open");
        var make = () => new NodePool(1, [open.Node("one", "a", 1)], TimeProvider.System, [open.Node("one", "b", 1)]);
        make.Should().Throw<ArgumentException>();
        make = () => new NodePool(1, [open.Node("one", "a", 1)], TimeProvider.System, [open.Node("two", "b", 5)]);
        make.Should().Throw<ArgumentException>("a relay is of the same chain");
    }

    private static SignedTransaction Signed()
    {
        using var key = Anvil.Key(1);
        return new EthereumTransaction.DynamicFee(1, 0, 1, 1, 21_000, People.AddressOf("shop"), 1, default, []).Sign(key);
    }

    private Task<LyingNode> NodeAsync(string name) => LyingNode.ResultAsync(method =>
    {
        lock (_asked) _asked.Add((name, method));
        return method == "eth_sendRawTransaction" ? Signed().Hash().ToString() : (JsonNode)"0x1";
    });
}
