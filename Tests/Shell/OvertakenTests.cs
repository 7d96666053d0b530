using Orleans.Runtime;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Shell;
using TPWallet.Tests.Journal;

namespace TPWallet.Tests.Shell;

/// <summary>
/// Two activations of one grain over one journal, as a partition leaves them. An append of the one that was overtaken fails by the journal's fence; an
/// answer without an append has no fence, and must not be given on what that activation knows. All found by the simulation.
/// </summary>
public sealed class OvertakenTests : IAsyncLifetime
{
    private readonly MemoryStore _store = new() { IsShared = true };
    private ShellBench _stale = null!;
    private ShellBench _owner = null!;

    public async Task InitializeAsync()
    {
        _stale = await ShellBench.StartAsync(_store);
        (await _stale.Tally().Submit(new TallyCommand.Add(Guid.NewGuid(), 1))).ShouldBeAccepted();
        _owner = await ShellBench.StartAsync(_store);
    }

    public async Task DisposeAsync()
    {
        await _stale.DisposeAsync();
        await _owner.DisposeAsync();
    }

    /// <summary>A lane's report was taken for old news by a packet's stale activation, and the packet never heard of it.</summary>
    [Fact]
    public async Task NothingToDo_SaidByTheOvertakenOne_IsRetryAndThenDone()
    {
        (await _owner.Tally().Submit(new TallyCommand.Ask(Guid.NewGuid(), "a", Exclusive: true))).ShouldBeAccepted();
        var answer = new TallyCommand.Waive(Guid.NewGuid(), "a");
        (await _stale.Tally().Submit(answer)).ShouldBeRefused(RejectionCode.Retry);
        (await _stale.Tally().Submit(answer)).ShouldBeAccepted().Events.Should().ContainSingle();
    }

    /// <summary>A vote that was durable was sent again with its id, and refused as expired by an activation that had not seen it.</summary>
    [Fact]
    public async Task Refusal_ByTheOvertakenOne_OfWhatIsDurable_IsRetryAndThenTheFirstAnswer()
    {
        var command = new TallyCommand.Add(Guid.NewGuid(), TallyMachine.Limit - 1);
        var first = (await _owner.Tally().Submit(command)).ShouldBeAccepted();
        (await _stale.Tally().Submit(new TallyCommand.Add(Guid.NewGuid(), TallyMachine.Limit))).ShouldBeRefused(RejectionCode.Retry);
        (await _stale.Tally().Submit(command)).ShouldBeAccepted().Version.Should().Be(first.Version);
    }

    /// <summary>A read asks the journal nothing. One whose only commands were repetitions was read for hours, and put a node out of use by what it knew.</summary>
    [Fact]
    public async Task Read_OfTheOvertakenOne_IsToldOnlyForAWhile()
    {
        await using var stale = await ShellBench.StartAsync(_store, ShellTimes.Default with { ReadableFor = TPWallet.Grains.Interfaces.Values.Span.Zero });
        (await stale.Tally().Read()).Sum.Should().Be(1);
        (await _owner.Tally().Submit(new TallyCommand.Add(Guid.NewGuid(), 4))).ShouldBeAccepted();
        await stale.Invoking(static bench => bench.Tally().Read()).Should().ThrowAsync<OrleansException>();
        (await stale.Tally().Read()).Sum.Should().Be(5);
        (await _stale.Tally().Read()).Sum.Should().Be(1, "it wrote itself a moment ago, and nothing is looked up for each read");
    }

    /// <summary>What cannot be read cannot be told to be current.</summary>
    [Fact]
    public async Task Read_WhileTheJournalCannotBeAsked_Fails()
    {
        await using var bench = await ShellBench.StartAsync(_store, ShellTimes.Default with { ReadableFor = TPWallet.Grains.Interfaces.Values.Span.Zero });
        (await bench.Tally().Read()).Sum.Should().Be(1);
        bench.Journal.Kill();
        await bench.Invoking(static one => one.Tally().Read()).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public async Task Refusal_ByTheOnlyOne_StandsAtOnce() =>
        (await _stale.Tally().Submit(new TallyCommand.Add(Guid.NewGuid(), TallyMachine.Limit))).ShouldBeRefused(RejectionCode.HardLimit);
}
