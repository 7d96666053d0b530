using System.Text.Json;
using TPWallet.Chains.Nodes;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Simulation;

namespace TPWallet.Tests.Tracking;

/// <summary>Three nodes of three organisations, of which the one that is asked last stands still, or has a head of its own, and nothing else would ever ask it.</summary>
public sealed class LagTests
{
    private readonly FollowedChain _chain = new();
    private readonly List<QuarantinedNode> _out = [];
    private readonly List<(Name Node, string Fact)> _back = [];

    public LagTests()
    {
        _chain.Pool.Quarantined += _out.Add;
        _chain.Pool.CaughtUp += (node, fact) => _back.Add((node, fact));
        _chain.MineEmpty(3);
        _chain.Start();
    }

    private BookNode Last => _chain.Nodes[2];

    private NodeHealth Health => _chain.Pool.Nodes[2].Health;

    [Fact]
    public async Task Head_ThatStandsStill_PutsItsNodeOutWithItsOwnHeaderBesideTheOthers()
    {
        var stale = _chain.Tip;
        await GoOnAsync(FollowedChain.Lag.BehindBlocks + FollowedChain.Lag.ForBlocks + 1, stale);
        var quarantined = _out.Should().ContainSingle().Subject;
        (quarantined.Node.Value, quarantined.MayReturn).Should().Be(("node-2", true));
        var fact = quarantined.Fact.Should().BeOfType<NodeError.Garbage>().Which.Refusal;
        fact.Code.Should().Be("head.stale");
        fact.Actual.Should().StartWith($"{stale.Ref} of time {stale.Header.Timestamp}");
        quarantined.Evidence.Should().Be((HexBytes)(byte[])[.. stale.Header.Encode(), .. _chain.Tip.Header.Encode()]);
        _chain.Pool.Organisations.Should().Be(2);
    }

    [Fact]
    public async Task Head_ThatStandsStillNotForLong_IsHeldAgainstNobody()
    {
        var stale = _chain.Tip;
        await GoOnAsync(FollowedChain.Lag.BehindBlocks + FollowedChain.Lag.ForBlocks, stale);
        await GoOnAsync(40);
        _out.Should().BeEmpty();
    }

    [Fact]
    public async Task Head_OfANodeThatSaysThatItLoads_IsNoLie()
    {
        var stale = _chain.Tip;
        Last.Lie = static (method, _) => method == "eth_syncing" ? JsonElement.Parse("""{"currentBlock":"0x1"}""") : null;
        await GoOnAsync(100, stale);
        _out.Should().BeEmpty();
        Last.Lie = null;
        await GoOnAsync(20, stale);
        _out.Should().ContainSingle();
    }

    [Fact]
    public async Task Head_ThatCaughtUp_IsToldOnceSeenThreeTimesAndItsNodeIsNotUsedBefore()
    {
        await GoOnAsync(20, _chain.Tip);
        Health.Suspended.Should().NotBeNull();
        await GoOnAsync(FollowedChain.Lag.LookEvery * 2);
        _back.Should().BeEmpty();
        await GoOnAsync(FollowedChain.Lag.LookEvery);
        _back.Should().ContainSingle().Which.Node.Value.Should().Be("node-2");
        Health.MayAsk().Should().BeFalse("whoever keeps its standing decides");
        _chain.Pool.Reinstate("node-2");
        Health.MayAsk().Should().BeTrue();
        await GoOnAsync(40);
        _out.Should().ContainSingle("it did nothing wrong since");
    }

    [Fact]
    public async Task Head_StillOldAfterAnOperatorPutItsNodeBack_HasItsTimeAnew()
    {
        var stale = _chain.Tip;
        await GoOnAsync(20, stale);
        _chain.Pool.Reinstate("node-2");
        await GoOnAsync(FollowedChain.Lag.ForBlocks - FollowedChain.Lag.LookEvery, stale);
        _out.Should().ContainSingle();
        await GoOnAsync(20, stale);
        _out.Should().HaveCount(2);
    }

    /// <summary>A forged head is weighed by the final block of its height, though its node is never asked first.</summary>
    [Fact]
    public async Task Head_OfABranchThatNobodyElseHas_PutsItsNodeOutForGood()
    {
        await GoOnAsync(4);
        var forged = FollowedChain.On(_chain.Tip, salt: 7);
        await GoOnAsync((FollowedChain.Lag.LookEvery * 2) + FollowedChain.Confirmations, forged);
        var quarantined = _out.Should().ContainSingle().Subject;
        (quarantined.Node.Value, quarantined.MayReturn).Should().Be(("node-2", false));
        quarantined.Fact.Should().BeOfType<NodeError.Garbage>().Which.Refusal.Code.Should().Be("block.final");
    }

    [Fact]
    public async Task Head_OfABranchThatLostHonestly_IsHeldAgainstNobody()
    {
        await GoOnAsync(3);
        var lost = FollowedChain.On(_chain.Tip, salt: 7);
        await GoOnAsync(2, lost);
        await GoOnAsync(40);
        _out.Should().BeEmpty();
    }

    /// <summary>Mines so many blocks, polling after each; the last node has this head, or that of the others.</summary>
    private async Task GoOnAsync(ulong blocks, ModelBlock? head = null)
    {
        for (var i = 0UL; i < blocks; i++)
        {
            _chain.Mine();
            if (head is not null) Last.Head = head;
            await _chain.PollAsync();
        }
    }
}
