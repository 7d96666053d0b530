using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Shell;
using TPWallet.Tests.Journal;

namespace TPWallet.Tests.Shell;

/// <summary>Commands that may wait: they are written with the next one, where one event can say both, in one row; at the latest after a named time.</summary>
public sealed class PatienceTests : IAsyncLifetime
{
    private ShellBench _bench = null!;

    public async Task InitializeAsync() => _bench = await ShellBench.StartAsync();

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task Late_BeforeAnotherCommand_IsSaidByItsRow()
    {
        var late = _bench.Tally().Submit(Late(1));
        var later = _bench.Tally().Submit(Late(20));
        await _bench.Tally().Read();
        late.IsCompleted.Should().BeFalse("nothing is durable of it");
        (await _bench.Tally().Submit(Add(300))).ShouldBeAccepted().Version.Should().Be(1);
        (await late).ShouldBeAccepted().Should().BeEquivalentTo(new CommandReply.Accepted(1, ["added-late"]));
        (await later).ShouldBeAccepted().Version.Should().Be(1);
        (await _bench.RowsAsync()).Should().ContainSingle().Which.Type.Should().Be("added");
        (await _bench.Tally().Read()).Should().Be(new TallyView(321, 3, 1, 0));
        (await ReloadedAsync()).Should().Be(new TallyView(321, 3, 1, 0));
    }

    [Fact]
    public async Task Late_BeforeACommandThatCannotSayIt_HasARowOfItsOwn()
    {
        var late = _bench.Tally().Submit(Late(1));
        var ask = _bench.Tally().Submit(new TallyCommand.Ask(Guid.NewGuid(), "a", Exclusive: false));
        (await late).ShouldBeAccepted().Version.Should().Be(1);
        (await ask).ShouldBeAccepted().Version.Should().Be(2);
        (await _bench.RowsAsync()).Select(row => row.Type).Should().StartWith(["added-late", "asked"]);
    }

    [Fact]
    public async Task Late_BeforeARefusal_WaitsOn()
    {
        var late = _bench.Tally().Submit(Late(1));
        (await _bench.Tally().Submit(Add(TallyMachine.Limit))).ShouldBeRefused(RejectionCode.HardLimit);
        (await late).ShouldBeAccepted().Version.Should().Be(1, "what was refused was refused on it");
        (await _bench.RowsAsync()).Should().ContainSingle().Which.Type.Should().Be("added-late");
    }

    [Fact]
    public async Task Late_Alone_IsWrittenAfterItsTime()
    {
        (await _bench.Tally().Submit(Late(1)).WaitAsync(TimeSpan.FromMilliseconds(ShellLimits.Patience.Ms * 10))).ShouldBeAccepted().Version.Should().Be(1);
        (await _bench.RowsAsync()).Should().ContainSingle().Which.Type.Should().Be("added-late");
    }

    [Fact]
    public async Task Late_ManyOfThem_AreNotKeptWaiting()
    {
        var appends = 0;
        _bench.Journal.Intercept = _ =>
        {
            appends++;
            return Task.FromResult(MemoryFault.None);
        };
        var late = Enumerable.Range(0, ShellLimits.MostPatient).Select(_ => _bench.Tally().Submit(Late(1))).ToArray();
        (await Task.WhenAll(late)).Select(reply => reply.ShouldBeAccepted().Version).Should().BeEquivalentTo(Enumerable.Range(1, ShellLimits.MostPatient));
        appends.Should().Be(1);
    }

    [Fact]
    public async Task Late_Repeated_IsOneCommand()
    {
        var command = Late(1);
        Task<CommandReply>[] same = [_bench.Tally().Submit(command), _bench.Tally().Submit(command)];
        (await _bench.Tally().Submit(Add(2))).ShouldBeAccepted();
        (await Task.WhenAll(same)).Should().AllSatisfy(reply => reply.ShouldBeAccepted().Version.Should().Be(1));
        (await _bench.Tally().Submit(command)).ShouldBeAccepted().Version.Should().Be(1);
        (await _bench.Tally().Read()).Sum.Should().Be(3);
    }

    /// <summary>The append carries commands that differ in patience; none is lost when it is not written.</summary>
    [Fact]
    public async Task Late_AppendNotWritten_IsDecidedAgain()
    {
        var faults = new Queue<MemoryFault>([MemoryFault.NotWritten, MemoryFault.None]);
        _bench.Journal.Intercept = _ => Task.FromResult(faults.TryDequeue(out var fault) ? fault : MemoryFault.None);
        var late = _bench.Tally().Submit(Late(1));
        (await _bench.Tally().Submit(Add(2))).ShouldBeAccepted();
        (await late).ShouldBeAccepted();
        (await _bench.Tally().Read()).Should().Be(new TallyView(3, 2, 1, 0));
    }

    [Fact]
    public async Task Late_ActivationOvertaken_IsToldToComeAgain()
    {
        _bench.Journal.Intercept = _ => Task.FromResult(MemoryFault.Conflict);
        var late = _bench.Tally().Submit(Late(1));
        (await _bench.Tally().Submit(Add(2))).ShouldBeRefused(RejectionCode.Retry);
        (await late).ShouldBeRefused(RejectionCode.Retry);
    }

    /// <summary>An older silo does not know the field in which an event says another.</summary>
    [Fact]
    public async Task Late_WhileAnOlderSiloLives_HasARowOfItsOwn()
    {
        await using var silo = await SiloBench.StartAsync(new MemoryStore(), generation: EventGenerations.JoinedEvents - 1);
        var late = silo.Tell(Late(1));
        (await silo.Tell(Add(2))).ShouldBeAccepted().Version.Should().Be(2);
        (await late).ShouldBeAccepted().Version.Should().Be(1);
        (await silo.TallyRowsAsync()).Select(row => row.Type).Should().Equal("added-late", "added");
    }

    private async Task<TallyView> ReloadedAsync()
    {
        await _bench.Tally().Rest();
        return await _bench.Tally().Read();
    }

    private static TallyCommand.Late Late(long value) => new(Guid.NewGuid(), value);

    private static TallyCommand.Add Add(long value) => new(Guid.NewGuid(), value);
}
