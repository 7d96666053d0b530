using FsCheck;
using FsCheck.Fluent;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>
/// In the manner of LDK's chanmon_consistency: numbers choose what two sides do, what the network does to their messages, and when they die. After each step the
/// promises of a channel are checked; at the end all is delivered, and both must agree on every wish.
/// </summary>
public sealed class ChannelFuzzTests
{
    private const int Sequences = 40;
    private const int Steps = 300;

    /// <summary>FsCheck tells the seed of a failing run and shrinks its sequence.</summary>
    [Fact]
    public void TwoSides_RandomNetworkAndCrashes_ConserveAgreeAndComeToRest()
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ArrayOf(Steps).ToArbitrary(), sequence => Run(sequence, seen))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences));
        seen.Should().Contain(
            [
                "StateProposed", "ProposalSigned", "StateAcknowledged", "ProposalTaken", "StateSigned", "ProposalRefused", "ProposalBurnt", "UpdateRefused", "TurnAsked",
                "TurnWanted", "TurnYielded", "TurnTaken", "DepositCounted",
                "SignatureRefused", "RecoveryBegun",
            ],
            "the sequences must get that far");
        seen.Should().NotContain(["ProtocolBroken", "PeerFoundLost", "LossProved", "LossFound"], "no bad network makes an honest side look bad");
    }

    private static void Run(int[] sequence, SortedSet<string> seen)
    {
        var world = new ChannelWorld();
        foreach (var choice in sequence)
        {
            world.Do(choice);
            world.Check();
        }

        world.Heal();
        seen.UnionWith(world.A.Events.Concat(world.B.Events).Select(static @event => @event.GetType().Name));
    }
}
