using FsCheck;
using FsCheck.Fluent;
using TPWallet.Domain.CoinChannels;
using TPWallet.Grains.Interfaces.CoinChannels;

namespace TPWallet.Tests.Domain.CoinChannels;

/// <summary>
/// Numbers choose what two sides do, what the network does to their messages, and when they die. After each step the promises of a channel are checked; then all is
/// delivered and both must agree, or one leaves in a way that the numbers choose, and each must get what is its own.
/// </summary>
public sealed class CoinChannelFuzzTests
{
    private const int Sequences = 8;
    private const int Steps = 400;

    /// <summary>FsCheck tells the seed of a failing run and shrinks its sequence.</summary>
    [Theory]
    [InlineData(CoinForm.StaticRemoteKey)]
    [InlineData(CoinForm.AnchorOutputs)]
    [InlineData(CoinForm.Anchors)]
    public void TwoSides_RandomNetworkAndCrashes_ConserveAgreeAndEnd(CoinForm form)
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ArrayOf(Steps).ToArbitrary(), sequence => Run(form, sequence, seen))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences));
        seen.Should().Contain(
            [
                "RoundBegun", "PeerSigned", "CommitHeard", "AnswerHeard", "OwnTaken", "RevokeHeard", "TurnAsked", "TurnWanted", "TurnYielded", "TurnTaken", "UpdateRefused",
                "SigningRefused", "SessionBegun", "QuestionHeard", "QuestionAnswered", "SessionAnswered", "SpendFinal", "Closed",
            ],
            "the sequences must get that far");
    }

    private static void Run(CoinForm form, int[] sequence, SortedSet<string> seen)
    {
        using var world = new CoinWorld(form);
        foreach (var choice in sequence)
        {
            world.Do(choice);
            world.Check();
        }

        world.Pair.Both.SelectMany(static party => party.Events).Should().NotContain(
            static @event => @event is CoinEvent.ProtocolBroken || @event is CoinEvent.TakingRefused || @event is CoinEvent.LossFound || @event is CoinEvent.CloseWanted,
            "no bad network makes an honest side look bad");
        var last = sequence.Length == 0 ? 0 : sequence[^1];
        if (last % 2 == 0) world.Heal();
        CoinEnding.Play(world.Pair, last / 2);
        seen.UnionWith(world.Pair.Both.SelectMany(static party => party.Events).Select(static @event => @event.GetType().Name));
    }
}
