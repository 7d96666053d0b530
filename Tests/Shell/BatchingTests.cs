using TPWallet.Grains.Interfaces;
using TPWallet.Tests.Journal;

namespace TPWallet.Tests.Shell;

/// <summary>The batching grain: one undurable append, answers after durability, and what each outcome of an append means for callers.</summary>
public sealed class BatchingTests : IAsyncLifetime
{
    private ShellBench _bench = null!;

    public async Task InitializeAsync() => _bench = await ShellBench.StartAsync();

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task Submit_ManyWhileOneIsUndurable_AreDecidedIntoOneAppend()
    {
        var gate = new Gate();
        var appends = 0;
        _bench.Journal.Intercept = append =>
        {
            appends++;
            return gate.Hold(append);
        };
        var first = _bench.Tally().Submit(Add(1));
        await gate.WaitForOneAsync();
        var others = Enumerable.Range(0, 100).Select(_ => _bench.Tally().Submit(Add(2))).ToArray();
        // A turn of the grain after them: they are queued behind the undurable append by then.
        await _bench.Tally().Read();
        first.IsCompleted.Should().BeFalse("no answer leaves before its batch is durable");
        await gate.LetGoAsync();
        await gate.LetGoAsync();
        (await first).ShouldBeAccepted().Version.Should().Be(1);
        var versions = (await Task.WhenAll(others)).Select(r => r.ShouldBeAccepted().Version);
        versions.Should().BeEquivalentTo(Enumerable.Range(2, 100));
        appends.Should().Be(2);
        (await _bench.Tally().Read()).Sum.Should().Be(201);
    }

    [Fact]
    public async Task Submit_RefusalDecidedOnUndurableState_WaitsForThatBatch()
    {
        var gate = new Gate();
        var tally = _bench.Tally();
        await tally.Submit(Add(1));
        _bench.Journal.Intercept = gate.Hold;
        var blocker = tally.Submit(Add(1));
        await gate.WaitForOneAsync();
        // Either fits alone, and calls that are under way together keep no order.
        Task<CommandReply>[] rivals = [tally.Submit(Add(TallyMachine.Limit - 2)), tally.Submit(Add(TallyMachine.Limit - 2))];
        await tally.Read();
        await gate.LetGoAsync();
        await gate.WaitForOneAsync();
        await blocker;
        rivals.Should().OnlyContain(r => !r.IsCompleted, "one of them was refused on a state that is not durable yet");
        await gate.LetGoAsync();
        var replies = await Task.WhenAll(rivals);
        replies.Should().ContainSingle(r => r is CommandReply.Accepted);
        replies.Single(r => r is CommandReply.Refused).ShouldBeRefused(RejectionCode.HardLimit);
    }

    [Fact]
    public async Task Submit_NotWrittenOnce_IsDecidedAgainAndAccepted()
    {
        Fail(MemoryFault.NotWritten, MemoryFault.None);
        (await _bench.Tally().Submit(Add(5))).ShouldBeAccepted();
        (await _bench.Tally().Read()).Should().Be(new TallyView(5, 1, 1, 0));
    }

    [Fact]
    public async Task Submit_NeverWritten_IsRefusedAsOverloadedAndNothingChanged()
    {
        Fail(MemoryFault.NotWritten, MemoryFault.NotWritten, MemoryFault.NotWritten, MemoryFault.NotWritten, MemoryFault.None);
        (await _bench.Tally().Submit(Add(5))).ShouldBeRefused(RejectionCode.Overloaded);
        (await _bench.Tally().Read()).Sum.Should().Be(0);
    }

    /// <summary>Field note 42: a write that times out has an unknown outcome; the same id again tells which.</summary>
    [Theory]
    [InlineData(MemoryFault.UnknownWritten)]
    [InlineData(MemoryFault.UnknownNotWritten)]
    public async Task Submit_UnknownOutcome_SaysSoAndTheSameIdAppliesOnce(MemoryFault fault)
    {
        Fail(fault, MemoryFault.None);
        var command = Add(7);
        (await _bench.Tally().Submit(command)).ShouldBeRefused(RejectionCode.OutcomeUnknown);
        (await _bench.Tally().Submit(command)).ShouldBeAccepted().Version.Should().Be(1);
        (await _bench.Tally().Read()).Should().Be(new TallyView(7, 1, 1, 0));
    }

    /// <summary>Field note 41: of two activations only one can write; the other's callers are told to come again.</summary>
    [Fact]
    public async Task Submit_AnotherActivationWrote_IsToldToRetryAndThenSeesTheOthersState()
    {
        await _bench.Tally().Submit(Add(1));
        Fail(MemoryFault.Conflict, MemoryFault.None);
        var command = Add(2);
        (await _bench.Tally().Submit(command)).ShouldBeRefused(RejectionCode.Retry);
        (await _bench.Tally().Submit(command)).ShouldBeAccepted().Version.Should().Be(2);
    }

    [Fact]
    public async Task Submit_DeciderThrows_FailsThatCommandAlone()
    {
        var gate = new Gate();
        var tally = _bench.Tally();
        _bench.Journal.Intercept = gate.Hold;
        var blocker = tally.Submit(Add(1));
        await gate.WaitForOneAsync();
        var before = tally.Submit(Add(10));
        var bug = tally.Submit(new TallyCommand.Explode(Guid.NewGuid()));
        var after = tally.Submit(Add(100));
        await tally.Read();
        await gate.LetGoAsync();
        await gate.LetGoAsync();
        await FluentActions.Awaiting(() => bug).Should().ThrowAsync<InvalidOperationException>();
        (await blocker).ShouldBeAccepted();
        (await before).ShouldBeAccepted();
        (await after).ShouldBeAccepted();
        (await tally.Read()).Sum.Should().Be(111);
    }

    [Fact]
    public async Task Submit_InnerCommandFromAClient_IsRefused() =>
        (await _bench.Tally().Submit(new TallyCommand.Answered(Guid.NewGuid(), "x"))).ShouldBeRefused(RejectionCode.NotAllowedCaller);

    private static TallyCommand.Add Add(long value) => new(Guid.NewGuid(), value);

    private void Fail(params MemoryFault[] faults)
    {
        var next = new Queue<MemoryFault>(faults);
        _bench.Journal.Intercept = _ => Task.FromResult(next.TryDequeue(out var fault) ? fault : MemoryFault.None);
    }
}
