using TPWallet.Grains.Shell;

namespace TPWallet.Tests.Whole;

/// <summary>
/// One of three nodes lies, in each way and on chains of both families: no wrong decision, and the liar is out of service with what it said kept. What a liar's chain
/// holds instead is credited to nobody.
/// </summary>
public sealed class LiarTests
{
    public static TheoryData<bool, NodeMood, string> Lies => new()
    {
        { false, NodeMood.OtherChain, "WrongChain" },
        { false, NodeMood.StandsStill, "head.stale" },
        { false, NodeMood.LyingBlocks, "block.final" },
        { false, NodeMood.LyingReceipts, "block.receipts" },
        { false, NodeMood.LyingPrices, "block.price" },
        { false, NodeMood.Invents, "block.receipts" },
        { false, NodeMood.Withholds, "block.receipts" },
        { true, NodeMood.OtherChain, "WrongChain" },
        { true, NodeMood.StandsStill, "head.stale" },
        { true, NodeMood.LyingBlocks, "header.work" },
        { true, NodeMood.LighterBranch, "head.stale" },
        { true, NodeMood.Invents, "merkle.root" },
        { true, NodeMood.Withholds, "merkle.root" },
    };

    [BitcoinTheory]
    [MemberData(nameof(Lies))]
    public async Task Deposit_OneOfThreeNodesLies_IsCreditedAsItIsAndTheLiarIsOutWithEvidence(bool bitcoin, NodeMood lie, string fact)
    {
        await using var scene = await LiarScene.StartAsync(bitcoin, lie == NodeMood.OtherChain ? lie : NodeMood.Honest);
        scene.First.Mood = lie;
        await scene.DepositAsync();
        await scene.UntilAsync(async () => (await scene.ReadLiarAsync()).State == "quarantined", $"the liar to be found out by {fact}");
        var incident = scene.System.Incidents.All.Should().ContainSingle().Subject;
        (incident.Code, incident.Subject).Should().Be((IncidentCodes.NodeQuarantined, scene.Liar));
        var evidence = (await scene.ReadEvidenceAsync())!;
        evidence.Fact.Should().Contain(fact).And.Be(incident.Detail);
        (evidence.Evidence.Length > 0).Should().Be(lie != NodeMood.OtherChain, "the id of a chain is in the fact's own words");
        await scene.DepositAsync();
        (await scene.ReadLiarAsync()).MayReturn.Should().Be(fact == "head.stale");
    }

    /// <summary>An honest node that lost its peers stands still as a liar does: nothing lasts once it has caught up.</summary>
    [BitcoinTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Node_ThatStoodStillAndCatchesUp_IsInUseAgain(bool bitcoin)
    {
        await using var scene = await LiarScene.StartAsync(bitcoin, NodeMood.Honest);
        scene.First.Mood = NodeMood.StandsStill;
        await scene.UntilAsync(async () => (await scene.ReadLiarAsync()).State == "quarantined", "the node to be out of use");
        scene.First.Mood = NodeMood.Honest;
        await scene.UntilAsync(async () => (await scene.ReadLiarAsync()).State == "in-service", "the node to be in use again");
        (await scene.ReadEvidenceAsync()).Should().BeNull();
        await scene.DepositAsync();
    }
}
