using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Journal;

/// <summary>The specification of <see cref="ITenantAccounts"/>: both databases pass it.</summary>
public abstract class TenantAccountsSpec
{
    private const int Most = 5;

    private static readonly CancellationToken None = CancellationToken.None;

    private static readonly JournalSeal _seal = new(new byte[32]);

    /// <summary>Makes an empty database.</summary>
    protected abstract Task<IStoreUnderTest> CreateAsync();

    [Fact]
    public async Task Add_ManyAtOnce_NeverPassesTheLimit()
    {
        await using var store = await CreateAsync();
        await using var journal = await store.OpenAsync(_seal);
        var accounts = (ITenantAccounts)journal;
        var added = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => accounts.TryAddAsync("acme", Most, None)));
        added.Count(yes => yes).Should().Be(Most);
        (await accounts.TryAddAsync("other", Most, None)).Should().BeTrue("one tenant takes nothing from another");
        (await accounts.TryAddAsync("acme", Most + 1, None)).Should().BeTrue("the limit was raised");
        (await accounts.TryAddAsync("acme", long.MaxValue, None)).Should().BeTrue("without a limit they are counted");
        (await accounts.TryAddAsync("acme", Most + 2, None)).Should().BeFalse();
    }

    [Fact]
    public async Task Remove_OneThatCameToNothing_MakesRoomAfterAReopen()
    {
        await using var store = await CreateAsync();
        await using (var journal = await store.OpenAsync(_seal))
        {
            var accounts = (ITenantAccounts)journal;
            await accounts.RemoveAsync("acme", None);
            (await accounts.TryAddAsync("acme", 1, None)).Should().BeTrue();
            await accounts.RemoveAsync("acme", None);
            await accounts.RemoveAsync("acme", None);
            (await accounts.TryAddAsync("acme", 1, None)).Should().BeTrue("there are never fewer than none");
        }

        await using var again = await store.OpenAsync(_seal);
        (await ((ITenantAccounts)again).TryAddAsync("acme", 1, None)).Should().BeFalse();
    }
}

public sealed class SqliteTenantAccountsSpec : TenantAccountsSpec
{
    protected override Task<IStoreUnderTest> CreateAsync() => Task.FromResult<IStoreUnderTest>(new SqliteStoreUnderTest(TimeProvider.System));
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresTenantAccountsSpec(Postgres postgres) : TenantAccountsSpec
{
    protected override async Task<IStoreUnderTest> CreateAsync() =>
        new PostgresStoreUnderTest(await postgres.CreateDatabaseAsync(), TimeProvider.System);
}
