using TPWallet.Domain.Peers;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Channels;
using TPWallet.Tests.Gateway;

namespace TPWallet.Tests.Domain.Peers;

/// <summary>What a payment learns of the account's own channels before ways are looked for. The peer "other" stands at -410.25 points, of "nobody" nothing is known.</summary>
public sealed class OwnChannelsTests
{
    private static readonly ChannelRef _side = new(ChannelParty.Id, ChannelSide.A);

    [Theory]
    [InlineData("other", 8_205)]
    [InlineData("nobody", 0)]
    [InlineData(null, 0)]
    public async Task Peer_OfPoorStanding_MakesItsChannelDearer(string? peer, uint ppm)
    {
        var own = await ReadAsync(peer is null ? default(Name?) : new Name(peer), static view => view);
        own.Spendable.Should().ContainSingle().Which.Should().Be(KeyValuePair.Create(_side.Channel, (UInt256)9_000));
        own.Disliked.GetValueOrDefault(_side.Channel).Should().Be(ppm);
        own.Second.Should().Be(1_234);
    }

    [Fact]
    public async Task Room_ThatThePeerIsLeft_IsAllThatIsSpent_AndAShutChannelSpendsNothing()
    {
        (await ReadAsync("other", static view => view with { Room = 70 })).Spendable[_side.Channel].Should().Be((UInt256)70);
        foreach (var shut in new Func<ChannelView, ChannelView>[] { static view => view with { Frozen = true }, static view => view with { Phase = ChannelPhase.Closing } })
        {
            var own = await ReadAsync("other", shut);
            (own.Spendable[_side.Channel], own.Disliked.IsEmpty).Should().Be((UInt256.Zero, true));
        }

        (await ReadAsync("other", static _ => null!)).Spendable[_side.Channel].Should().Be(UInt256.Zero);
        (await ReadAsync("other", static view => view, new(new(new Bytes32(9), ChannelSide.A), _side))).Spendable[_side.Channel].Should().Be(UInt256.Zero, "it leaves by another");
    }

    private static Task<OwnChannels> ReadAsync(Name? peer, Func<ChannelView, ChannelView> with, TPWallet.Grains.Interfaces.Payments.PaymentRing? ring = null)
    {
        var view = new ChannelView(
            _side, ChannelPhase.Open, ChannelParty.OpeningOf(ChannelSide.A) with { Peer = peer }, ChannelBook.Empty, new(10_000, 0), 9_000, 0, false, null, 1)
        {
            Second = 1_234,
        };
        return OwnChannels.ReadAsync(new FakeCluster { Channel = () => with(view) }.Client, StandingPrice.Default, [_side], ring);
    }
}
