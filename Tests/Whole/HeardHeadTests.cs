using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>Heads heard over a real node's WebSocket, and transactions seen in its pool, through the whole system.</summary>
public sealed class HeardHeadTests : IAsyncLifetime
{
    private Anvil _anvil = null!;
    private WholeSystem? _system;

    public async Task InitializeAsync()
    {
        _anvil = await Anvil.StartAsync(31337, "--no-mining");
        await _anvil.MineAsync();
    }

    public async Task DisposeAsync()
    {
        if (_system is not null)
        {
            await _system.DisposeAsync();
            Directory.Delete(_system.Folder, recursive: true);
        }

        await _anvil.DisposeAsync();
    }

    /// <summary>The next poll is an hour away: what happens meanwhile, happens because the node told of a head.</summary>
    [Fact]
    public async Task Deposit_PolledOnceAnHour_IsCreditedByWhatTheSocketTells()
    {
        var system = _system = await WholeSystem.StartAsync(_anvil, new Dictionary<string, string?>
        {
            ["Chains:0:PollEveryMs"] = "3600000",
            ["Chains:0:Nodes:0:WebSocketUrl"] = _anvil.WebSocket.ToString(),
        });
        var account = await system.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, "payee"));
        var own = await system.CreateKeyAsync(account, "hot");
        await system.UntilAsync(async () => (await system.Tracker().Read()).Watched > 0, "the address to be watched");

        // The socket may be opened only after the first block.
        await system.UntilAsync(
            async () =>
            {
                var before = (await system.Tracker().Read()).Head;
                await _anvil.MineAsync();
                return (await system.Tracker().Read()).Head != before;
            },
            "the socket to tell of a head");
        await system.FundAsync(account, own, People.Ether);
    }

    [Fact]
    public async Task Deposit_SocketIsDead_IsCreditedByPolling()
    {
        var system = _system = await WholeSystem.StartAsync(_anvil, new Dictionary<string, string?> { ["Chains:0:Nodes:0:WebSocketUrl"] = "ws://127.0.0.1:1" });
        var account = await system.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, "payee"));
        await system.FundAsync(account, await system.CreateKeyAsync(account, "hot"), People.Ether);
        system.Pool(People.Chain).Nodes[0].Health.Score.Should().Be(TPWallet.Chains.Nodes.NodeHealth.MaxScore, "the node answers all that it is asked");
    }

    [Fact]
    public async Task Payment_InThePool_IsSeenThereAndStaysReservedUntilABlockHasIt()
    {
        var system = _system = await WholeSystem.StartAsync(_anvil);
        var payer = await system.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, "payer"));
        var hot = await system.CreateKeyAsync(payer, "hot");
        await system.FundAsync(payer, hot, People.Ether * 10);
        var now = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var leg = new Leg.ChainTransfer("coin", [], hot, People.AddressOf("shop"), new(People.Eth, People.Ether), new(UInt256.Parse("1000000000000000")));
        var packet = new PacketContent(new(payer, "pay-1"), 1, People.Olga.Id, [leg], [], now + Span.Hours(1), now + Span.Hours(2));
        var view = await system.ProposeAsync(packet);
        (await system.VoteAsync(view, People.Ana)).Should().BeNull();
        (await system.VoteAsync(view, People.Ben)).Should().BeNull();
        await system.UntilLegAsync(packet.Ref, "coin", "accepted");
        var hash = (await system.Packet(packet.Ref).Read())!.Legs[0].TxHash!.Value;
        var insider = system.Grains.GetGrain<IInsiderGrain>(People.Chain.ToString());
        await system.UntilAsync(async () => (await insider.Watched(hash))?.Stage == "mempool", "the payment to be seen in the pool");
        (await system.AvailableAsync(payer, People.Eth)).Should().BeLessThan(People.Ether * 9, "payment and fee are reserved");
        await _anvil.MineAsync(1 + WholeSystem.Confirmations);
        await system.UntilStateAsync(packet.Ref, "settled");
        system.Incidents.All.Should().BeEmpty();
    }
}
