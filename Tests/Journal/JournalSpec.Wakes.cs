using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Journal;

public abstract partial class JournalSpec
{
    [Fact]
    public async Task Wake_IsDueFromItsInstant_WithTheGrainsName()
    {
        var stream = NewStream();
        await Durable(First(stream, Row("1")) with { WakeAtUnixMs = At });

        (await Due(stream, At - 1)).Should().BeEmpty();
        (await Due(stream, At)).Should().Equal(new DueWake(stream, At, 0, 0));
        (await Journal.ReadDueAsync((stream.Id.Shard + 1) % JournalLimits.WakeShards, At, 10, None)).Should().BeEmpty();
    }

    [Fact]
    public async Task Wake_SetAgain_ReplacesTheInstant()
    {
        var stream = NewStream();
        var head = await Durable(First(stream, Row("1")) with { WakeAtUnixMs = At });
        head = await Durable(After(stream, head, Row("2")) with { WakeAtUnixMs = At + 50 });
        (await Due(stream, At + 49)).Should().BeEmpty();
        (await Due(stream, At + 50)).Should().Equal(new DueWake(stream, At + 50, 0, 0));
        await Durable(After(stream, head, Row("3")) with { WakeAtUnixMs = At - 50 });
        (await Due(stream, At + 100)).Should().Equal(new DueWake(stream, At - 50, 0, 0));
    }

    /// <summary>
    /// The sweeper reads a due row, the grain owes nothing, and before the row is cleared the grain appends something that owes: a later or the same
    /// instant must not look like the one that was read, or nothing wakes the grain after a crash.
    /// </summary>
    [Theory]
    [InlineData(30_000)]
    [InlineData(0)]
    [InlineData(-30_000)]
    public async Task Wake_SetBetweenAReadAndItsClearing_Stays(int laterMs)
    {
        var stream = NewStream();
        var head = await Durable(First(stream, Row("1")) with { WakeAtUnixMs = At });
        var read = (await Due(stream, At)).Should().ContainSingle().Subject;
        await Durable(After(stream, head, Row("2")) with { WakeAtUnixMs = At + laterMs });

        (await Journal.ClearWakeAsync(stream.Id, read.DueAtUnixMs, None)).Should().BeFalse();
        (await Journal.PostponeWakeAsync(stream.Id, read.DueAtUnixMs, At + 600_000, WakeResult.Owing, None)).Should().BeFalse();
        (await Due(stream, At + 30_001)).Should().ContainSingle();
    }

    [Fact]
    public async Task Wake_OfARefusedAppend_IsNotWritten()
    {
        var stream = NewStream();
        var head = await Durable(First(stream, Row("1")) with { WakeAtUnixMs = At });
        await Journal.AppendAsync(First(stream, Row("stale")) with { WakeAtUnixMs = At - 100 }, None);
        await Journal.AppendAsync(new Append(stream, 1, new byte[32], [Row("stale")], ClearWake: true), None);
        (await Due(stream, At + 100)).Should().Equal(new DueWake(stream, At, 0, 0));
        await Durable(After(stream, head, Row("done")) with { ClearWake = true });
        (await Due(stream, At + 100)).Should().BeEmpty();
    }

    [Fact]
    public async Task Wake_ClearedOrPostponed_OnlyAsItWasRead()
    {
        var stream = NewStream();
        await Durable(First(stream, Row("1")) with { WakeAtUnixMs = At });

        (await Journal.PostponeWakeAsync(stream.Id, At - 1, At + 10, WakeResult.Owing, None)).Should().BeFalse();
        (await Journal.PostponeWakeAsync(stream.Id, At, At + 10, WakeResult.Owing, None)).Should().BeTrue();
        (await Due(stream, At + 9)).Should().BeEmpty();
        (await Due(stream, At + 10)).Should().Equal(new DueWake(stream, At + 10, 1, 0));
        (await Journal.ClearWakeAsync(stream.Id, At, None)).Should().BeFalse();
        (await Journal.ClearWakeAsync(stream.Id, At + 10, None)).Should().BeTrue();
        (await Due(stream, At + 10)).Should().BeEmpty();
    }

    [Fact]
    public async Task Wake_Postponed_CountsFailuresInARow()
    {
        var stream = NewStream();
        var head = await Durable(First(stream, Row("1")) with { WakeAtUnixMs = At });
        await Journal.PostponeWakeAsync(stream.Id, At, At + 1, WakeResult.Failed, None);
        await Journal.PostponeWakeAsync(stream.Id, At + 1, At + 2, WakeResult.Failed, None);
        (await Due(stream, At + 2)).Should().Equal(new DueWake(stream, At + 2, 2, 2));
        await Journal.PostponeWakeAsync(stream.Id, At + 2, At + 3, WakeResult.Owing, None);
        (await Due(stream, At + 3)).Should().Equal(new DueWake(stream, At + 3, 3, 0));
        await Journal.PostponeWakeAsync(stream.Id, At + 3, At + 4, WakeResult.Failed, None);
        await Durable(After(stream, head, Row("2")) with { WakeAtUnixMs = At + 5 });
        (await Due(stream, At + 5)).Should().Equal(new DueWake(stream, At + 5, 0, 0));
    }

    [Fact] // btcpayserver#3146, PR #2177: visible dead letters.
    public async Task DeadWake_IsListed_AndLivesAgainWithTheNextAppend()
    {
        var stream = NewStream();
        var head = await Durable(First(stream, Row("1")) with { WakeAtUnixMs = At });
        await Journal.PostponeWakeAsync(stream.Id, At, At + 1, WakeResult.GivenUp, None);

        (await Due(stream, At + 100)).Should().BeEmpty();
        (await Journal.ReadDeadWakesAsync(default, 10, None)).Should().Equal(new DueWake(stream, At + 1, 1, 1));
        (await Journal.ReadDeadWakesAsync(stream.Id, 10, None)).Should().BeEmpty();

        await Durable(After(stream, head, Row("2")) with { WakeAtUnixMs = At + 50 });
        (await Due(stream, At + 100)).Should().Equal(new DueWake(stream, At + 50, 0, 0));
    }

    [Fact]
    public async Task DatabaseTime_IsThatOfTheAppends()
    {
        var head = await Durable(First(NewStream(), Row("1")));
        (await Journal.DatabaseTimeAsync(None)).Should().BeGreaterThanOrEqualTo(head.DatabaseTimeUnixMs);
    }

    private Task<IReadOnlyList<DueWake>> Due(StreamName stream, long now) => Journal.ReadDueAsync(stream.Id.Shard, now, 10, None);
}
