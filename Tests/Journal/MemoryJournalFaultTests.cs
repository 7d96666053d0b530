using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Journal;

/// <summary>The faults that the model store injects mean what the port's outcomes say.</summary>
public sealed class MemoryJournalFaultTests
{
    private static readonly JournalSeal Seal = new(new byte[32]);
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly StreamName Stream = new("tenant", "account", "a");
    private readonly MemoryStore _store = new();

    [Theory]
    [InlineData(MemoryFault.NotWritten, typeof(AppendOutcome.NotWritten), 0)]
    [InlineData(MemoryFault.Conflict, typeof(AppendOutcome.Conflict), 0)]
    [InlineData(MemoryFault.UnknownNotWritten, typeof(AppendOutcome.Unknown), 0)]
    [InlineData(MemoryFault.UnknownWritten, typeof(AppendOutcome.Unknown), 1)]
    public async Task Fault_AnswersAndWritesAsItSays(MemoryFault fault, Type outcome, int version)
    {
        var journal = Open();
        journal.Intercept = _ => Task.FromResult(fault);
        (await journal.AppendAsync(First(), None)).Should().BeOfType(outcome);
        (await journal.ReadHeadAsync(Stream.Id, None)).Version.Should().Be(version);
    }

    [Fact]
    public async Task HeldBackAppend_HoldsBackItsStreamOnly_AndKeepsTheOrder()
    {
        var journal = Open();
        var gate = new TaskCompletionSource<MemoryFault>();
        var other = new StreamName("tenant", "account", "b");
        journal.Intercept = append => append.Stream == Stream && append.ExpectedVersion == 0 ? gate.Task : Task.FromResult(MemoryFault.None);
        var first = First();
        var held = journal.AppendAsync(first, None);
        var hash = HashChain.Next(Stream.Id, 1, first.Rows[0], []);
        var next = journal.AppendAsync(new Append(Stream, 1, hash, first.Rows), None);

        (await journal.AppendAsync(new Append(other, 0, Array.Empty<byte>(), first.Rows), None)).Should().BeOfType<AppendOutcome.Durable>();
        held.IsCompleted.Should().BeFalse();
        next.IsCompleted.Should().BeFalse();

        gate.SetResult(MemoryFault.None);
        (await held).Should().BeOfType<AppendOutcome.Durable>();
        (await next).Should().BeOfType<AppendOutcome.Durable>().Which.Version.Should().Be(2);
    }

    [Fact]
    public async Task KilledJournal_WritesNothingMore_AndTheNextOneOwnsTheStore()
    {
        var journal = Open();
        var gate = new TaskCompletionSource<MemoryFault>();
        journal.Intercept = _ => gate.Task;
        var lost = journal.AppendAsync(First(), None);
        journal.Kill();
        gate.SetResult(MemoryFault.None);
        var next = Open();

        lost.IsCompleted.Should().BeFalse("a dead process answers nobody");
        (await next.ReadHeadAsync(Stream.Id, None)).Version.Should().Be(0);
        (await next.AppendAsync(First(), None)).Should().BeOfType<AppendOutcome.Durable>();
    }

    [Fact]
    public async Task Silence_IsWrittenAndNeverAnswered()
    {
        var journal = Open();
        journal.Intercept = _ => Task.FromResult(MemoryFault.Silence);
        journal.AppendAsync(First(), None).IsCompleted.Should().BeFalse();
        (await journal.ReadHeadAsync(Stream.Id, None)).Version.Should().Be(1);
    }

    private static Append First() => new(Stream, 0, Array.Empty<byte>(), [new NewRow("Tested", 1, new byte[] { 1 }, null, Array.Empty<byte>(), 1)]);

    private MemoryJournal Open() => new(_store, Seal, TimeProvider.System);
}
