using Microsoft.Extensions.Logging.Abstractions;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Shell;
using TPWallet.Silo.Composition;
using TPWallet.Tests.Journal;
using TPWallet.Tests.Simulation;

namespace TPWallet.Tests.Shell;

/// <summary>A silo that cannot trust its clock decides nothing and dates nothing by it.</summary>
public sealed class ClockDoubtTests
{
    private static readonly MachineCodec<TallyState, TallyCommand, TallyEvent> _codec =
        new(TallyJson.Default.TallyCommand, TallyJson.Default.TallyEvent, TallyJson.Default.TallyState);

    private readonly SimulatedTime _time = new();
    private readonly JournalClock _clock;

    public ClockDoubtTests() => _clock = new JournalClock(_time, Span.Seconds(30));

    private Instant Now => new(_time.GetUtcNow().ToUnixTimeMilliseconds());

    [Fact]
    public void Decide_NothingHeardFromTheDatabaseYet_IsRefused()
    {
        Decide(default, fence: false).Decisions.Should().ContainSingle().Which.Reply.Should().BeOfType<CommandReply.Refused>()
            .Which.Rejection.Code.Should().Be(RejectionCode.ClockDoubtful);
        _clock.Observe(Now.UnixMs, _clock.AskNow());
        Decide(default, fence: false).Rows.Should().ContainSingle();
    }

    [Fact]
    public void Decide_DatabaseClockTenMinutesAhead_DatesTheFenceByTheLastEvent()
    {
        var last = Now - Span.Seconds(5);
        _clock.Observe((Now + Span.Seconds(600)).UnixMs, _clock.AskNow());
        var batch = Decide(last, fence: true);
        batch.Rows.Should().ContainSingle("the fence is no matter of time").Which.AtUnixMs.Should().Be(last.UnixMs);
        batch.LastAt.Should().Be(last, "or every later stamp of this stream would be ten minutes ahead");

        _clock.Observe(Now.UnixMs, _clock.AskNow());
        Decide(last, fence: true).LastAt.Should().Be(Now);
    }

    /// <summary>Whatever the store keeps of restores: what a silo serves first is not refused because of how early it came.</summary>
    [Fact]
    public async Task Compare_AtStart_HasHeardTheDatabase()
    {
        await using var journal = new MemoryJournal(new MemoryStore(), new JournalSeal(new byte[JournalSeal.KeySize]), _time);
        _clock.IsDoubtful.Should().BeTrue("nothing was heard");

        await new RestoreCheck(
            journal, signer: null!, grains: null!, _clock, incidents: null!, _time, new("test", RestoreOptions.DefaultSignerWait), NullLogger<RestoreCheck>.Instance, store: null)
            .CompareAsync(CancellationToken.None);

        _clock.IsDoubtful.Should().BeFalse();
        Decide(default, fence: false).Rows.Should().ContainSingle();
    }

    private Batch<TallyState, TallyCommand> Decide(Instant lastAt, bool fence)
    {
        var command = new TallyCommand.Add(Guid.NewGuid(), 1);
        var queue = new Queue<Pending<TallyCommand>>([new(command, _codec.Fingerprint(command))]);
        return BatchDecider<TallyMachine, TallyState, TallyCommand, TallyEvent>.Decide(
            new(TallyMachine.Empty("one"), 0, default, lastAt), queue, _codec, _clock, fence);
    }
}
