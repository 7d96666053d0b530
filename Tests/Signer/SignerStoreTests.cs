using Microsoft.Data.Sqlite;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Store;

namespace TPWallet.Tests.Signer;

/// <summary>The signer's memory: append only, checked from the first fact to the last, never older than it was.</summary>
public sealed class SignerStoreTests : IDisposable
{
    private static readonly byte[] MacKey = [.. Enumerable.Range(1, 32).Select(static i => (byte)i)];
    private static readonly AccountId Account = new(new Bytes32(7));
    private static readonly Instant _at = new(1_000_000);

    private readonly string _folder = Directory.CreateTempSubdirectory("tpw-signer-store-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TryAppend_ReadBack_FactsTimeAndHeadStand()
    {
        SignerHead head;
        using (var store = Open())
        {
            Append(store, 1);
            Append(store, 2);
            head = store.Head;
        }

        using var again = Open();
        again.Head.Facts.Should().Be(2);
        again.Head.Mac.Should().Equal(head.Mac);
        again.OfAccount(Account, "frozen").Select(static fact => fact.Fact).Should().Equal(new Fact.Frozen(Account, 1), new Fact.Frozen(Account, 2));
    }

    [Fact]
    public void TryAppend_AccountMovedOn_IsRefused()
    {
        using var store = Open();
        var version = store.VersionOf(Account);
        store.TryAppend(Account, version, _at, [new Fact.Frozen(Account, 1)]).Should().BeTrue();
        store.TryAppend(Account, version, _at, [new Fact.Frozen(Account, 2)]).Should().BeFalse();
        store.Head.Facts.Should().Be(1);
    }

    [Fact]
    public void Open_ByASecondOwner_IsRefused()
    {
        using var store = Open();
        FluentActions.Invoking(Open).Should().Throw<IOException>();
    }

    [Theory]
    [InlineData("update fact set body = cast(replace(body, '1', '9') as blob) where n = 1")]
    [InlineData("update fact set at = at - 1 where n = 2")]
    [InlineData("update fact set account = 'x' where n = 2")]
    [InlineData("delete from fact where n = 1")]
    [InlineData("insert into fact select n + 2, at, kind, account, subject, leg, request, body, mac from fact where n = 2")]
    public void Open_AlteredRow_IsRefused(string alteration)
    {
        using (var store = Open())
        {
            Append(store, 1);
            Append(store, 2);
        }

        Alter("drop trigger fact_no_update; drop trigger fact_no_delete;" + alteration);
        FluentActions.Invoking(Open).Should().Throw<StoreDamagedException>();
    }

    [Theory]
    [InlineData("update fact set at = 1")]
    [InlineData("delete from fact")]
    public void Fact_ChangedInPlace_TheDatabaseRefuses(string alteration)
    {
        using (var store = Open()) Append(store, 1);
        FluentActions.Invoking(() => Alter(alteration)).Should().Throw<SqliteException>().WithMessage("*append only*");
    }

    [Fact]
    public void Open_DatabasePutBackToAnOlderCopy_IsRefused()
    {
        using (var store = Open()) Append(store, 1);
        Alter("pragma wal_checkpoint(truncate)");
        File.Copy(Path.Combine(_folder, "store.db"), Path.Combine(_folder, "older.db"));
        using (var store = Open()) Append(store, 2);
        Alter("pragma wal_checkpoint(truncate)");
        File.Copy(Path.Combine(_folder, "older.db"), Path.Combine(_folder, "store.db"), overwrite: true);
        FluentActions.Invoking(Open).Should().Throw<StoreDamagedException>().WithMessage("*put back*");
    }

    [Fact]
    public void Open_WithAnotherRootSecret_IsRefused()
    {
        using (var store = Open()) Append(store, 1);
        FluentActions.Invoking(() => SignerStore.Open(_folder, new byte[32])).Should().Throw<StoreDamagedException>();
    }

    [Fact]
    public void Append_DatedBeforeTheNewestFact_GetsTheNewestOnesDate()
    {
        using (var store = Open())
        {
            Append(store, 1);
            store.TryAppend(Account, store.VersionOf(Account), new(10), [new Fact.Frozen(Account, 2)]).Should().BeTrue();
        }

        using var again = Open();
        again.Newest.Should().Be(_at);
        again.OfAccount(Account, "frozen").Should().OnlyContain(fact => fact.At == _at);
    }

    private static void Append(SignerStore store, int number) =>
        store.TryAppend(Account, store.VersionOf(Account), _at, [new Fact.Frozen(Account, number)]).Should().BeTrue();

    private SignerStore Open() => SignerStore.Open(_folder, MacKey);

    private void Alter(string sql)
    {
        using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = Path.Combine(_folder, "store.db"), Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
