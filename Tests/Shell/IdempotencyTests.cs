using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Shell;

namespace TPWallet.Tests.Shell;

/// <summary>A command id is remembered as long as its subject lives: in memory, in the journal, over restarts.</summary>
public sealed class IdempotencyTests
{
    [Fact]
    public async Task Submit_SameIdAgain_SameAnswerAndNoNewEvent()
    {
        await using var bench = await ShellBench.StartAsync();
        var command = new TallyCommand.Twice(Guid.NewGuid(), 3);
        var first = (await bench.Tally().Submit(command)).ShouldBeAccepted();
        var second = (await bench.Tally().Submit(command)).ShouldBeAccepted();
        second.Version.Should().Be(first.Version).And.Be(2);
        second.Events.Should().Equal("added", "added");
        (await bench.RowsAsync()).Should().HaveCount(2);
    }

    [Fact]
    public async Task Submit_SameIdOtherContent_IsRefusedWithItsOwnCode()
    {
        await using var bench = await ShellBench.StartAsync();
        var id = Guid.NewGuid();
        await bench.Tally().Submit(new TallyCommand.Add(id, 3));
        (await bench.Tally().Submit(new TallyCommand.Add(id, 4))).ShouldBeRefused(RejectionCode.IdempotencyMismatch);
        (await bench.Tally().Read()).Sum.Should().Be(3);
    }

    [Fact]
    public async Task Submit_SameIdInFlight_SharesOneDecision()
    {
        await using var bench = await ShellBench.StartAsync();
        var gate = new Gate();
        bench.Journal.Intercept = gate.Hold;
        var command = new TallyCommand.Add(Guid.NewGuid(), 3);
        var twice = new[] { bench.Tally().Submit(command), bench.Tally().Submit(command) };
        await gate.LetGoAsync();
        foreach (var reply in await Task.WhenAll(twice)) reply.ShouldBeAccepted().Version.Should().Be(1);
        (await bench.Tally().Read()).Count.Should().Be(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Submit_OldIdBeyondMemory_IsFoundInTheJournal(bool restart)
    {
        var bench = await ShellBench.StartAsync();
        var old = new TallyCommand.Twice(Guid.NewGuid(), 1);
        await bench.Tally().Submit(old);
        for (var i = 0; i < ShellLimits.RememberedCommands + 200; i++) await bench.Tally().Submit(new TallyCommand.Add(Guid.NewGuid(), 1));
        if (restart)
        {
            await bench.DisposeAsync();
            bench = await ShellBench.StartAsync(bench.Store);
        }

        var again = (await bench.Tally().Submit(old)).ShouldBeAccepted();
        again.Version.Should().Be(2);
        again.Events.Should().Equal("added", "added");
        (await bench.Tally().Submit(old with { Value = 9 })).ShouldBeRefused(RejectionCode.IdempotencyMismatch);
        (await bench.Tally().Read()).Sum.Should().Be(ShellLimits.RememberedCommands + 202);
        await bench.DisposeAsync();
    }

    [Fact]
    public async Task Submit_OldIdWhoseDecisionWouldNowBeRefused_StillHasItsAnswer()
    {
        await using var bench = await ShellBench.StartAsync();
        var old = new TallyCommand.Add(Guid.NewGuid(), TallyMachine.Limit - ShellLimits.RememberedCommands);
        await bench.Tally().Submit(old);
        for (var i = 0; i < ShellLimits.RememberedCommands; i++) await bench.Tally().Submit(new TallyCommand.Add(Guid.NewGuid(), 1));
        (await bench.Tally().Submit(old)).ShouldBeAccepted().Version.Should().Be(1);
    }

    [Fact]
    public async Task Load_AfterSnapshot_IsTheStateFromTheFirstEvent()
    {
        var bench = await ShellBench.StartAsync();
        for (var i = 1; i <= ShellLimits.SnapshotEvery + 10; i++) await bench.Tally().Submit(new TallyCommand.Add(Guid.NewGuid(), i));
        var before = await bench.Tally().Read();
        await bench.Tally().Rest();
        (await bench.Tally().Read()).Should().Be(before);
        await bench.DisposeAsync();
        bench.Store.SnapshotCount.Should().Be(1);
        bench = await ShellBench.StartAsync(bench.Store);
        (await bench.Tally().Read()).Should().Be(before);
        await bench.DisposeAsync();
    }

    [Fact]
    public async Task Load_StreamOfManyPages_IsTheStateFromTheFirstEvent_AndItsSnapshotIsWrittenWhileItIsAwake()
    {
        const int events = (5 * 512) + 3;
        var bench = await ShellBench.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, events).Select(_ => bench.Tally().Submit(new TallyCommand.Add(Guid.NewGuid(), 1))));
        var before = await bench.Tally().Read();
        await bench.DisposeAsync();
        bench.Store.SnapshotCount.Should().Be(0);

        bench = await ShellBench.StartAsync(bench.Store);
        var saved = new TaskCompletionSource<StreamId>(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Journal.SnapshotSaved = stream => saved.TrySetResult(stream);
        var after = await bench.Tally().Read();

        after.Should().Be(before);
        after.Sum.Should().Be(events);
        (await saved.Task.WaitAsync(TimeSpan.FromMinutes(1))).Should().Be(bench.Stream());
        await bench.DisposeAsync();
    }

    [Fact]
    public async Task Load_StateTooLargeForASnapshot_ReplaysFromItsEvents()
    {
        const int asked = (JournalLimits.MaxSnapshotBytes / JournalLimits.MaxPayloadBytes) + 1;
        var bench = await ShellBench.StartAsync();
        for (var i = 0; i < asked; i++)
            (await bench.Tally().Submit(new TallyCommand.Ask(Guid.NewGuid(), $"{i}".PadLeft(JournalLimits.MaxPayloadBytes - 100), false))).ShouldBeAccepted();
        for (var i = asked; i < ShellLimits.SnapshotEvery + 10; i++) await bench.Tally().Submit(new TallyCommand.Add(Guid.NewGuid(), 1));
        var before = await bench.Tally().Read();
        await bench.DisposeAsync();
        bench.Store.SnapshotCount.Should().Be(0);

        bench = await ShellBench.StartAsync(bench.Store);
        (await bench.Tally().Read()).Should().Be(before, "what is too large for a snapshot must still wake");
        (await bench.Tally().Submit(new TallyCommand.Add(Guid.NewGuid(), 1))).ShouldBeAccepted();
        await bench.DisposeAsync();
    }
}
