using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Chains;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>A chain whose greater payments go to private relays alone, of which one is dead: a small relay, which keeps what it is sent until it is told to hand it on, before a real anvil.</summary>
public sealed class PrivateRelayTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _kept = new();

    private Anvil _anvil = null!;
    private LyingNode _relay = null!;
    private LyingNode _public = null!;

    /// <summary>Whether the public node's pool shows what it has: what a builder mines never was in one.</summary>
    private bool _shows;
    private WholeSystem _system = null!;
    private AccountId _payer;
    private Address _hot;

    public async Task InitializeAsync()
    {
        _anvil = await Anvil.StartAsync(31337, "--no-mining");
        await _anvil.MineAsync();
        _relay = await LyingNode.StartAsync(async context =>
        {
            var request = (await JsonNode.ParseAsync(context.Request.Body))!;
            var answer = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = request["id"]!.DeepClone(), ["result"] = Answer(request) };
            await context.Response.WriteAsync(answer.ToJsonString());
        });
        _public = await LyingNode.BeforeAsync(_anvil, (method, result) => method == "eth_getFilterChanges" && !Volatile.Read(ref _shows) ? new JsonArray() : result);
        _system = await StartAsync();
        _payer = await _system.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, "payer"));
        _hot = await _system.CreateKeyAsync(_payer, "hot");
        await _system.FundAsync(_payer, _hot, People.Ether * 10);
    }

    private Task<WholeSystem> StartAsync(string? folder = null) => WholeSystem.StartAsync(
        _anvil,
        new Dictionary<string, string?>
        {
            ["Chains:0:Nodes:0:Url"] = _public.Endpoint.ToString(),
            ["Chains:0:Broadcast"] = "ByLeg",
            ["Chains:0:Private:From:0:Asset"] = $"{People.Eth}",
            ["Chains:0:Private:From:0:Amount"] = $"{People.Ether}",
            ["Chains:0:Nodes:1:Name"] = "relay",
            ["Chains:0:Nodes:1:Organisation"] = "builders",
            ["Chains:0:Nodes:1:Url"] = _relay.Endpoint.ToString(),
            ["Chains:0:Nodes:1:Role"] = "Relay",
            ["Chains:0:Nodes:2:Name"] = "dead",
            ["Chains:0:Nodes:2:Organisation"] = "others",
            ["Chains:0:Nodes:2:Url"] = "http://127.0.0.1:1",
            ["Chains:0:Nodes:2:Role"] = "Relay",
        },
        folder);

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        await _relay.DisposeAsync();
        await _public.DisposeAsync();
        await _anvil.DisposeAsync();
        Directory.Delete(_system.Folder, recursive: true);
    }

    /// <summary>That no pool has it says nothing: blocks pass, and it is neither given up nor shown to anybody.</summary>
    [Fact]
    public async Task Payment_AtARelay_WaitsOutOfSightUntilItIsMined()
    {
        var packet = await ApproveAsync("pay");
        await _system.UntilLegAsync(packet, "coin", "accepted");
        await _anvil.MineAsync(10);
        await _system.UntilAsync(async () => (await _system.Tracker().Read()).Head!.Value.Number >= 10, "blocks without it");
        (await PooledAsync()).Should().Be(0, "no public node has seen it");
        (await StateAsync(packet)).Should().Be("accepted");
        (await _system.AvailableAsync(_payer, People.Eth)).Should().BeLessThan(People.Ether * 9, "it stays reserved");

        await HandOnAsync();
        await _anvil.MineAsync(1 + WholeSystem.Confirmations);
        await _system.UntilStateAsync(packet, "settled");
        (await _system.OnChainAsync(People.AddressOf("shop"))).Should().Be(People.Ether);
        _system.Incidents.All.Should().BeEmpty();

        var standing = await StandingAsync("relay", "builders");
        (standing.Given, standing.Included, standing.Waiting, standing.Leaked, standing.Refused).Should().Be((1, 1, 0, 0, 0));
        standing.MedianWait.Should().BeGreaterThan(8, "ten blocks came without it");
        var dead = await StandingAsync("dead", "others");
        (dead.Given, dead.Included).Should().Be((0, 0));
        dead.Errors.Should().BePositive();
        (await _system.Tracker().ReadRelays()).Select(relay => relay.Value).Should().BeEquivalentTo("relay", "dead");

        await _system.DisposeAsync();
        _system = await StartAsync(_system.Folder);
        (await StandingAsync("relay", "builders")).Given.Should().Be(0, "it is in memory, as how nodes serve");
    }

    /// <summary>A relay that hands on to everybody what it alone was given, once for each of two payments: one incident, which a restart does not open again.</summary>
    [Fact]
    public async Task Relay_ThatShowsThePublicWhatItWasGiven_IsAnIncident()
    {
        Volatile.Write(ref _shows, true);
        foreach (var id in new Name[] { "first", "second" })
        {
            var packet = await ApproveAsync(id);
            await _system.UntilLegAsync(packet, "coin", "accepted");
            await HandOnAsync(newestOnly: true);
            await _system.UntilAsync(async () => (await StandingAsync("relay", "builders")).Leaked == (id == "first" ? 1 : 2), "the leak to be seen");
            await _anvil.MineAsync(1 + WholeSystem.Confirmations);
            await _system.UntilStateAsync(packet, "settled");
        }

        var standing = await StandingAsync("relay", "builders");
        (standing.Given, standing.Included, standing.Leaked, standing.Suspected).Should().Be((2, 0, 2, 0));
        var incident = (await Incident().Read())!;
        (incident.Stage, incident.Severity, incident.Code.Value, incident.Times).Should().Be((IncidentView.Open, IncidentSeverity.Warning, "relay.leaked", 2));
        incident.Detail.Should().Contain("relay of builders alone");
        _system.Incidents.All.Select(one => (one.Code, one.Subject)).Should().Equal(("relay.leaked", $"relay:{People.Chain}:relay"));
    }

    /// <summary>The no-op that takes a payment's nonce goes the same way, so that neither is seen before one is mined.</summary>
    [Fact]
    public async Task Cancel_OfAPaymentAtARelay_GoesByTheSameRelay()
    {
        var packet = await ApproveAsync("pay");
        await _system.UntilLegAsync(packet, "coin", "accepted");
        var spends = _kept.Distinct().Count();
        (await _system.Packet(packet).Submit(new PacketCommand.Cancel(Guid.NewGuid(), "not wanted"))).Rejected().Should().BeNull();
        await _system.UntilAsync(() => Task.FromResult(_kept.Distinct().Count() > spends), "the no-op at the relay");
        (await PooledAsync()).Should().Be(0, "no public node has seen either");
        await HandOnAsync(newestOnly: true);
        await _anvil.MineAsync(1 + WholeSystem.Confirmations);
        await _system.UntilStateAsync(packet, "cancelled");
        (await _system.OnChainAsync(People.AddressOf("shop"))).Should().Be(UInt256.Zero);
        (await _system.AvailableAsync(_payer, People.Eth)).Should().Be(await _system.OnChainAsync(_hot));
    }

    /// <summary>What is below the amount is nobody's secret, and waits for no builder. It comes after a private one here, whose nonce no pool knows.</summary>
    [Fact]
    public async Task Payment_BelowTheAmount_GoesInPublic()
    {
        var small = await ApproveAsync("small", People.Ether - 1);
        await _system.UntilLegAsync(small, "coin", "accepted");
        (await PooledAsync()).Should().Be(1);
        _kept.Should().BeEmpty("no relay has seen it");
        var great = await ApproveAsync("great");
        await _system.UntilLegAsync(great, "coin", "accepted");
        _kept.Distinct().Should().ContainSingle();
        await HandOnAsync();
        await _anvil.MineAsync(1 + WholeSystem.Confirmations);
        await _system.UntilStateAsync(small, "settled");
        await _system.UntilStateAsync(great, "settled");
        (await _system.OnChainAsync(People.AddressOf("shop"))).Should().Be((People.Ether * 2) - 1);
    }

    private IIncidentGrain Incident() => _system.Grains.GetGrain<IIncidentGrain>($"relay:{People.Chain}:relay");

    /// <summary>After another look, as the silo has one every ten seconds.</summary>
    private async Task<RelayService> StandingAsync(Name relay, Name organisation)
    {
        var grain = _system.Grains.GetGrain<ISupernodeGrain>($"{People.Chain}/{relay}");
        await grain.LookAtRelay(organisation);
        return (await grain.ReadRelay())!.Service;
    }

    private JsonNode Answer(JsonNode request)
    {
        if (request["method"]!.GetValue<string>() == "eth_chainId") return "0x7a69";
        var raw = request["params"]![0]!.GetValue<string>();
        _kept.Enqueue(raw);
        return $"0x{Convert.ToHexStringLower(TPWallet.Crypto.Keccak256.Hash(HexBytes.Parse(raw).Span))}";
    }

    /// <summary>As a builder does: what it was sent comes to the chain without any pool before.</summary>
    private async Task HandOnAsync(bool newestOnly = false)
    {
        var kept = _kept.Distinct().ToArray();
        foreach (var raw in newestOnly ? kept[^1..] : kept) await _anvil.CallAsync("eth_sendRawTransaction", raw);
    }

    private async Task<int> PooledAsync() => (await _anvil.CallAsync("txpool_content")).GetProperty("pending").EnumerateObject().Count();

    private async Task<string> StateAsync(PacketRef packet) => (await _system.Packet(packet).Read())!.Legs[0].Stage;

    private async Task<PacketRef> ApproveAsync(Name id, UInt256? amount = null)
    {
        var now = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var leg = new Leg.ChainTransfer("coin", [], _hot, People.AddressOf("shop"), new(People.Eth, amount ?? People.Ether), new(UInt256.Parse("3000000000000000")));
        var view = await _system.ProposeAsync(new(new(_payer, id), 1, People.Olga.Id, [leg], [], now + Span.Hours(1), now + Span.Hours(2)));
        (await _system.VoteAsync(view, People.Ana)).Should().BeNull();
        (await _system.VoteAsync(view, People.Ben)).Should().BeNull();
        return view.Ref;
    }
}
