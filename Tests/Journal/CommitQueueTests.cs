using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Journal;

/// <summary>Who may commit what, and what becomes of appends that the store forgets.</summary>
public sealed class CommitQueueTests
{
    private static readonly JournalSeal Seal = new(new byte[32]);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(1);

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
    public void FollowUps_OfACommit_GoTogether()
    {
        var time = new ManualTime();
        using var queue = Gathering(time);
        CommitOf(queue, "a", "b", "c");
        queue.Enqueue(Pending("a", time));
        queue.Enqueue(Pending("b", time));
        queue.Take().Should().BeEmpty("the third that was answered may be about to append again");
        queue.Enqueue(Pending("d", time));
        queue.Take().Should().HaveCount(3);
    }

    [Fact]
    public void FollowUps_ThatDoNotCome_AreNotWaitedFor()
    {
        var time = new ManualTime();
        var signals = 0;
        using var queue = Gathering(time, () => signals++);
        CommitOf(queue, "a", "b");
        queue.Enqueue(Pending("a", time));
        var before = signals;
        time.Advance(Gather);
        signals.Should().Be(before + 1, "an idle committer must be told");
        queue.Take().Should().HaveCount(1);
    }

    [Fact]
    public void LoneCommand_IsNeverHeldBack()
    {
        var time = new ManualTime();
        using var queue = Gathering(time);
        CommitOf(queue, "a");
        queue.Enqueue(Pending("b", time));
        queue.Take().Should().HaveCount(1, "one commit of one append makes nobody wait for more");
        queue.Done();
        CommitOf(queue, "c", "d");
        time.Advance(Gather);
        queue.Enqueue(Pending("e", time));
        queue.Take().Should().HaveCount(1, "it comes too late to be a follow-up");
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

    private static CommitQueue Gathering(TimeProvider time, Action? signal = null) => new(time, Deadline, signal ?? (() => { }), 1, Gather);

    private static void CommitOf(CommitQueue queue, params ReadOnlySpan<string> streams)
    {
        foreach (var stream in streams) queue.Enqueue(Pending(stream));
        queue.Take().Should().HaveCount(streams.Length);
        queue.Done();
    }

    private static PendingAppend Pending(string key, TimeProvider? time = null) => PendingAppend.Seal(
        new Append(new StreamName("tenant", "account", key), 0, Array.Empty<byte>(),
            [new NewRow("Tested", 1, new byte[] { 1 }, null, Array.Empty<byte>(), 1)]),
        Seal, (time ?? TimeProvider.System).GetTimestamp());

    private sealed class ManualTime : TimeProvider
    {
        private readonly List<ManualTimer> _timers = [];
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        /// <summary>Jumps; a timer that is due in between fires once.</summary>
        public void Advance(TimeSpan by)
        {
            _ticks += by.Ticks;
            foreach (var timer in _timers) timer.FireIfDue();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new ManualTimer(this, () => callback(state));
            timer.Change(dueTime, period);
            _timers.Add(timer);
            return timer;
        }

        private sealed class ManualTimer(ManualTime time, Action fire) : ITimer
        {
            private long? _due;
            private TimeSpan _period;

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                (_due, _period) = (dueTime == Timeout.InfiniteTimeSpan ? null : time._ticks + dueTime.Ticks, period);
                return true;
            }

            public void FireIfDue()
            {
                if (_due is not { } due || due > time._ticks) return;
                _due = _period == Timeout.InfiniteTimeSpan ? null : time._ticks + _period.Ticks;
                fire();
            }

            public void Dispose() => _due = null;

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
