using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>Legs that hang together, on real parts: an atomic ledger group, a leg that waits for more confirmations, a chain group that is undone.</summary>
public sealed class PlanTests : IAsyncLifetime
{
    private Anvil _anvil = null!;
    private WholeSystem _system = null!;
    private AccountId _payer;
    private Address _hot;
    private Address _spare;

    public async Task InitializeAsync()
    {
        _anvil = await Anvil.StartAsync(31337, "--no-mining");
        await _anvil.MineAsync();
        _system = await WholeSystem.StartAsync(_anvil);
        _payer = await _system.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, "payer"));
        _hot = await _system.CreateKeyAsync(_payer, "hot");
        _spare = await _system.CreateKeyAsync(_payer, "spare");
        await _system.FundAsync(_payer, _hot, People.Ether * 4);
        await _system.FundAsync(_payer, _spare, People.Ether);
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        await _anvil.DisposeAsync();
        Directory.Delete(_system.Folder, recursive: true);
    }

    [Fact]
    public async Task Packet_LedgerGroupThenALegOfMoreConfirmations_SettlesInThatOrder()
    {
        var first = await _system.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, "first payee"));
        var second = await _system.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, "second payee"));
        const int Deep = WholeSystem.Confirmations + 3;
        var packet = Content(
            "plan",
            new Leg.LedgerTransfer("x", [], first, new(People.Eth, People.Ether)) { Group = "g" },
            new Leg.LedgerTransfer("y", [], second, new(People.Eth, 7)) { Group = "g" },
            Native("coin", _hot, People.AddressOf("shop"), 5) with { After = ["y"], Finality = new(Deep) });
        await VotedAsync(packet);
        await _system.UntilLegAsync(packet.Ref, "coin", "accepted");
        (await _system.AvailableAsync(first, People.Eth)).Should().Be(People.Ether);
        (await _system.AvailableAsync(second, People.Eth)).Should().Be((UInt256)7);
        await _anvil.MineAsync(Deep - 1);
        await _system.UntilLegAsync(packet.Ref, "coin", "mined");
        var head = (await _anvil.Node().BlockAsync(TPWallet.Chains.Nodes.BlockSelector.Latest, false, CancellationToken.None)).Value!.Ref;
        await _system.UntilAsync(async () => (await _system.Tracker().Read()).Final?.Number == head.Number - WholeSystem.Confirmations + 1, "the chain's own rule");
        (await LegAsync(packet, "coin")).Should().Be("mined", "the chain's rule holds, the leg waits for more");
        await _anvil.MineAsync();
        await _system.UntilStateAsync(packet.Ref, "settled");
    }

    [Fact]
    public async Task Packet_LaterLegOfAChainGroupIsClosed_IsUndone()
    {
        var content = Content(
            "undone",
            Native("a", _hot, _spare, People.Ether) with { Group = "g" },
            Native("b", _hot, People.AddressOf("shop"), People.Ether) with { Group = "g" },
            Native("undo", _spare, _hot, People.Ether) with { Compensates = "a" });
        var packet = content with { CompensateBefore = content.SettleBefore + Span.Hours(1) };
        await VotedAsync(packet);
        await _system.UntilLegAsync(packet.Ref, "a", "accepted");
        await _anvil.MineAsync(1 + WholeSystem.Confirmations);
        await _system.UntilLegAsync(packet.Ref, "b", "accepted");
        (await _system.Packet(packet.Ref).Submit(new PacketCommand.Cancel(Guid.NewGuid(), "changed our mind"))).Rejected().Should().BeNull();
        await _system.UntilAsync(OnlyNoOpsWaitAsync, "the no-op in the place of b");
        await _anvil.MineAsync(1 + WholeSystem.Confirmations);
        await _system.UntilLegAsync(packet.Ref, "undo", "accepted");
        (await _system.Packet(packet.Ref).Read())!.State.Should().Be("compensating");
        await _anvil.MineAsync(1 + WholeSystem.Confirmations);
        await _system.UntilStateAsync(packet.Ref, "compensated");
        (await _system.OnChainAsync(People.AddressOf("shop"))).Should().Be(UInt256.Zero);
        var chain = await _system.OnChainAsync(_hot) + await _system.OnChainAsync(_spare);
        await _system.UntilAsync(async () => await _system.AvailableAsync(_payer, People.Eth) == chain, "the ledger to agree with the chain to the wei");
    }

    /// <summary>Whether all that waits in the node's pool is a transfer of nothing.</summary>
    private async Task<bool> OnlyNoOpsWaitAsync()
    {
        var pool = await _anvil.CallAsync("txpool_content");
        var values = pool.GetProperty("pending").EnumerateObject().SelectMany(sender => sender.Value.EnumerateObject())
            .Select(entry => entry.Value.GetProperty("value").GetString()).ToArray();
        return values is ["0x0"];
    }

    private async Task<string> LegAsync(PacketContent packet, Name leg) =>
        (await _system.Packet(packet.Ref).Read())!.Legs.Single(view => view.Leg == leg).Stage;

    private async Task VotedAsync(PacketContent packet)
    {
        var view = await _system.ProposeAsync(packet);
        view.State.Should().Be("approving", $"{view.Rejection} {view.Assessment?.Denial}");
        (await _system.VoteAsync(view, People.Ana)).Should().BeNull();
        (await _system.VoteAsync(view, People.Cleo)).Should().BeNull();
    }

    private PacketContent Content(Name id, params ReadOnlySpan<Leg> legs)
    {
        var now = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        return new(new(_payer, id), 1, People.Olga.Id, [.. legs], [], now + Span.Hours(1), now + Span.Hours(2));
    }

    private static Leg.ChainTransfer Native(Name id, Address from, Address to, UInt256 amount) =>
        new(id, [], from, to, new(People.Eth, amount), new(UInt256.Parse("1000000000000000")));
}
