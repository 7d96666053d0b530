using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Journal;

/// <summary>The specification of <see cref="IJournalFeed"/>: both databases and the model pass it.</summary>
public abstract class JournalFeedSpec
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static readonly JournalSeal _seal = new(new byte[32]);

    /// <summary>Makes an empty database.</summary>
    protected abstract Task<IStoreUnderTest> CreateAsync();

    [Fact]
    public async Task Headers_AfterANumber_AreThoseOfTheBatches()
    {
        await using var store = await CreateAsync();
        await using var journal = await store.OpenAsync(_seal);
        for (var i = 0; i < 5; i++) await WriteAsync(journal, new("t", "packet", $"a/{i}"), null);
        foreach (var head in await journal.ReadNewestBatchesAsync(None))
        {
            var whole = (await journal.ReadBatchesAsync(head.Committer, 0, 10, None)).Select(batch => batch.Header).ToArray();
            (await ((IJournalFeed)journal).ReadHeadersAsync(head.Committer, 0, 10, None)).Should().BeEquivalentTo(whole, options => options.WithStrictOrdering());
            (await ((IJournalFeed)journal).ReadHeadersAsync(head.Committer, 1, 2, None)).Should().BeEquivalentTo(whole.Skip(1).Take(2), options => options.WithStrictOrdering());
            (await ((IJournalFeed)journal).ReadHeadersAsync(head.Committer, head.N, 10, None)).Should().BeEmpty();
        }
    }

    [Fact]
    public async Task Streams_ManyAtOnce_AreFoundByTheirIds()
    {
        await using var store = await CreateAsync();
        await using var journal = await store.OpenAsync(_seal);
        StreamName[] names = [.. Enumerable.Range(0, 70).Select(i => new StreamName("t", "packet", $"a/{i}"))];
        foreach (var name in names) await WriteAsync(journal, name, null);
        StreamId[] asked = [.. names.Select(name => name.Id), new(Guid.NewGuid())];
        (await ((IJournalFeed)journal).FindStreamsAsync(asked, None)).Should().BeEquivalentTo(names);
        (await ((IJournalFeed)journal).FindStreamsAsync([names[3].Id], None)).Should().Equal(names[3]);
        (await ((IJournalFeed)journal).FindStreamsAsync([], None)).Should().BeEmpty();
    }

    [Fact]
    public async Task Waking_StreamsOfAKind_ComeInPages()
    {
        await using var store = await CreateAsync();
        await using var journal = await store.OpenAsync(_seal);
        StreamName[] owners = [.. Enumerable.Range(0, 5).Select(i => new StreamName("t", "webhook", $"{i}"))];
        foreach (var name in owners) await WriteAsync(journal, name, 9_000_000_000_000);
        await WriteAsync(journal, new("t", "webhook", "idle"), null);
        await WriteAsync(journal, new("t", "account", "other"), 1);
        var found = new List<StreamName>();
        while (await ((IJournalFeed)journal).ReadWakingAsync("webhook", found.Count == 0 ? default : found[^1].Id, 2, None) is { Count: > 0 } page) found.AddRange(page);
        found.Should().BeEquivalentTo(owners);
    }

    private static async Task WriteAsync(IJournal journal, StreamName name, long? wakeAt) => (await journal.AppendAsync(
        new(name, 0, ReadOnlyMemory<byte>.Empty, [new NewRow("e", 1, new byte[] { 1 }, Guid.NewGuid(), new byte[32], 1)], wakeAt), None)).Should().BeOfType<AppendOutcome.Durable>();
}

public sealed class MemoryJournalFeedSpec : JournalFeedSpec
{
    protected override Task<IStoreUnderTest> CreateAsync() => Task.FromResult<IStoreUnderTest>(new MemoryStoreUnderTest(TimeProvider.System));
}

public sealed class SqliteJournalFeedSpec : JournalFeedSpec
{
    protected override Task<IStoreUnderTest> CreateAsync() => Task.FromResult<IStoreUnderTest>(new SqliteStoreUnderTest(TimeProvider.System));
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresJournalFeedSpec(Postgres postgres) : JournalFeedSpec
{
    protected override async Task<IStoreUnderTest> CreateAsync() =>
        new PostgresStoreUnderTest(await postgres.CreateDatabaseAsync(), TimeProvider.System);
}
