using TPWallet.Domain.Machines;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Accounts;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Packets;

/// <summary>From where a packet was proposed: what may be said, what is kept of it, and who is told.</summary>
public sealed class OriginTests
{
    private static readonly string _sealed = SealedText.Prefix + new string('A', SealedText.HeaderSize * 4 / 3 + 8);

    [Theory]
    [InlineData("203.0.113.77", "203.0.113.0/24")]
    [InlineData("203.0.113.0", "203.0.113.0/24")]
    [InlineData("::ffff:203.0.113.77", "203.0.113.0/24")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48")]
    [InlineData("2001:DB8:0001::9", "2001:db8:1::/48")]
    [InlineData("::1", "::/48")]
    public void Network_OfAnAddress_IsWhatASiteIsGiven(string address, string network) => PacketOrigin.NetworkOf(address).Should().Be(network);

    [Theory]
    [InlineData("")]
    [InlineData("203.0.113")]
    [InlineData("3405803853")]
    [InlineData("0xcb.0.113.77")]
    [InlineData("0203.0.113.77")]
    [InlineData("203.0.113.77:443")]
    [InlineData("203.0.113.0/24")]
    [InlineData("[2001:db8::1]")]
    [InlineData("[2001:db8::1]:443")]
    [InlineData("fe80::1%eth0")]
    [InlineData("2001:db8::/48")]
    [InlineData("example.org")]
    [InlineData(" 203.0.113.77")]
    public void Network_OfAnotherText_IsNone(string text)
    {
        PacketOrigin.NetworkOf(text).Should().BeNull();
        IPersonalCommand command = Propose(new(null, text));
        command.CheckPersonal()!.Should().Be(new Rejection(RejectionCode.Malformed, PacketOrigin.NetworkForm, $"{text.Length} other characters"));
        command.Personal.Should().Be(text, "the shell looks at what is not empty; an empty one the machine refuses");
    }

    [Fact]
    public void Command_WithAnAddress_SealsItsNetworkAlone()
    {
        IPersonalCommand command = Propose(new("phone", "203.0.113.77"));
        (command.Personal, command.CheckPersonal()).Should().Be(("203.0.113.0/24", null));
        command.WithPersonal("s").Should().Be(Propose(new("phone", "s")));
        ((IPersonalCommand)Propose(new("phone", null))).Personal.Should().BeEmpty();
        ((IPersonalCommand)Propose(null)).Personal.Should().BeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("203.0.113.77")]
    [InlineData("203.0.113.0/24")]
    public void Propose_WithANetworkThatIsNotSealed_IsRefused(string network)
    {
        var run = new PacketRun();
        run.Accept(new PacketCommand.Draft(Id("draft"), run.Content));
        run.Refuse(Propose(new("phone", network))).Code.Should().Be(RejectionCode.Malformed);
        run.Name.Should().Be("draft");
    }

    [Fact]
    public void Origin_OfAProposal_GoesToTheScoreAndIntoTheView()
    {
        var run = new PacketRun();
        run.Accept(new PacketCommand.Draft(Id("draft"), run.Content));
        run.Accept(Propose(new("phone", _sealed)));
        run.Simulated();
        run.Owed.Values.Should().ContainSingle().Which.Should().BeOfType<Effect.Score>().Which.Origin.Should().Be(new PacketOrigin("phone", _sealed));
        PacketDecider.View(run.State, 1)!.Origin.Should().Be(new PacketOrigin("phone", _sealed));
        run.Scored(run.Score());
        run.Accept(new PacketCommand.Draft(Id("next"), run.Content with { Revision = 2 }));
        run.State.Origin.Should().BeNull("nobody has proposed this revision");
        run.Accept(new PacketCommand.Propose(Id("again"), 2));
        run.State.Origin.Should().BeNull();
    }

    [Fact]
    public void Event_WithAnOrigin_WaitsUntilEverySiloReadsIt()
    {
        PacketDecider.GenerationOf(new PacketEvent.Proposed(true) { Origin = new("phone", null) }).Should().Be(EventGenerations.Origins);
        PacketDecider.GenerationOf(new PacketEvent.Proposed(true)).Should().Be(EventGenerations.First);
    }

    private static PacketCommand.Propose Propose(PacketOrigin? origin) => new(Id("propose"), 1) { Origin = origin };
}
