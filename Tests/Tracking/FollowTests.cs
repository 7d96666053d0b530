using TPWallet.Chains.Nodes;
using TPWallet.Domain.Chains.Watching;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;
using TPWallet.Tests.Simulation;

namespace TPWallet.Tests.Tracking;

/// <summary>A tracker that has fallen behind, or that is given nothing to follow.</summary>
public sealed class FollowTests
{
    private const int HistoryDepth = 16;
    private static readonly ModelTransaction Paid = FollowedChain.Payment(0);

    public static TheoryData<bool> Rules => [true, false];

    /// <summary>More blocks than the window keeps, in one poll and in many; by the tag no block of the window is the finalized one until the end.</summary>
    [Theory, MemberData(nameof(Rules))]
    public async Task Poll_ManyBlocksBehind_TellsFinalOfEach(bool byTag)
    {
        var chain = new FollowedChain(finality: byTag ? new FinalityRule.FinalizedTag() : null, historyDepth: HistoryDepth);
        chain.Start();
        var later = FollowedChain.Payment(1);
        chain.Watch(Paid);
        chain.Watch(later);
        var first = chain.Mine(Paid);
        chain.MineEmpty(150);
        var second = chain.Mine(later);
        chain.MineEmpty(50);
        await chain.PollAsync();
        chain.StageOf(Paid).Should().BeOfType<WatchedStage.Final>().Which.In.Block.Should().Be(first.Ref);
        chain.StageOf(later).Should().BeOfType<WatchedStage.Final>().Which.In.Block.Should().Be(second.Ref);
        chain.State.Final!.Value.Number.Should().BeGreaterThan(second.Number);
    }

    /// <summary>A node that fails in the middle costs one block: what was proved on the way to it is not asked for again.</summary>
    [Fact]
    public async Task Poll_ParentIsNotToBeHad_NextOneGoesOnThere()
    {
        var chain = new FollowedChain(historyDepth: HistoryDepth);
        chain.Start();
        chain.MineEmpty(20);
        var lacking = chain.Tip.At(chain.Tip.Number - 10)!.Ref.Hash.ToString();
        var asked = new List<string>();
        foreach (var node in chain.Nodes)
        {
            node.Lie = (method, parameters) =>
            {
                if (method != "eth_getBlockByHash" || !parameters[1].GetBoolean()) return null;
                var hash = parameters[0].GetString()!;
                if (hash == lacking) return new NodeError.Refused(0, "not now");
                asked.Add(hash);
                return null;
            };
        }

        await chain.PollAsync();
        asked.Should().HaveCount(10);
        lacking = "";
        await chain.PollAsync();

        chain.State.Final!.Value.Number.Should().Be(chain.Tip.Number - FollowedChain.Confirmations + 1);
        asked.Should().HaveCount(21).And.Subject.Distinct().Should().HaveCount(20, "only the head is asked for twice");
    }

    /// <summary>Blocks that may yet be reorganised away are never dropped untold; beyond a bound they are not followed, and a person hears of it once.</summary>
    [Fact]
    public async Task Poll_FinalityStalls_WaitsAndBecomesAnIncident()
    {
        var chain = new FollowedChain(finality: new FinalityRule.FinalizedTag(), historyDepth: HistoryDepth);
        chain.Start();
        var start = ModelAnswers.Block(chain.Tip, withTransactions: false);
        foreach (var node in chain.Nodes) node.Lie = (method, parameters) => method == "eth_getBlockByNumber" && parameters[0].GetString() == "finalized" ? start : null;
        chain.Watch(Paid);
        var block = chain.Mine(Paid);
        chain.MineEmpty(2_200);
        for (var i = 0; i < 3; i++) await chain.PollAsync();
        chain.StageOf(Paid).Should().BeOfType<WatchedStage.Mined>();
        chain.Incidents.Should().ContainSingle().Which.Code.Should().Be(IncidentCodes.FinalityStalled);
        foreach (var node in chain.Nodes) node.Lie = null;
        for (var i = 0; i < 3; i++) await chain.PollAsync();
        chain.StageOf(Paid).Should().BeOfType<WatchedStage.Final>().Which.In.Block.Should().Be(block.Ref);
    }

    /// <summary>Two of three nodes were caught lying: what is left cannot agree, so money waits, and a person is told once what is missing.</summary>
    [Fact]
    public async Task Poll_TooFewOrganisationsLeft_BecomesAnIncident()
    {
        var chain = new FollowedChain();
        chain.Start();
        for (var i = 0; i < 2; i++) chain.Pool.Quarantine($"node-{i}", new NodeError.Refused(0, "it lied"), HexBytes.Empty);
        chain.Mine();
        for (var i = 0; i < 100; i++) await chain.PollAsync();
        var incident = chain.Incidents.Should().ContainSingle().Subject;
        incident.Code.Should().Be(IncidentCodes.ChainSilent);
        incident.Detail.Should().Contain("1 organisations in service, 2 needed");
    }

    /// <summary>A node that answers and stands still holds nobody back for long; one that has blocks which nobody else has neither.</summary>
    [Fact]
    public async Task Poll_HeadOfTheFirstNodeStandsStill_IsFollowedByTheOthers()
    {
        var chain = new FollowedChain();
        chain.Start();
        var start = chain.Tip;
        var tip = chain.Mine(Paid);
        chain.Nodes[0].Head = start;
        chain.Nodes[1].Head = FollowedChain.On(FollowedChain.On(start, 98), 99);
        chain.Watch(Paid);
        for (var i = 0; i < 5; i++) await chain.PollAsync();
        chain.StageOf(Paid).Should().BeOfType<WatchedStage.Unseen>("two contradict each other");
        chain.Nodes[1].Head = tip;
        for (var i = 0; i < 20; i++) await chain.PollAsync();
        chain.StageOf(Paid).Should().BeOfType<WatchedStage.Mined>();
    }

    /// <summary>A node that has a block of its own is judged when the height is final; being away just then saves it from nothing.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Poll_NodeWithItsOwnBlockIsAwayWhenThatIsJudged_IsJudgedWhenItIsBack(bool insists)
    {
        var chain = new FollowedChain();
        chain.Start();
        var own = FollowedChain.On(chain.Tip, 98);
        chain.Mine();
        chain.Nodes[0].Head = own;
        await chain.PollAsync();
        for (var i = 0; i < 2 * FollowedChain.Confirmations; i++)
        {
            own = FollowedChain.On(own, 98);
            chain.Mine();
            chain.Nodes[0].Head = own;
            chain.Nodes[0].Lie = static (_, _) => new NodeError.NoAnswer("away");
            await chain.PollAsync();
        }

        chain.State.Final!.Value.Number.Should().BeGreaterThan(own.Number - (2 * FollowedChain.Confirmations), "the others go on");
        chain.Pool.Nodes[0].Health.Quarantined.Should().BeNull("it said nothing");
        chain.Nodes[0].Lie = null;
        chain.Mine();
        if (insists) chain.Nodes[0].Head = FollowedChain.On(own, 98);
        await chain.PollAsync();
        (chain.Pool.Nodes[0].Health.Quarantined is not null).Should().Be(insists);
    }

    /// <summary>Found by the chain benchmark: each new watch told all others again of every block in memory, and the polls of a busy silo took minutes.</summary>
    [Fact]
    public async Task Rescan_OneMoreIsWatched_TellsOfThatOneAlone()
    {
        var chain = new FollowedChain();
        chain.Start();
        ModelTransaction[] paid = [.. Enumerable.Range(0, 10).Select(static i => FollowedChain.Payment((ulong)i))];
        foreach (var payment in paid[1..]) chain.Watch(payment);
        chain.Mine(paid);
        chain.MineEmpty(FollowedChain.Confirmations);
        await chain.PollAsync();
        chain.Watch(paid[0]);
        var told = chain.Told;
        await chain.RescanAsync(paid[0]);
        chain.StageOf(paid[0]).Should().BeOfType<WatchedStage.Final>();
        (chain.Told - told).Should().Be(2, "it is in a block, and that is final");
    }
}
