using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Journal.Sqlite;
using TPWallet.Grains.Personal;

namespace TPWallet.Tests.Journal;

/// <summary>The specification of <see cref="IPersonalKeys"/>: every store passes it.</summary>
public abstract class PersonalKeysSpec
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static readonly JournalSeal _seal = new(new byte[32]);
    private static readonly AccountId _account = new(new Bytes32(1));
    private static readonly AccountId _other = new(new Bytes32(2));

    /// <summary>Makes an empty database.</summary>
    protected abstract Task<IStoreUnderTest> CreateAsync();

    [Fact]
    public async Task Key_OfAnAccount_IsTheFirstForEveryoneUntilItIsDestroyed()
    {
        await using var store = await CreateAsync();
        await using var journal = await store.OpenAsync(_seal);
        var keys = (IPersonalKeys)journal;
        var (first, second) = (Candidate(1), Candidate(2));
        Same(await keys.TakeKeyAsync(_account, first, None), first);
        Same(await keys.TakeKeyAsync(_account, second, None), first);
        Same((await keys.FindKeyAsync(_account, first.Id, None))!, first);
        (await keys.FindKeyAsync(_other, first.Id, None)).Should().BeNull("another account's key opens nothing here");
        (await keys.FindKeyAsync(_account, second.Id, None)).Should().BeNull();
        Same(await keys.TakeKeyAsync(_other, second, None), second);
        await keys.DestroyKeysAsync(_account, None);
        await keys.DestroyKeysAsync(_account, None);
        (await keys.FindKeyAsync(_account, first.Id, None)).Should().BeNull();
        (await keys.FindKeyAsync(_other, second.Id, None)).Should().NotBeNull();
        var third = Candidate(3);
        Same(await keys.TakeKeyAsync(_account, third, None), third);
    }

    [Fact]
    public async Task Key_TakenByManyAtOnce_IsOne()
    {
        await using var store = await CreateAsync();
        await using var journal = await store.OpenAsync(_seal);
        var taken = await Task.WhenAll(Enumerable.Range(1, 16).Select(n => ((IPersonalKeys)journal).TakeKeyAsync(_account, Candidate((byte)n), None)));
        taken.Select(key => key.Id).Distinct().Should().ContainSingle();
    }

    private static PersonalKey Candidate(byte n) => new(new Guid(n, 0, 0, new byte[8]), Enumerable.Repeat(n, 60).ToArray());

    private static void Same(PersonalKey key, PersonalKey expected) =>
        (key.Id, Convert.ToHexString(key.Wrapped.Span)).Should().Be((expected.Id, Convert.ToHexString(expected.Wrapped.Span)));
}

public sealed class MemoryPersonalKeysSpec : PersonalKeysSpec
{
    protected override Task<IStoreUnderTest> CreateAsync() => Task.FromResult<IStoreUnderTest>(new MemoryStoreUnderTest(TimeProvider.System));
}

public sealed class SqlitePersonalKeysSpec : PersonalKeysSpec
{
    /// <summary>Nor in a free cell, nor in the write-ahead log.</summary>
    [Fact]
    public async Task Key_Destroyed_IsInNoFile()
    {
        var folder = Directory.CreateTempSubdirectory("tpw-keys-").FullName;
        var wrapped = Enumerable.Repeat((byte)0xA7, 60).ToArray();
        await using (var journal = await SqliteJournal.OpenAsync(new() { Directory = folder }, new(new byte[32]), TimeProvider.System, CancellationToken.None))
        {
            for (var n = 1; n < 40; n++)
                await journal.TakeKeyAsync(new(new Bytes32((ulong)n)), new(Guid.NewGuid(), wrapped.Select(b => (byte)(b ^ n)).ToArray()), CancellationToken.None);
            var account = new AccountId(new Bytes32(99));
            await journal.TakeKeyAsync(account, new(Guid.NewGuid(), wrapped), CancellationToken.None);
            await FilesWithAsync(folder, wrapped, 1);
            await journal.DestroyKeysAsync(account, CancellationToken.None);
            await FilesWithAsync(folder, wrapped, 0);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task FilesWithAsync(string folder, byte[] wrapped, int least)
    {
        var found = 0;
        foreach (var file in Directory.EnumerateFiles(folder, "journal.db*"))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes);
            if (bytes.AsSpan().IndexOf(wrapped) >= 0) found++;
        }

        if (least == 0) found.Should().Be(0);
        else found.Should().BeGreaterThanOrEqualTo(least);
    }

    protected override Task<IStoreUnderTest> CreateAsync() => Task.FromResult<IStoreUnderTest>(new SqliteStoreUnderTest(TimeProvider.System));
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresPersonalKeysSpec(Postgres postgres) : PersonalKeysSpec
{
    protected override async Task<IStoreUnderTest> CreateAsync() =>
        new PostgresStoreUnderTest(await postgres.CreateDatabaseAsync(), TimeProvider.System);
}
