using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>That the peer has heard a message, said by the event that is written next.</summary>
public sealed class HeardInPassingTests
{
    /// <summary>Whatever comes next, and however much is on its way to the peer.</summary>
    [Fact]
    public void Joined_AnyEventOfARun_IsTheOneAfterTheOther()
    {
        var (a, b) = ChannelParty.Pair();
        for (var i = 0; i < 5; i++)
        {
            a.Pay(10);
            b.Pay(3);
            ChannelParty.Settle(a, b);
        }

        var joined = 0;
        foreach (var party in new[] { a, b })
        {
            var state = ChannelDecider.Empty(party.State.Ref.ToString());
            foreach (var later in party.Events)
            {
                foreach (var number in state.Outbox.Keys)
                {
                    var heard = new ChannelEvent.MessageHeard(number);
                    var both = ChannelDecider.Evolve(ChannelDecider.Evolve(state, heard, People.Start), later, People.Start);
                    var one = ChannelDecider.Evolve(state, ChannelDecider.Joined(heard, later)!, People.Start);
                    ChannelParty.Snapshot(one).Should().Be(ChannelParty.Snapshot(both), later.GetType().Name);
                    joined++;
                }

                state = ChannelDecider.Evolve(state, later, People.Start);
            }
        }

        joined.Should().BeGreaterThan(20);
    }

    [Fact]
    public void Joined_SeveralThatWait_SayTheNewest()
    {
        var signed = new ChannelEvent.StateSigned(8, default);
        var joined = ChannelDecider.Joined(new ChannelEvent.MessageHeard(4), ChannelDecider.Joined(new ChannelEvent.MessageHeard(5), signed)!)!;
        joined.Should().Be(signed with { PeerHeard = 5 });
        ChannelDecider.Joined(new ChannelEvent.PeerFoundLost(), signed).Should().BeNull();
        ChannelDecider.GenerationOf(joined).Should().Be(EventGenerations.HeardInPassing);
        ChannelDecider.GenerationOf(signed).Should().Be(EventGenerations.First);
    }
}
