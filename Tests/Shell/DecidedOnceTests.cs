using System.Text;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Shell;
using TPWallet.Tests.Journal;

namespace TPWallet.Tests.Shell;

/// <summary>The refusal of a command that is decided once is a row: remembered like an acceptance, in memory, in the journal, over restarts.</summary>
public sealed class DecidedOnceTests : IAsyncLifetime
{
    private readonly MemoryStore _store = new() { IsShared = true };
    private readonly TallyCommand.Claim _claim = new(Guid.NewGuid(), TallyMachine.Limit);
    private SiloBench _silo = null!;

    public async Task InitializeAsync()
    {
        _silo = await SiloBench.StartAsync(_store);
        (await _silo.Tell(Add(1))).ShouldBeAccepted();
    }

    public async Task DisposeAsync() => await _silo.DisposeAsync();

    [Fact]
    public async Task Refusal_IsStoredLikeThatForEver()
    {
        (await _silo.Tell(_claim)).ShouldBeRefused(RejectionCode.HardLimit);
        var row = (await _silo.TallyRowsAsync())[^1];
        (row.Type, row.Schema, row.CommandId).Should().Be(("shell.refused", 1, _claim.CommandId));
        Encoding.UTF8.GetString(row.Payload.Span).Should().Be("""{"code":"HardLimit","expected":"at most 1000000","actual":"1000001","reasons":[]}""");
    }

    /// <summary>Fewer, and they are in memory; more, and there is a snapshot too, and the journal alone knows.</summary>
    [Theory]
    [InlineData(0, false)]
    [InlineData(3, true)]
    [InlineData(ShellLimits.RememberedCommands + 10, false)]
    [InlineData(ShellLimits.SnapshotEvery + 10, true)]
    public async Task Refusal_SentAgainAfterOthers_IsTheFirstAnswer(int others, bool restart)
    {
        var first = (await _silo.Tell(_claim)).ShouldBeRefused(RejectionCode.HardLimit);
        (await _silo.Tell(Add(-1))).ShouldBeAccepted();
        for (var i = 0; i < others; i++) (await _silo.Tell(Add(0))).ShouldBeAccepted();
        if (restart)
        {
            await _silo.DisposeAsync();
            _silo = await SiloBench.StartAsync(_store);
        }

        var before = (await _silo.TallyRowsAsync()).Count;
        (await _silo.Tell(_claim)).ShouldBeRefused(RejectionCode.HardLimit).Should().Be(first);
        (await _silo.Tell(_claim with { Value = 1 })).ShouldBeRefused(RejectionCode.IdempotencyMismatch);
        (await _silo.TallyRowsAsync()).Should().HaveCount(before, "however often it comes, it is one row");
        (await _silo.Tell(_claim with { CommandId = Guid.NewGuid() })).ShouldBeAccepted();
    }

    [Fact]
    public async Task Refusal_ForWantOfRoom_IsNotKept()
    {
        var small = _claim with { Value = 1 };
        (await _silo.Tell(new TallyCommand.Ask(Guid.NewGuid(), "a", Exclusive: false))).ShouldBeAccepted();
        (await _silo.Tell(small)).ShouldBeRefused(RejectionCode.LaneFull);
        (await _silo.Tell(new TallyCommand.Waive(Guid.NewGuid(), "a"))).ShouldBeAccepted();
        (await _silo.Tell(small)).ShouldBeAccepted();
    }

    [Fact]
    public async Task Refusal_OfAnyOtherCommand_LeavesNoRow()
    {
        (await _silo.Tell(Add(TallyMachine.Limit))).ShouldBeRefused(RejectionCode.HardLimit);
        (await _silo.TallyRowsAsync()).Should().ContainSingle();
    }

    /// <summary>An unknown outcome says nothing; asked again, the row that was written tells.</summary>
    [Theory]
    [InlineData(MemoryFault.UnknownWritten, RejectionCode.OutcomeUnknown)]
    [InlineData(MemoryFault.UnknownNotWritten, RejectionCode.OutcomeUnknown)]
    [InlineData(MemoryFault.Conflict, RejectionCode.Retry)]
    [InlineData(MemoryFault.NotWritten, RejectionCode.HardLimit)]
    public async Task Refusal_AppendFails_IsNotGivenBeforeItIsDurable(MemoryFault fault, RejectionCode answer)
    {
        var faults = new Queue<MemoryFault>([fault]);
        _silo.Journal.Intercept = _ => Task.FromResult(faults.TryDequeue(out var next) ? next : MemoryFault.None);
        (await _silo.Tell(_claim)).ShouldBeRefused(answer);
        (await _silo.Tell(_claim)).ShouldBeRefused(RejectionCode.HardLimit);
        (await _silo.TallyRowsAsync()).Count(row => row.CommandId == _claim.CommandId).Should().Be(1);
    }

    private static TallyCommand.Add Add(long value) => new(Guid.NewGuid(), value);
}
