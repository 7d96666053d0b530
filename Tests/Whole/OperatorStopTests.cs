using Microsoft.Extensions.Logging.Abstractions;
using Orleans;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;
using TPWallet.Silo.Composition;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>A grain of the tests that asks for admission as lanes do, since accounts and trackers answer it to grains only. Its key is the chain.</summary>
public interface IAdmissionGrain : IGrainWithStringKey
{
    Task<CommandReply> Ask(AccountId account);
}

/// <summary>Asks by the product's own runner.</summary>
public sealed class AdmissionGrain : Grain, IAdmissionGrain
{
    public async Task<CommandReply> Ask(AccountId account)
    {
        var leg = new LegRef(new(account, "p"), "a");
        var result = await new GrainTeller(GrainFactory).AdmitAsync(new Effect.Admit(Guid.NewGuid(), leg, ChainId.Parse(this.GetPrimaryKeyString()), null));
        return ((EffectResult.Replied)result).Reply;
    }
}

/// <summary>An operator's stops and cordons behind real grains, a real signer and a real chain.</summary>
public sealed class OperatorStopTests : IAsyncLifetime
{
    private readonly List<MoodyNode> _nodes = [];
    private Anvil _anvil = null!;
    private WholeSystem _system = null!;

    public async Task InitializeAsync()
    {
        _anvil = await Anvil.StartAsync(31337, "--no-mining");
        await _anvil.MineAsync();
        for (var i = 0; i < 3; i++) _nodes.Add(await MoodyNode.StartAsync(_anvil));
        _system = await WholeSystem.StartAsync(_anvil, null, [.. _nodes]);
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        foreach (var node in _nodes) await node.DisposeAsync();
        await _anvil.DisposeAsync();
        Directory.Delete(_system.Folder, recursive: true);
    }

    [Fact]
    public async Task Chain_Stopped_ApprovedPacketWaitsUnreservedAndDepositsArrive()
    {
        var account = await _system.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, "stopped"));
        var hot = await _system.CreateKeyAsync(account, "hot");
        await _system.FundAsync(account, hot, People.Ether * 10);
        await Accepted(_system.Tracker().Submit(new TrackerCommand.StopByOperator(Guid.NewGuid(), "ops", "odd nodes")));
        (await _system.Tracker().Read()).OperatorStop!.Reason.Should().Be("odd nodes");
        var packet = Content(account, hot);
        var view = await _system.ProposeAsync(packet);
        view.State.Should().Be("approving", "members may agree meanwhile");
        await _system.VoteAsync(view, People.Ana);
        await _system.VoteAsync(view, People.Ben);
        await _system.UntilStateAsync(packet.Ref, "frozen");
        (await _system.Packet(packet.Ref).Read())!.Rejection!.Code.Should().Be(RejectionCode.OperatorStopped);
        (await _system.AvailableAsync(account, People.Eth)).Should().Be(People.Ether * 10, "nothing is reserved");
        await _system.FundAsync(account, hot, People.Ether);
    }

    [Fact]
    public async Task Admission_OfAccountAndChain_FollowsStopsAtOnce()
    {
        var account = await _system.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, "asked"));
        var lanes = _system.Grains.GetGrain<IAdmissionGrain>(People.Chain.ToString());
        (await lanes.Ask(account)).Rejected().Should().BeNull();
        await Accepted(_system.Account(account).Submit(new AccountCommand.StopByOperator(Guid.NewGuid(), "ops", "odd withdrawals")));
        (await lanes.Ask(account)).Rejected()!.Code.Should().Be(RejectionCode.OperatorStopped);
        await Accepted(_system.Account(account).Submit(new AccountCommand.ResumeByOperator(Guid.NewGuid(), "ops")));
        (await lanes.Ask(account)).Rejected().Should().BeNull();
        await Accepted(_system.Tracker().Submit(new TrackerCommand.StopByOperator(Guid.NewGuid(), "ops", "odd nodes")));
        (await lanes.Ask(account)).Rejected()!.Code.Should().Be(RejectionCode.OperatorStopped);
        await Accepted(_system.Tracker().Submit(new TrackerCommand.ResumeByOperator(Guid.NewGuid(), "ops")));
        (await lanes.Ask(account)).Rejected().Should().BeNull();
        (await _system.Account(account).Submit(new AccountCommand.AdmitSpend(Guid.NewGuid(), new(new(account, "p"), "a")))).Rejected()!.Code
            .Should().Be(RejectionCode.NotAllowedCaller, "clients do not ask");
    }

    /// <summary>A cordon that is only a word in a stream keeps no request from the node.</summary>
    [Fact]
    public async Task Node_Cordoned_IsOutOfThePoolOfEverySiloUntilItIsBack()
    {
        var node = _system.Grains.GetGrain<ISupernodeGrain>($"{People.Chain}/node-1");
        await _system.UntilAsync(async () => await node.Read() is not null, "the node to be registered");
        var here = _system.Pool(People.Chain);
        var (there, register) = Silo();
        await Accepted(node.Submit(new SupernodeCommand.Cordon(Guid.NewGuid(), "ops", "maintenance")));
        Asked(here).Should().Equal("node-0", "node-2");
        Asked(there.Nodes).Should().HaveCount(3, "it has not looked yet");
        await register.SynchroniseAsync(there, CancellationToken.None);
        Asked(there.Nodes).Should().Equal("node-0", "node-2");
        there.Nodes.Organisations.Should().Be(2);
        var answers = await there.Nodes.ReadEachAsync((n, ct) => n.BlockNumberAsync(ct), CancellationToken.None);
        answers.Select(answer => answer.Node.Value).Should().BeEquivalentTo("node-0", "node-2");
        (await there.Nodes.AskAsync("node-1", (n, ct) => n.BlockNumberAsync(ct), CancellationToken.None)).IsOk.Should().BeFalse("it is asked nothing");
        await Accepted(node.Submit(new SupernodeCommand.Uncordon(Guid.NewGuid(), "ops")));
        await register.SynchroniseAsync(there, CancellationToken.None);
        foreach (var pool in new[] { here, there.Nodes }) Asked(pool).Should().HaveCount(3);
        (await _system.Grains.GetGrain<IChainTrackerGrain>(People.Chain.ToString()).ReadNodes()).Should().HaveCount(3);
        (await node.ReadService())!.Service.Should().Match<NodeService>(static service => service.Looks > 0 && service.Answered > 0 && service.Times.Sum() == service.Answered);
    }

    /// <summary>What another silo of the cluster has: a pool and a register of its own over the same grains.</summary>
    private (ServedChain Chain, NodeRegister Register) Silo()
    {
        var number = People.Chain.EvmNumber;
        var nodes = _nodes.Select((node, i) => new EthereumNode(
            $"node-{i}", $"organisation-{i}", number, new JsonRpcClient(new HttpClient(), node.Endpoint, new JsonRpcLimits(TimeSpan.FromSeconds(5)))));
        var profile = new ChainProfile(People.Chain, 1, ProofLevel.Agreed, new FinalityRule.Depth(3), 64, Span.Seconds(1));
        return (new(profile, new NodePool(number, nodes, TimeProvider.System)), new(_system.Cluster, new(NullLoggerFactory.Instance, TimeProvider.System)));
    }

    private static string[] Asked(NodePool pool) => [.. pool.Nodes.Where(node => node.Health.MayAsk()).Select(node => node.Node.Name.Value)];

    private static async Task Accepted(Task<CommandReply> reply) => (await reply).Rejected().Should().BeNull();

    private static PacketContent Content(AccountId account, Address hot)
    {
        var now = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        return People.Packet(account, "p", new Leg.ChainTransfer("coin", [], hot, People.AddressOf("shop"), new(People.Eth, People.Ether), new(People.Ether / 100))) with
        {
            OpenBefore = now + Span.Hours(1),
            SettleBefore = now + Span.Hours(2),
        };
    }
}
