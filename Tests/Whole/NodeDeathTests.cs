using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>
/// A chain behind three nodes of different organisations that must agree. One that dies, hangs, talks garbage or lies in the middle of a payment costs
/// nothing but time; a liar is put out of service, with what it said kept.
/// </summary>
public sealed class NodeDeathTests : IAsyncLifetime
{
    private static readonly Address Shop = People.AddressOf("shop");

    private readonly List<MoodyNode> _nodes = [];
    private Anvil _anvil = null!;
    private WholeSystem _system = null!;
    private AccountId _payer;
    private Address _hot;

    /// <summary>The node that reads go to first.</summary>
    private MoodyNode First => _nodes[0];

    public async Task InitializeAsync()
    {
        _anvil = await Anvil.StartAsync(31337, "--no-mining");
        await _anvil.MineAsync();
        for (var i = 0; i < 3; i++) _nodes.Add(await MoodyNode.StartAsync(_anvil));
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        foreach (var node in _nodes) await node.DisposeAsync();
        await _anvil.DisposeAsync();
        Directory.Delete(_system.Folder, recursive: true);
    }

    [Theory]
    [InlineData("eth_simulateV1", false, NodeMood.Dead)]
    [InlineData("eth_simulateV1", false, NodeMood.Hanging)]
    [InlineData("eth_simulateV1", false, NodeMood.Garbage)]
    [InlineData("eth_sendRawTransaction", false, NodeMood.Dead)]
    [InlineData("eth_sendRawTransaction", true, NodeMood.Dead)]
    [InlineData("eth_sendRawTransaction", true, NodeMood.Hanging)]
    public async Task Payment_NodeStruckAtACall_SettlesOnce(string method, bool forward, NodeMood then)
    {
        await OpenAsync();
        First.Strike(method, forward, then);
        await SettleAsync();
        First.Struck.IsCompleted.Should().BeTrue("the payment went through {0}", method);
    }

    [Theory]
    [InlineData(NodeMood.Dead)]
    [InlineData(NodeMood.Hanging)]
    [InlineData(NodeMood.Garbage)]
    public async Task Payment_NodeStruckDuringConfirmation_SettlesOnce(NodeMood mood)
    {
        await OpenAsync();
        await SettleAsync(whenMined: () => First.Mood = mood);
    }

    [Fact]
    public async Task Payment_NodeLiesAboutReceipts_SettlesAndTheLiarIsOutOfServiceWithEvidence()
    {
        await OpenAsync(patient: true);
        await SettleAsync(whenAccepted: () => First.Mood = NodeMood.LyingReceipts);
        await ShouldBeQuarantinedAsync("block.receipts");
    }

    [Fact]
    public async Task Payment_NodeLiesAboutBlocks_SettlesAndTheLiarIsOutOfServiceWithEvidence()
    {
        await OpenAsync(patient: true);
        await SettleAsync(whenAccepted: () => First.Mood = NodeMood.LyingBlocks);
        // A chain goes on. On a busy machine the others were asked about the payment's own blocks.
        await _system.UntilAsync(
            async () =>
            {
                if (_system.Incidents.All.Any(static incident => incident.Code == IncidentCodes.NodeQuarantined)) return true;
                await _anvil.MineAsync();
                return false;
            },
            "the liar to be found out by a block that became final");
        await ShouldBeQuarantinedAsync("block.final");
    }

    [Fact]
    public async Task Node_OfAnotherChain_IsRefusedAtStartWithItsOwnCode()
    {
        First.Mood = NodeMood.OtherChain;
        await OpenAsync();
        await SettleAsync();
        await ShouldBeQuarantinedAsync("WrongChain");
    }

    [Fact]
    public async Task Node_ThatComesBackAsOneOfAnotherChain_IsRefusedAtUse()
    {
        await OpenAsync();
        First.Strike("eth_simulateV1", forward: false, NodeMood.OtherChain);
        await SettleAsync();
        await ShouldBeQuarantinedAsync("WrongChain");
    }

    [Fact]
    public async Task Payment_AllNodesDead_WaitsAndGoesOnWhenTwoAreBack()
    {
        await OpenAsync();
        await SettleAsync(whenAccepted: async () =>
        {
            // The poll of the head goes from one to the next and finds none.
            foreach (var node in _nodes) node.Strike("eth_getBlockByNumber", forward: false, NodeMood.Dead);
            await Task.WhenAll(_nodes.Select(node => node.Struck)).WaitAsync(TimeSpan.FromSeconds(60));
            var before = (await _system.Tracker().Read()).Head;
            await _anvil.MineAsync(WholeSystem.Confirmations);
            (await _system.Tracker().Read()).Head.Should().Be(before, "nobody can say what the chain is");
            foreach (var node in _nodes.Skip(1)) node.Mood = NodeMood.Honest;
        });
    }

    /// <param name="patient">For a liar: one time-out would send the reads to another node, and a node that nobody asks is not found out.</param>
    private async Task OpenAsync(bool patient = false)
    {
        _system = patient ? await WholeSystem.StartPatientAsync(_anvil, [.. _nodes]) : await WholeSystem.StartAsync(_anvil, null, [.. _nodes]);
        _payer = await _system.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, "payer"));
        _hot = await _system.CreateKeyAsync(_payer, "hot");
        await _system.FundAsync(_payer, _hot, People.Ether * 10);
    }

    private Task SettleAsync(Action? whenAccepted = null, Action? whenMined = null) => SettleAsync(
        () =>
        {
            whenAccepted?.Invoke();
            return Task.CompletedTask;
        },
        whenMined);

    private async Task SettleAsync(Func<Task> whenAccepted, Action? whenMined = null)
    {
        var now = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var leg = new Leg.ChainTransfer("coin", [], _hot, Shop, new(People.Eth, People.Ether), new(UInt256.Parse("1000000000000000")));
        var packet = new PacketContent(new(_payer, "pay-1"), 1, People.Olga.Id, [leg], [], now + Span.Hours(1), now + Span.Hours(2));
        var view = await _system.ProposeAsync(packet);
        (await _system.VoteAsync(view, People.Ana)).Should().BeNull();
        (await _system.VoteAsync(view, People.Ben)).Should().BeNull();
        await _system.UntilLegAsync(packet.Ref, "coin", "accepted");
        await whenAccepted();
        await _anvil.MineAsync();
        await _system.UntilLegAsync(packet.Ref, "coin", "mined");
        whenMined?.Invoke();
        await _anvil.MineAsync(WholeSystem.Confirmations);
        await _system.UntilStateAsync(packet.Ref, "settled");
        (await _system.OnChainAsync(Shop)).Should().Be(People.Ether, "it was paid once");
        (await _system.AvailableAsync(_payer, People.Eth)).Should().Be(await _system.OnChainAsync(_hot));
    }

    private async Task ShouldBeQuarantinedAsync(string fact)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var raised = () => _system.Incidents.UntilRaisedAsync(IncidentCodes.NodeQuarantined, bound.Token);
        await raised.Should().NotThrowAsync($"the node that lied ({fact}) must be an incident");
        var incident = _system.Incidents.All.Should().ContainSingle().Subject;
        incident.Subject.Should().Be($"{People.Chain}/node-0");
        incident.Detail.Should().Contain(fact);
        var grain = _system.Grains.GetGrain<ISupernodeGrain>(incident.Subject);
        await _system.UntilAsync(async () => (await grain.Read())?.State == "quarantined", "the evidence to be in the journal");
        (await grain.Read())!.Fact.Should().Contain(fact, "an operator asks what it did");
    }
}
