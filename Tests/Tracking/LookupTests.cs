using System.Text.Json;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Chains.Watching;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Simulation;

namespace TPWallet.Tests.Tracking;

/// <summary>A transaction from before the blocks that are followed is looked for when it is asked for again (field notes 7, 8, 10), and no node is taken at its word.</summary>
public sealed class LookupTests
{
    private const int Old = 40;
    private static readonly ModelTransaction Paid = FollowedChain.Payment(0);

    /// <summary>How one of three nodes of different organisations deceives or fails; the look-up asks it first.</summary>
    public enum Deceit
    {
        None,
        NoReceipt,
        ReceiptOfAnotherBlock,
        ReceiptOfAForgedBlock,
        ReceiptFailed,
        NonceUnused,
        NonceFarBeyond,
        Silent,
    }

    [Theory]
    [InlineData(Deceit.None)]
    [InlineData(Deceit.NoReceipt)]
    [InlineData(Deceit.ReceiptOfAnotherBlock)]
    [InlineData(Deceit.ReceiptOfAForgedBlock)]
    [InlineData(Deceit.ReceiptFailed)]
    [InlineData(Deceit.NonceUnused)]
    [InlineData(Deceit.NonceFarBeyond)]
    [InlineData(Deceit.Silent)]
    public async Task AskedAgain_MinedLongBefore_IsFinalInItsBlockWhateverOneNodeSays(Deceit deceit)
    {
        var chain = new FollowedChain();
        var block = Began(chain, Paid);
        chain.Watch(Paid);
        await chain.PollAsync();
        chain.StageOf(Paid).Should().BeOfType<WatchedStage.Unseen>("nothing that is followed has it");
        chain.Nodes[0].Lie = Lie(deceit, chain, block);
        await chain.AskAsync(Paid);
        var inclusion = chain.StageOf(Paid).Should().BeOfType<WatchedStage.Final>().Subject.In;
        (inclusion.Block, inclusion.Succeeded).Should().Be((block.Ref, true));
        chain.Incidents.Should().BeEmpty();
    }

    [Fact]
    public async Task AskedAgain_OnlyReceiptPointsToABlockWithoutIt_ItsNodeIsQuarantined()
    {
        var chain = new FollowedChain();
        var block = Began(chain, Paid);
        chain.Watch(Paid);
        foreach (var node in chain.Nodes) node.Lie = NoReceipts;
        chain.Nodes[2].Lie = Lie(Deceit.ReceiptOfAnotherBlock, chain, block);
        await chain.AskAsync(Paid);
        chain.StageOf(Paid).Should().BeOfType<WatchedStage.Final>().Which.In.Block.Should().Be(block.Ref, "the nonce tells where it is");
        chain.Pool.Nodes[2].Health.Quarantined!.ToString().Should().Contain("receipt.block");
    }

    [Fact]
    public async Task AskedAgain_AnotherVersionHadItsNonce_BothAreTold()
    {
        var chain = new FollowedChain();
        var block = Began(chain, Paid);
        var dearer = FollowedChain.Payment(0, tip: 2);
        chain.Watch(Paid);
        chain.Watch(dearer);
        await chain.AskAsync(dearer);
        chain.StageOf(Paid).Should().BeOfType<WatchedStage.Final>().Which.In.Block.Should().Be(block.Ref);
        chain.StageOf(dearer).Should().BeOfType<WatchedStage.Conflicted>().Which.By.TxHash.Should().Be(Paid.Hash);
    }

    /// <summary>Then the lane stops: its key was used elsewhere (design.md, Lanes). Nodes whose receipts are pruned have none of it either.</summary>
    [Fact]
    public async Task AskedAgain_AForeignTransactionHasItsNonce_IsConflicted()
    {
        var chain = new FollowedChain();
        var foreign = FollowedChain.Payment(0, to: People.AddressOf("thief"));
        Began(chain, foreign);
        chain.Watch(Paid);
        foreach (var node in chain.Nodes) node.Lie = NoReceipts;
        await chain.AskAsync(Paid);
        chain.StageOf(Paid).Should().BeOfType<WatchedStage.Conflicted>().Which.By.TxHash.Should().Be(foreign.Hash);
    }

    [Fact]
    public async Task AskedAgain_ReceiptsArePruned_IsFoundByItsNonce()
    {
        var chain = new FollowedChain();
        var block = Began(chain, Paid);
        chain.Mine(FollowedChain.Payment(1));
        chain.Watch(Paid);
        foreach (var node in chain.Nodes) node.Lie = NoReceipts;
        await chain.AskAsync(Paid);
        chain.StageOf(Paid).Should().BeOfType<WatchedStage.Final>().Which.In.Block.Should().Be(block.Ref);
    }

    [Fact]
    public async Task AskedAgain_NonceNotUsed_WaitsWithoutAWord()
    {
        var chain = new FollowedChain();
        Began(chain);
        chain.Watch(Paid);
        for (var i = 0; i < 20; i++) await chain.AskAsync(Paid);
        chain.StageOf(Paid).Should().BeOfType<WatchedStage.Unseen>();
        chain.Incidents.Should().BeEmpty();
    }

    /// <summary>Two nodes that contradict each other prove nothing: nobody is told anything, and a person hears of it after five look-ups, not of each.</summary>
    [Fact]
    public async Task AskedAgain_NodesDisagree_TellsNobodyAndBecomesAnIncident()
    {
        var chain = new FollowedChain(nodes: 2);
        var block = Began(chain, Paid);
        chain.Watch(Paid);
        chain.Nodes[0].Lie = Lie(Deceit.NonceUnused, chain, block);
        for (var i = 0; i < 9; i++) await chain.AskAsync(Paid);
        chain.StageOf(Paid).Should().BeOfType<WatchedStage.Unseen>();
        var incident = chain.Incidents.Should().ContainSingle().Subject;
        incident.Code.Should().Be(IncidentCodes.LookupUnproven);
        incident.Subject.Should().Be($"{People.Chain}/{Paid.Hash}");
        incident.Detail.Should().Contain("pool.disagreement");
    }

    [Fact]
    public async Task AskedAgain_ReceiptsAndOldStateArePruned_BecomesAnIncident()
    {
        var chain = new FollowedChain();
        Began(chain, Paid);
        chain.Watch(Paid);
        foreach (var node in chain.Nodes)
        {
            node.Lie = (method, parameters) => method == "eth_getTransactionCount" && parameters[1].ValueKind == JsonValueKind.String
                ? NodeWordings.Classify(-32000, "missing trie node", null)
                : NoReceipts(method, parameters);
        }

        for (var i = 0; i < 5; i++) await chain.AskAsync(Paid);
        chain.StageOf(Paid).Should().BeOfType<WatchedStage.Unseen>();
        chain.Incidents.Should().ContainSingle().Which.Detail.Should().Contain("missing trie node");
    }

    [Fact]
    public async Task AskedAgain_NotAsDeepAsItsWatcherWants_IsFinalOnceItIs()
    {
        var chain = new FollowedChain();
        Began(chain, Paid);
        chain.Watch(Paid, new(Old + 10));
        await chain.AskAsync(Paid);
        chain.StageOf(Paid).Should().BeOfType<WatchedStage.Mined>();
        chain.MineEmpty(10);
        await chain.PollAsync();
        chain.StageOf(Paid).Should().BeOfType<WatchedStage.Final>();
    }

    /// <summary>Without agreement a lone node's header costs nothing to forge: only parent hashes from the chain that is followed make it believed.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AskedAgain_OneNodeAlone_IsBelievedOnlyOfAncestors(bool forged)
    {
        var chain = new FollowedChain(ProofLevel.Consistent, nodes: 1);
        var block = Began(chain, forged ? [] : [Paid]);
        chain.Watch(Paid);
        if (forged) chain.Nodes[0].Lie = Forged(FollowedChain.On(chain.Tip.At(block.Number - 1)!, 99, Paid));
        for (var i = 0; i < 5; i++) await chain.AskAsync(Paid);
        chain.StageOf(Paid).Should().BeOfType(forged ? typeof(WatchedStage.Unseen) : typeof(WatchedStage.Final));
        chain.Incidents.Select(incident => incident.Code).Should().Equal(forged ? [IncidentCodes.LookupUnproven] : []);
    }

    /// <summary>A reorg took the block while the tracker was down: who follows now never saw it, in the window or below.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    public async Task AskedAgain_WatcherHoldsABlockThatIsGone_IsTakenBack(int later)
    {
        var chain = new FollowedChain();
        chain.Start();
        chain.Watch(Paid);
        var gone = FollowedChain.On(chain.Tip, 99, Paid);
        await chain.TellAsync(Paid.Hash, id => new WatchedCommand.RecordIncluded(id, InclusionIn(gone)));
        chain.MineEmpty(1 + later);
        await chain.PollAsync();
        chain.StageOf(Paid).Should().BeOfType<WatchedStage.Mined>("nothing told of the block that is gone");
        await chain.AskAsync(Paid);
        chain.StageOf(Paid).Should().BeOfType<WatchedStage.Unseen>("then its lane sends the same bytes again");
    }

    /// <summary>An activation that others had overtaken told of a reorg that was none.</summary>
    [Fact]
    public async Task AskedAgain_ToldOtherwiseByAnother_IsToldAgain()
    {
        var chain = new FollowedChain();
        chain.Start();
        chain.Watch(Paid);
        var block = chain.Mine(Paid);
        chain.MineEmpty(FollowedChain.Confirmations);
        await chain.PollAsync();
        await chain.TellAsync(Paid.Hash, id => new WatchedCommand.RecordRemoved(id, block.Ref));
        await chain.AskAsync(Paid);
        chain.StageOf(Paid).Should().BeOfType<WatchedStage.Final>().Which.In.Block.Should().Be(block.Ref);
    }

    private static Inclusion InclusionIn(ModelBlock block) => new(People.Chain, Paid.Hash, block.Ref, true, UInt256.One);

    /// <summary>A block with these transactions, many more after it, and only then a tracker that follows from the end.</summary>
    private static ModelBlock Began(FollowedChain chain, params ModelTransaction[] transactions)
    {
        var block = chain.Mine(transactions);
        chain.MineEmpty(Old);
        chain.Start();
        return block;
    }

    private static NodeAnswer<JsonElement>? NoReceipts(string method, JsonElement parameters) =>
        method == "eth_getTransactionReceipt" ? ModelAnswers.Null : null;

    /// <summary>One node that says the nonce was used, in a block that it alone has.</summary>
    private static Func<string, JsonElement, NodeAnswer<JsonElement>?> Forged(ModelBlock forged)
    {
        var number = $"0x{forged.Number:x}";
        var hash = forged.Ref.Hash.ToString();
        return (method, parameters) => (method, parameters.EnumerateArray().FirstOrDefault().ToString()) switch
        {
            ("eth_getTransactionCount", _) => ModelAnswers.Quantity(1),
            ("eth_getTransactionReceipt", _) => ModelAnswers.Receipt(forged, 0, altered: false),
            ("eth_getBlockByNumber" or "eth_getBlockByHash", var block) when block == number || block == hash =>
                ModelAnswers.Block(forged, parameters[1].GetBoolean()),
            ("eth_getBlockReceipts", var block) when block == hash => ModelAnswers.Receipts(forged, altered: false),
            _ => null,
        };
    }

    private static Func<string, JsonElement, NodeAnswer<JsonElement>?> Lie(Deceit deceit, FollowedChain chain, ModelBlock block) =>
        (method, _) => (deceit, method) switch
        {
            (Deceit.NoReceipt, "eth_getTransactionReceipt") => ModelAnswers.Null,
            (Deceit.ReceiptOfAnotherBlock, "eth_getTransactionReceipt") => Moved(block, chain.Tip.At(block.Number + 2)!.Ref),
            (Deceit.ReceiptOfAForgedBlock, "eth_getTransactionReceipt") => Moved(block, FollowedChain.On(block.Parent!, 99).Ref),
            (Deceit.ReceiptFailed, "eth_getTransactionReceipt") => ModelAnswers.Receipt(block, 0, altered: true),
            (Deceit.NonceUnused, "eth_getTransactionCount") => ModelAnswers.Quantity(0),
            (Deceit.NonceFarBeyond, "eth_getTransactionCount") => ModelAnswers.Quantity(7),
            (Deceit.Silent, _) => new NodeError.NoAnswer("silent"),
            _ => null,
        };

    private static JsonElement Moved(ModelBlock from, BlockRef to)
    {
        var text = ModelAnswers.Receipt(from, 0, altered: false).GetRawText();
        return JsonElement.Parse(text
            .Replace(from.Ref.Hash.ToString(), to.Hash.ToString(), StringComparison.Ordinal)
            .Replace($"\"blockNumber\":\"0x{from.Number:x}\"", $"\"blockNumber\":\"0x{to.Number:x}\"", StringComparison.Ordinal));
    }
}
