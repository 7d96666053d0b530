using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;
using TPWallet.Tests.Simulation;

namespace TPWallet.Tests.Shell;

/// <summary>
/// A command is decided only while this machine's clock and the journal database's agree within the doubt; if one of the two is right, the true time lies in
/// the stamp, whatever the other one does (engine-notes.md, Time).
/// </summary>
public sealed class JournalClockTests
{
    private static readonly Span _doubt = Span.Seconds(30);

    private readonly SimulatedTime _true = new();
    private readonly MachineTime _machine;
    private readonly JournalClock _clock;

    public JournalClockTests()
    {
        _machine = new MachineTime(_true);
        _clock = new JournalClock(_machine, _doubt);
    }

    private Instant Now => new(_true.GetUtcNow().ToUnixTimeMilliseconds());

    [Theory]
    [InlineData(-29)]
    [InlineData(0)]
    [InlineData(29)]
    public void Stamp_AfterAnEventOfThisVeryMoment_StillHoldsTheTrueTime(int databaseIsAhead)
    {
        _clock.Observe((Now + Span.Seconds(databaseIsAhead)).UnixMs, _clock.AskNow());
        var stamp = _clock.Stamp(floor: _clock.Now);
        _clock.IsDoubtful.Should().BeFalse();
        stamp.Earliest.Should().BeLessThanOrEqualTo(Now);
        stamp.Latest.Should().BeGreaterThanOrEqualTo(Now);
    }

    [Fact]
    public void Stamp_DatabaseStepsBack_NeverRunsBackwards()
    {
        _clock.Observe(Now.UnixMs, _clock.AskNow());
        var (last, before) = (_clock.Now, _clock.Stamp(new(0)));
        _clock.Observe((Now - Span.Seconds(25)).UnixMs, _clock.AskNow());
        var after = _clock.Stamp(floor: last);
        after.Earliest.Should().BeGreaterThanOrEqualTo(before.Earliest);
        after.Latest.Should().BeGreaterThanOrEqualTo(before.Latest);
    }

    [Theory]
    [InlineData(600)]
    [InlineData(-600)]
    [InlineData(31)]
    [InlineData(-31)]
    public void Doubt_EitherClockJumps_IsSeenUntilTheyAgreeAgain(int seconds)
    {
        _clock.Observe(Now.UnixMs, _clock.AskNow());
        _machine.Skew = TimeSpan.FromSeconds(seconds);
        _clock.IsDoubtful.Should().BeTrue("this machine's clock jumped");
        _machine.Skew = TimeSpan.Zero;
        _clock.IsDoubtful.Should().BeFalse();
        _clock.Observe((Now + Span.Seconds(seconds)).UnixMs, _clock.AskNow());
        _clock.IsDoubtful.Should().BeTrue("the database's clock jumped");
        _clock.Observe(Now.UnixMs, _clock.AskNow());
        _clock.IsDoubtful.Should().BeFalse();
    }

    /// <summary>The machine slept while the word was on its way, and its wall clock stands still: both say the same, and both are wrong (seed 42294).</summary>
    [Fact]
    public void Word_LongOnItsWay_IsNotTakenForNow()
    {
        _clock.Observe(Now.UnixMs, _clock.AskNow());
        _machine.Stop();
        var (askedAt, word) = (_clock.AskNow(), Now.UnixMs);
        _true.Skip(TimeSpan.FromSeconds(56));
        _clock.Observe(word, askedAt);
        _clock.IsDoubtful.Should().BeTrue();
        _clock.Observe(Now.UnixMs, _true.GetTimestamp() - (7 * TimeSpan.TicksPerSecond));
        _clock.Now.Should().Be(Now);
    }

    /// <summary>A store that always takes long is believed at start, or nothing were ever decided.</summary>
    [Fact]
    public void Word_ThatIsTheFirst_IsTaken()
    {
        var askedAt = _clock.AskNow();
        _true.Skip(TimeSpan.FromSeconds(20));
        _clock.Observe(Now.UnixMs, askedAt);
        _clock.IsDoubtful.Should().BeFalse();
    }

    [Fact]
    public void Doubt_DatabaseStandsStill_IsSeenOnceItIsTooFarBehind()
    {
        var stopped = Now.UnixMs;
        _clock.Observe(stopped, _clock.AskNow());
        for (var seconds = 0; seconds <= 29; seconds++)
        {
            _clock.IsDoubtful.Should().BeFalse();
            _clock.Stamp(new(0)).Latest.Should().BeGreaterThanOrEqualTo(Now);
            _true.Skip(TimeSpan.FromSeconds(1));
            _clock.Observe(stopped, _clock.AskNow());
        }

        _true.Skip(TimeSpan.FromSeconds(1));
        _clock.Observe(stopped, _clock.AskNow());
        _clock.IsDoubtful.Should().BeTrue();
    }
}
