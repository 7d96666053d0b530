using System.Text.Json;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Gossip;

namespace TPWallet.Tests.Domain.Gossip;

/// <summary>Who asks reads no more of an answer than <see cref="PeerSet.MaxAnswerBytes"/>.</summary>
public sealed class GossipPageTests
{
    [Fact]
    public void Page_OfTheLongestWords_IsReadWhole()
    {
        var most = BookRules.MostDeposited;
        var content = GossipScene.Content(GossipScene.Facts(7, 8, ulong.MaxValue), 7, new(uint.MaxValue * 1_000L)) with
        {
            Forwards = new(most, uint.MaxValue, uint.MaxValue, most),
            Least = most,
            ShortestLock = uint.MaxValue,
            LongestLock = uint.MaxValue,
            LockFloor = most,
        };
        var entry = new GossipEntry(long.MaxValue, GossipScene.Sign(content));
        var page = new GossipPage([.. Enumerable.Repeat(entry, GossipPage.Most)], long.MaxValue, false);
        JsonSerializer.SerializeToUtf8Bytes(page, ContractJson.Default.GossipPage).Length.Should().BeInRange(PeerSet.MaxAnswerBytes / 4, PeerSet.MaxAnswerBytes);
    }
}
