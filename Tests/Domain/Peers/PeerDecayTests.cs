using FsCheck;
using FsCheck.Fluent;
using TPWallet.Domain.Peers;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Peers;

/// <summary>What time makes of a standing, whatever the peer did before.</summary>
public sealed class PeerDecayTests
{
    private const int Sequences = 300;
    private const int Length = 12;

    private static readonly ImmutableArray<DealingReason> _reasons = [.. Enum.GetValues<DealingReason>().Where(static reason => reason != DealingReason.None)];

    /// <summary>A score comes nearer to zero and never passes it; how it is cut into looks makes no difference worth a point.</summary>
    [Fact]
    public void Score_FadesToZero_AndNeverPassesIt() => ForAll(static picks =>
    {
        var run = RunOf(picks);
        var (score, before) = (run.View.Score, run.View);
        for (var hour = 0; hour < 40 * 168; hour += 1 + (picks[0] % 167))
        {
            run.Now = People.Start + Span.Hours(hour);
            var now = run.View;
            (now.Good <= before.Good && now.Bad <= before.Bad).Should().BeTrue("nothing grows by itself");
            (Math.Sign(now.Score) == 0 || Math.Sign(now.Score) == Math.Sign(score)).Should().BeTrue("{0} became {1}", score, now.Score);
            before = now;
        }

        run.Now = People.Start + Span.Hours(40 * 168);
        run.View.Score.Should().Be(0, "in the end it is forgotten");
    });

    [Fact]
    public void Order_WithinOneInstant_MakesNoDifference() => ForAll(static picks =>
    {
        var (one, other) = (RunOf(picks), RunOf([.. picks.Reverse()]));
        (other.State.Good, other.State.Bad, other.State.Level).Should().Be((one.State.Good, one.State.Bad, one.State.Level));
        other.View.Counts.Should().Equal(one.View.Counts);
    });

    [Fact]
    public void Replay_IsTheSame() => ForAll(static picks =>
    {
        var run = RunOf(picks);
        run.Snapshot(run.Replay()).Should().Be(run.Snapshot(run.State));
    });

    /// <summary>The same command twice changes nothing the second time, where it carries no dealings; those are told once by their number.</summary>
    [Fact]
    public void Commands_ThatSayNothingNew_ChangeNothing() => ForAll(static picks =>
    {
        var run = RunOf(picks);
        run.Report(1, true).Should().BeEmpty();
        run.Accept(new PeerCommand.Tick(run.NextId())).Should().BeEmpty();
        run.Accept(new PeerCommand.SetPolicy(run.NextId(), run.State.Policy)).Should().BeEmpty();
    });

    /// <summary>What is told late counts as if it had been told in time, but for the steps.</summary>
    [Fact]
    public void Dealing_ToldLate_HasFadedAsIfToldInTime()
    {
        var (inTime, late) = (new PeerRun(), new PeerRun());
        inTime.Report(1, true, (DealingReason.StaleClose, 1));
        foreach (var run in new[] { inTime, late }) run.Now = People.Start + Span.Hours(400);
        late.Accept(new PeerCommand.Report(late.NextId(), PeerRun.SideOf(1), true, [new(DealingReason.StaleClose, 1, People.Start, 1)]));
        late.View.Score.Should().BeInRange(inTime.View.Score - 200, inTime.View.Score + 200).And.BeInRange(-192_500, -191_500);
    }

    /// <summary>Reports that come faster than a step must not hold time up.</summary>
    [Fact]
    public void Reports_HoweverOften_DoNotStopTheClock()
    {
        var run = new PeerRun { ChecksSnapshots = false };
        run.Report(1, true, (DealingReason.StateLost, 10));
        for (var i = 0; i < 2_000; i++)
        {
            run.Now += Span.Seconds(307);
            run.Report(1, true, (DealingReason.UpdateSigned, 1));
        }

        run.View.Bad.Should().BeInRange(246_000, 249_000, "half of it, about one half-life later, and little is lost by rounding");
    }

    private static void ForAll(Action<int[]> check) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ArrayOf(Length).ToArbitrary(), check).Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences));

    /// <summary>Reports of any reasons, all at one instant, of one open channel.</summary>
    private static PeerRun RunOf(int[] picks)
    {
        var run = new PeerRun { ChecksSnapshots = false };
        foreach (var pick in picks) run.Report(1, true, (_reasons[pick % _reasons.Length], 1 + (pick / 16 % 40)));
        return run;
    }
}
