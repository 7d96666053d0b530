using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Journal;

/// <summary>Who may commit what, and what becomes of appends that the store forgets.</summary>
public sealed class CommitQueueTests
{
    private static readonly JournalSeal Seal = new(new byte[32]);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    [Fact]
    public void SameStreamTwice_SecondWaitsForTheNextCommit()
    {
        using var queue = new CommitQueue(TimeProvider.System, Deadline, () => { });
        var (first, second, other) = (Pending("a"), Pending("a"), Pending("b"));
        queue.Enqueue(first);
        queue.Enqueue(second);
        queue.Enqueue(other);
        queue.Take().Should().Equal(first, other);
        queue.Take().Should().BeEmpty("its stream is in flight");
        queue.Done();
        queue.Take().Should().Equal(second);
    }

    [Fact]
    public void SecondCommitter_JoinsOnlyWhenEnoughWaits_AndNeverOnAStreamInFlight()
    {
        using var queue = new CommitQueue(TimeProvider.System, TimeSpan.FromHours(1), () => { }, committers: 2);
        queue.Enqueue(Pending("a"));
        queue.Take(0).Should().HaveCount(1);
        for (var i = 1; i < JournalLimits.WorthASecondCommit; i++) queue.Enqueue(Pending(i % 2 == 0 ? "a" : $"s{i}"));
        queue.Take(1).Should().BeEmpty();
        queue.Enqueue(Pending("last"));

        queue.Take(1).Select(append => append.Append.Stream.Key).Should().NotContain("a").And.HaveCount((JournalLimits.WorthASecondCommit / 2) + 1);
    }

    [Fact]
    public void Commit_TakesNoMoreThanItsRows()
    {
        using var queue = new CommitQueue(TimeProvider.System, Deadline, () => { });
        for (var i = 0; i < JournalLimits.MaxRowsPerCommit + 10; i++) queue.Enqueue(Pending($"{i}"));
        queue.Take().Should().HaveCount(JournalLimits.MaxRowsPerCommit);
        queue.Done();
        queue.Take().Should().HaveCount(10);
    }

    [Fact]
    public async Task ClosedQueue_AnswersNotWritten_ButGivesOutWhatWaits()
    {
        using var queue = new CommitQueue(TimeProvider.System, Deadline, () => { });
        var (waiting, late) = (Pending("a"), Pending("b"));
        queue.Enqueue(waiting);
        queue.Close();
        queue.Enqueue(late);
        (await late.Task).Should().BeOfType<AppendOutcome.NotWritten>();
        queue.Finished.Should().BeFalse();
        queue.Take().Should().Equal(waiting);
        queue.Finished.Should().BeTrue();
    }

    [Fact]
    public async Task Deadline_InFlightIsUnknown_InTheQueueIsNotWritten()
    {
        var time = new ManualTime();
        using var queue = new CommitQueue(time, Deadline, () => { });
        var (inFlight, waiting) = (Pending("a", time), Pending("b", time));
        queue.Enqueue(inFlight);
        queue.Take();
        queue.Enqueue(waiting);

        time.Advance(Deadline);
        inFlight.Task.IsCompleted.Should().BeFalse();
        time.Advance(TimeSpan.FromSeconds(1));

        (await inFlight.Task).Should().BeOfType<AppendOutcome.Unknown>();
        (await waiting.Task).Should().BeOfType<AppendOutcome.NotWritten>();
        queue.Done();
        queue.Take().Should().BeEmpty("what was answered NotWritten is never written");
    }

    private static PendingAppend Pending(string key, TimeProvider? time = null) => PendingAppend.Seal(
        new Append(new StreamName("tenant", "account", key), 0, Array.Empty<byte>(),
            [new NewRow("Tested", 1, new byte[] { 1 }, null, Array.Empty<byte>(), 1)]),
        Seal, (time ?? TimeProvider.System).GetTimestamp());

    private sealed class ManualTime : TimeProvider
    {
        private long _ticks;
        private Action? _tick;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan by)
        {
            _ticks += by.Ticks;
            _tick?.Invoke();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _tick = () => callback(state);
            return new Stopped();
        }

        private sealed class Stopped : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
