using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Journal;

/// <summary>The specification of <see cref="IRecoveryStore"/>: both databases and the model pass it.</summary>
public abstract class RecoveryStoreSpec
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static readonly JournalSeal _seal = new(new byte[32]);

    /// <summary>Makes an empty database.</summary>
    protected abstract Task<IStoreUnderTest> CreateAsync();

    [Fact]
    public async Task Recovery_Begun_IsThereUntilItIsEnded()
    {
        await using var store = await CreateAsync();
        RecoveryEpoch begun;
        await using (var journal = await store.OpenAsync(_seal))
        {
            var recovery = (IRecoveryStore)journal;
            (await recovery.ReadRecoveryAsync(None)).Should().BeNull();
            begun = await recovery.BeginRecoveryAsync("put back", 7, None);
            (begun.Reason, begun.SignedUpTo, begun.RousedAtUnixMs, begun.EndedAtUnixMs).Should().Be(("put back", 7, null, null));
        }

        await using var again = await store.OpenAsync(_seal);
        var opened = (IRecoveryStore)again;
        (await opened.ReadRecoveryAsync(None)).Should().Be(begun, "a start forgets nothing");
        await opened.NoteRousedAsync(begun.BeganAtUnixMs, None);
        (await opened.ReadRecoveryAsync(None))!.RousedAtUnixMs.Should().NotBeNull();
        (await opened.EndRecoveryAsync(begun.BeganAtUnixMs - 1, "another", None)).Should().BeFalse();
        (await opened.EndRecoveryAsync(begun.BeganAtUnixMs, "looked at", None)).Should().BeTrue();
        (await opened.EndRecoveryAsync(begun.BeganAtUnixMs, "twice", None)).Should().BeFalse();
        var ended = (await opened.ReadRecoveryAsync(None))!;
        (ended.EndedBecause, ended.EndedAtUnixMs is not null).Should().Be(("looked at", true));
    }

    [Fact]
    public async Task Recovery_BegunTwiceInOneMillisecond_HasTwoNames()
    {
        await using var store = await CreateAsync();
        await using var journal = await store.OpenAsync(_seal);
        var recovery = (IRecoveryStore)journal;
        var names = new List<long>();
        for (var i = 0; i < 5; i++) names.Add((await recovery.BeginRecoveryAsync(new string('x', 2_000), i, None)).BeganAtUnixMs);
        names.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        (await recovery.ReadRecoveryAsync(None))!.SignedUpTo.Should().Be(4);
    }

    [Fact]
    public async Task Streams_OfAKind_ComeInPages()
    {
        await using var store = await CreateAsync();
        await using var journal = await store.OpenAsync(_seal);
        StreamName[] lanes = [.. Enumerable.Range(0, 5).Select(i => new StreamName("t", "lane", $"chain/{i}"))];
        foreach (var name in lanes.Append(new("t", "key", "other")))
        {
            var row = new NewRow("e", 1, new byte[] { 1 }, Guid.NewGuid(), new byte[32], 1);
            (await journal.AppendAsync(new(name, 0, ReadOnlyMemory<byte>.Empty, [row], null), None)).Should().BeOfType<AppendOutcome.Durable>();
        }

        var found = new List<StreamName>();
        while (await ((IRecoveryStore)journal).ReadStreamsAsync("lane", found.Count == 0 ? default : found[^1].Id, 2, None) is { Count: > 0 } page)
            found.AddRange(page);
        found.Should().BeEquivalentTo(lanes);
    }
}

public sealed class MemoryRecoveryStoreSpec : RecoveryStoreSpec
{
    protected override Task<IStoreUnderTest> CreateAsync() => Task.FromResult<IStoreUnderTest>(new MemoryStoreUnderTest(TimeProvider.System));
}

public sealed class SqliteRecoveryStoreSpec : RecoveryStoreSpec
{
    protected override Task<IStoreUnderTest> CreateAsync() => Task.FromResult<IStoreUnderTest>(new SqliteStoreUnderTest(TimeProvider.System));
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresRecoveryStoreSpec(Postgres postgres) : RecoveryStoreSpec
{
    protected override async Task<IStoreUnderTest> CreateAsync() =>
        new PostgresStoreUnderTest(await postgres.CreateDatabaseAsync(), TimeProvider.System);
}
