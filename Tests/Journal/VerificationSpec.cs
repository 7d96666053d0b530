using TPWallet.Grains.Journal;
using TPWallet.Grains.Journal.Verification;

namespace TPWallet.Tests.Journal;

/// <summary>The verification of a whole journal: both databases pass it.</summary>
public abstract class VerificationSpec
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static readonly JournalSeal _seal = new(new byte[32]);

    private static readonly StreamName[] _streams = [.. Enumerable.Range(0, 3).Select(i => new StreamName("t", "account", $"a{i}"))];

    /// <summary>Makes an empty database.</summary>
    protected abstract Task<IStoreUnderTest> CreateAsync();

    /// <summary>Opens it for reading alone.</summary>
    protected abstract JournalReading Read(IStoreUnderTest store, JournalSeal seal);

    [Fact]
    public async Task Verify_WhatWasWritten_ProvesItselfWhileItsOwnerRuns()
    {
        await using var store = await CreateAsync();
        await using var journal = await WriteAsync(store);
        var verdict = await VerifyAsync(store);
        verdict.Faults.Should().BeEmpty();
        (verdict.Streams, verdict.Events, verdict.Rows, verdict.Snapshots).Should().Be((3, 30, 30, 1));
        (await VerifyAsync(store, verdict.Heads)).IsClean.Should().BeTrue("the heads that were kept are all there");
    }

    [Fact]
    public async Task Verify_AnythingAltered_IsNamed()
    {
        await FaultAsync(store => store.AlterPayloadAsync(_streams[1].Id, 4, [9]), "HashMismatch");
        await FaultAsync(store => store.AlterHashAsync(_streams[1].Id, 4, new byte[32]), "version 4");
        await FaultAsync(store => store.SwapAsync(_streams[1].Id, 4, 5), "version 4");
        await FaultAsync(store => store.DeleteFromAsync(_streams[1].Id, 8), "TailMissing");
        await FaultAsync(store => store.AlterSnapshotAsync(_streams[0].Id, [7]), "snapshot");
        await FaultAsync(store => store.AlterBatchRootAsync(1, 2, new byte[32]), "batch 2");
    }

    [Fact]
    public async Task Verify_WithoutTheKey_FindsEveryMacWrong()
    {
        await using var store = await CreateAsync();
        await using var journal = await WriteAsync(store);
        await using var reading = Read(store, new JournalSeal([.. Enumerable.Repeat((byte)1, 32)]));
        (await new JournalVerifier(reading.Reader, static (_, _) => { }).RunAsync([], None)).IsClean.Should().BeFalse();
    }

    [Fact]
    public async Task Verify_AgainstHeadsOfALaterTime_ShowsTheLostTail()
    {
        await using var store = await CreateAsync();
        await using var journal = await WriteAsync(store);
        var heads = (await VerifyAsync(store)).Heads;
        CommitterHead later = heads[0] with { N = heads[0].N + 1 };
        (await VerifyAsync(store, [later])).Faults.Should().ContainSingle().Which.Should().Contain("its tail is lost");
        (await VerifyAsync(store, [heads[0] with { Incarnation = Guid.NewGuid() }])).Faults.Should().ContainSingle().Which.Should().Contain("its tail is lost");
        (await VerifyAsync(store, [heads[0] with { Hash = new byte[32] }])).Faults.Should().ContainSingle().Which.Should().Contain("another one");
    }

    private async Task FaultAsync(Func<IStoreUnderTest, Task> alter, string named)
    {
        await using var store = await CreateAsync();
        await using (await WriteAsync(store)) await alter(store);
        var verdict = await VerifyAsync(store);
        verdict.IsClean.Should().BeFalse();
        verdict.Faults.Should().Contain(fault => fault.Contains(named, StringComparison.Ordinal), "{0}", string.Join("; ", verdict.Faults));
    }

    private async Task<JournalVerdict> VerifyAsync(IStoreUnderTest store, IReadOnlyList<CommitterHead>? kept = null)
    {
        await using var reading = Read(store, _seal);
        return await new JournalVerifier(reading.Reader, static (_, _) => { }).RunAsync(kept ?? [], None);
    }

    private static async Task<IJournal> WriteAsync(IStoreUnderTest store)
    {
        var journal = await store.OpenAsync(_seal);
        foreach (var stream in _streams)
        {
            ReadOnlyMemory<byte> hash = default;
            for (var version = 0; version < 10; version++)
            {
                var row = new NewRow("e", 1, new[] { (byte)version }, Guid.NewGuid(), new byte[32], 1);
                hash = (await journal.AppendAsync(new(stream, version, hash, [row], null), None)).Should().BeOfType<AppendOutcome.Durable>().Which.HeadHash;
            }

            if (stream == _streams[0]) await journal.SaveSnapshotAsync(stream.Id, new(10, "c1", hash.ToArray(), new byte[] { 1, 2 }), None);
        }

        return journal;
    }
}

public sealed class SqliteVerificationSpec : VerificationSpec
{
    protected override Task<IStoreUnderTest> CreateAsync() => Task.FromResult<IStoreUnderTest>(new SqliteStoreUnderTest(TimeProvider.System));

    protected override JournalReading Read(IStoreUnderTest store, JournalSeal seal) => JournalReading.OfSqlite(((SqliteStoreUnderTest)store).Folder, seal);
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresVerificationSpec(Postgres postgres) : VerificationSpec
{
    protected override async Task<IStoreUnderTest> CreateAsync() =>
        new PostgresStoreUnderTest(await postgres.CreateDatabaseAsync(), TimeProvider.System);

    protected override JournalReading Read(IStoreUnderTest store, JournalSeal seal) =>
        JournalReading.OfPostgres(new() { ConnectionString = ((PostgresStoreUnderTest)store).ConnectionString }, seal);
}
