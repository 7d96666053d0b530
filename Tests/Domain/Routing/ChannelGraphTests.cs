using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Routing;

public sealed class ChannelGraphTests
{
    [Fact]
    public void With_InBatches_IsTheSameAsAtOnce()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var changes = Enumerable.Range(0, 60).Select(_ => Change(random)).ToArray();
            var (atOnce, batched) = (ChannelGraph.Empty.With(changes), ChannelGraph.Empty);
            for (var at = 0; at < changes.Length;)
            {
                var size = Math.Min(random.Next(1, 9), changes.Length - at);
                batched = batched.With(changes[at..(at + size)]);
                at += size;
            }

            batched.Channels.Should().Equal(atOnce.Channels, "seed {0}", seed);
            for (var node = 0; node < atOnce.NodeCount; node++)
            {
                batched.ArcsInto(node).ToArray().Should().Equal(atOnce.ArcsInto(node).ToArray(), "seed {0}", seed);
                batched.ArcsOutOf(node).ToArray().Should().Equal(atOnce.ArcsOutOf(node).ToArray(), "seed {0}", seed);
            }

            atOnce.Compacted().Channels.Should().Equal(atOnce.Channels, "seed {0}", seed);
            atOnce.Compacted().ChannelNumbers.Should().Be(atOnce.ChannelCount, "seed {0}", seed);
        }
    }

    [Fact]
    public void With_LeavesTheSnapshotBeforeAsItWas()
    {
        var edge = SmallNetwork.Edge(1, 0, 1, 1_000);
        var before = SmallNetwork.Graph(edge);
        var after = before.With([new GraphChange.Close(edge.Id), new GraphChange.Announce(SmallNetwork.Edge(2, 1, 2, 5))]);
        (before.ChannelCount, after.ChannelCount, after.Find(edge.Id)).Should().Be((1, 1, null));
        before.ArcsInto(0).Length.Should().Be(1);
        after.ArcsInto(before.NodeNumber(SmallNetwork.Node(0))!.Value).Length.Should().Be(0);
        after.ChannelNumber(SmallNetwork.Id(2)).Should().Be(1, "the closed channel's number is not given again");
    }

    [Fact]
    public void With_WhatIsNotValid_ChangesNothing()
    {
        var edge = SmallNetwork.Edge(1, 0, 1, 1_000);
        var graph = SmallNetwork.Graph(edge);
        GraphChange[] wrong =
        [
            new GraphChange.Announce(edge with { Id = SmallNetwork.Id(2), A = edge.B, B = edge.A }),
            new GraphChange.Announce(edge with { Id = SmallNetwork.Id(2), Capacity = UInt256.MaxValue }),
            new GraphChange.Announce(SmallNetwork.Edge(1, 0, 2, 1_000)),
            new GraphChange.Update(new(edge.Id, ChannelSide.A), SmallNetwork.Free with { FeePpm = HopPolicy.MostFeePpm + 1 }),
            new GraphChange.Update(new(edge.Id, ChannelSide.A), SmallNetwork.Free with { LockDelta = HopPolicy.LongestDelta + 1 }),
            new GraphChange.Update(new(SmallNetwork.Id(3), ChannelSide.A), SmallNetwork.Free),
            new GraphChange.Close(SmallNetwork.Id(3)),
        ];
        graph.With(wrong).Channels.Should().Equal(graph.Channels);
    }

    [Fact]
    public void Capacities_AreCountedByRank()
    {
        var graph = SmallNetwork.Graph([.. Enumerable.Range(1, 10).Select(static number => SmallNetwork.Edge(number, 0, number, (ulong)number * 10))]);
        var all = graph.Capacities();
        (all.Count, all.Sum, all.Quantile(0), all.Quantile(500), all.Quantile(900), all.Quantile(1000)).Should()
            .Be((10, (UInt256)550, (UInt256)10, (UInt256)50, (UInt256)90, (UInt256)100));
        (all.CountAtLeast(0), all.CountAtLeast(51), all.CountAtLeast(100), all.CountAtLeast(101)).Should().Be((10, 5, 1, 0));
        graph.Capacities(SmallNetwork.Node(3)).Sum.Should().Be((UInt256)30);
        graph.CapacitiesOfNodes().Quantile(1000).Should().Be((UInt256)550);
        ChannelGraph.Empty.Capacities().Quantile(500).Should().Be(UInt256.Zero);
    }

    private static GraphChange Change(Random random)
    {
        var number = random.Next(12);
        // The same channel always has the same parties.
        var edge = SmallNetwork.Edge(number, number % 5, (number % 5) + 1 + (number % 3), (ulong)random.Next(1, 1_000));
        return random.Next(4) switch
        {
            0 => new GraphChange.Close(edge.Id),
            1 => new GraphChange.Update(new(edge.Id, (ChannelSide)random.Next(2)), SmallNetwork.Free with { BaseFee = (ulong)random.Next(9), Enabled = random.Next(3) > 0 }),
            _ => new GraphChange.Announce(edge),
        };
    }
}
