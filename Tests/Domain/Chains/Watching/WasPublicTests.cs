using TPWallet.Domain.Chains.Watching;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Lanes;

namespace TPWallet.Tests.Domain.Chains.Watching;

/// <summary>Whether a pool had a transaction before a block did: what a reorg takes out of a block is in pools by itself.</summary>
public sealed class WasPublicTests
{
    private static readonly BlockRef _block = new(7, LaneRun.Hash("block"));

    [Theory]
    [InlineData("pool", true)]
    [InlineData("pool, block", true)]
    [InlineData("pool, block, gone", true)]
    [InlineData("block", false)]
    [InlineData("block, pool", false)]
    [InlineData("block, gone, pool", false)]
    public void Pool_BeforeTheFirstBlock_IsKeptInMind(string story, bool expected)
    {
        var run = new WatchedRun();
        var subject = new WatchSubject.LaneEntry(People.Chain, People.AddressOf("hot"), 7, new(new(new(LaneRun.Hash("owner")), "p"), "a"));
        run.Accept(new WatchedCommand.Watch(People.Id("watch"), People.Chain, WatchedRun.Tx, subject));
        foreach (var step in story.Split(", "))
        {
            run.Accept(step switch
            {
                "pool" => new WatchedCommand.RecordMempool(People.Id(step)),
                "block" => new WatchedCommand.RecordIncluded(People.Id(step), new(People.Chain, WatchedRun.Tx, _block, true, 42_000)),
                _ => new WatchedCommand.RecordRemoved(People.Id(step), _block),
            });
        }

        WatchedDecider.View(run.State)!.WasPublic.Should().Be(expected);
    }
}
