using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Journal;

/// <summary>What a store checks when it is opened: the newest rows, and no more of them however many there are.</summary>
public abstract class StartAuditSpec : IAsyncLifetime
{
    private const int RowsPerAppend = 64;
    private static readonly JournalSeal _seal = new(new byte[32]);

    private IStoreUnderTest _store = null!;

    protected abstract Task<IStoreUnderTest> CreateAsync();

    public async Task InitializeAsync() => _store = await CreateAsync();

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task Start_FindsADeletedTail()
    {
        var stream = await WriteAsync("cut", appends: 1);
        await _store.DeleteFromAsync(stream, RowsPerAppend);

        var reports = await AuditsAtStartAsync();

        reports.SelectMany(report => report.Faults).Select(fault => (fault.Stream, fault.Version, fault.Fault))
            .Should().Equal((stream, RowsPerAppend, StreamFault.TailMissing));
    }

    [Fact]
    public async Task Start_ChecksNoMoreThanTheNewestRows()
    {
        const int Appends = 2 * JournalLimits.AuditedRowsAtStart / RowsPerAppend;
        var stream = await WriteAsync("long", Appends);

        var reports = await AuditsAtStartAsync();

        reports.Should().OnlyContain(report => report.Clean);
        reports.Should().ContainSingle(report => report.Batches == Appends / 2 && report.LastN == Appends, "the newest half is what fits");
        await _store.DeleteFromAsync(stream, Appends * RowsPerAppend);
        (await AuditsAtStartAsync()).Should().ContainSingle(report => !report.Clean);
    }

    [Fact]
    public async Task Start_ChecksTheCommittersThatWroteLast()
    {
        for (var i = 0; i <= JournalLimits.AuditedCommittersAtStart; i++) await WriteAsync($"{i}", appends: 1);

        (await AuditsAtStartAsync()).Should().HaveCount(JournalLimits.AuditedCommittersAtStart)
            .And.OnlyContain(report => report.Clean && report.Batches == 1);
    }

    /// <summary>Each call is a process of its own: it writes as a new committer, one batch per append.</summary>
    private async Task<StreamId> WriteAsync(string key, int appends)
    {
        await using var journal = await _store.OpenAsync(_seal);
        var stream = new StreamName("tenant", "account", key);
        var (version, hash) = (0L, ReadOnlyMemory<byte>.Empty);
        for (var i = 0; i < appends; i++)
        {
            var rows = Enumerable.Repeat(new NewRow("Tested", 1, "{}"u8.ToArray(), null, Array.Empty<byte>(), 1), RowsPerAppend).ToArray();
            var outcome = await journal.AppendAsync(new(stream, version, hash, rows), CancellationToken.None);
            (version, hash) = outcome.Should().BeOfType<AppendOutcome.Durable>().Subject is { } durable ? (durable.Version, durable.HeadHash) : default;
        }

        return stream.Id;
    }

    private async Task<IReadOnlyList<AuditReport>> AuditsAtStartAsync()
    {
        await using var journal = await _store.OpenAsync(_seal);
        return journal.AuditAtStart;
    }
}

public sealed class SqliteStartAuditSpec : StartAuditSpec
{
    protected override Task<IStoreUnderTest> CreateAsync() => Task.FromResult<IStoreUnderTest>(new SqliteStoreUnderTest(TimeProvider.System));
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresStartAuditSpec(Postgres postgres) : StartAuditSpec
{
    protected override async Task<IStoreUnderTest> CreateAsync() =>
        // Of two committers the second takes an append now and then; how many batches fit is counted in one chain.
        new PostgresStoreUnderTest(await postgres.CreateDatabaseAsync(), TimeProvider.System, committers: 1);
}
