using Npgsql;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Journal.Postgres;

namespace TPWallet.Tests.Journal;

/// <summary>The statements that Orleans reads from OrleansQuery, run as its providers run them: named parameters, one statement each.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ClusterTablesTests(Postgres postgres)
{
    private const string Cluster = "test";
    private const int Active = 3;
    private const int Dead = 6;

    [Fact]
    public async Task Membership_TwoSilosSawTheSameVersion_OneWinsAndTheOtherLeavesNothing()
    {
        await using var database = await OpenAsync();
        (await ScalarAsync(database, "InsertMembershipVersionKey", Name())).Should().Be(1);
        (await ScalarAsync(database, "InsertMembershipVersionKey", Name())).Should().Be(0, "it is there");

        var wins = await Task.WhenAll(Enumerable.Range(1, 8).Select(port => ScalarAsync(database, "InsertMembershipKey", Member(port, version: 0))));

        wins.Should().BeEquivalentTo([1, 0, 0, 0, 0, 0, 0, 0]);
        var rows = await RowsAsync(database, "MembershipReadAllKey", Name());
        rows.Should().ContainSingle().Which["version"].Should().Be(1);
        (await ScalarAsync(database, "InsertMembershipKey", Member(Array.IndexOf(wins, 1) + 1, version: 1))).Should().Be(0, "a member is inserted once");
    }

    [Fact]
    public async Task Membership_UpdateOfAStaleView_ChangesNothing()
    {
        await using var database = await OpenAsync();
        await ScalarAsync(database, "InsertMembershipVersionKey", Name());
        await ScalarAsync(database, "InsertMembershipKey", Member(1, version: 0));

        (await ScalarAsync(database, "UpdateMembershipKey", Member(1, version: 0, Dead))).Should().Be(0);
        (await ScalarAsync(database, "UpdateMembershipKey", Member(2, version: 1, Dead))).Should().Be(0, "there is no such member");
        (await RowsAsync(database, "GatewaysQueryKey", [.. Name(), ("Status", Active)])).Should().ContainSingle().Which["proxyport"].Should().Be(30001);
        (await ScalarAsync(database, "UpdateMembershipKey", Member(1, version: 1, Dead))).Should().Be(1);
        var row = (await RowsAsync(database, "MembershipReadRowKey", Member(1, version: 2))).Should().ContainSingle().Subject;
        (row["status"], row["version"]).Should().Be((Dead, 2));
        (await RowsAsync(database, "GatewaysQueryKey", [.. Name(), ("Status", Active)])).Should().BeEmpty();
    }

    [Fact]
    public async Task Membership_CleanUp_TakesTheDeadAndLeavesTheSilent()
    {
        await using var database = await OpenAsync();
        await ScalarAsync(database, "InsertMembershipVersionKey", Name());
        await ScalarAsync(database, "InsertMembershipKey", Member(1, version: 0));
        await ScalarAsync(database, "InsertMembershipKey", Member(2, version: 1));
        await ScalarAsync(database, "UpdateMembershipKey", Member(2, version: 2, Dead));

        await ScalarAsync(database, "CleanupDefunctSiloEntriesKey", [.. Name(), ("IAmAliveTime", DateTime.UtcNow.AddHours(1))]);
        (await RowsAsync(database, "MembershipReadAllKey", Name())).Should().ContainSingle().Which["port"].Should().Be(1);
        await ScalarAsync(database, "UpdateIAmAlivetimeKey", Member(1, version: 0));
        await ScalarAsync(database, "DeleteMembershipTableEntriesKey", Name());
        (await RowsAsync(database, "MembershipReadAllKey", Name())).Should().BeEmpty();
    }

    [Fact] // design.md, The journal: the released script has no unique key, two first writers of one grain both succeed there.
    public async Task Storage_FirstWritersAtOnce_ExactlyOneWins()
    {
        await using var database = await OpenAsync();

        var versions = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => ScalarAsync(database, "WriteToStorageKey", State("key", null, (byte)n))));

        versions.Count(version => version is 1).Should().Be(1);
        versions.Count(version => version is DBNull).Should().Be(7, "no version is what Orleans takes as a conflict");
        (await ScalarAsync(database, "WriteToStorageKey", State("key", 1, 9))).Should().Be(2);
        (await ScalarAsync(database, "WriteToStorageKey", State("key", 1, 8))).Should().Be(1, "the version did not move: another writer was faster");
        (await RowsAsync(database, "ReadFromStorageKey", State("key", null, 0))).Should().ContainSingle().Which["payloadbinary"].Should().BeEquivalentTo(new byte[] { 9 });
        (await ScalarAsync(database, "ClearStorageKey", State("key", 2, 0))).Should().Be(3);
        (await ScalarAsync(database, "DeleteStorageKey", State("key", 2, 0))).Should().BeNull();
        (await ScalarAsync(database, "DeleteStorageKey", State("key", 3, 0))).Should().Be(4);
        (await RowsAsync(database, "ReadFromStorageKey", State("key", null, 0))).Should().BeEmpty();
        (await ScalarAsync(database, "WriteToStorageKey", State(null, null, 1))).Should().Be(1, "a grain need not have a string key");
    }

    [Fact]
    public async Task Reminders_AreVersionedAndReadByRange()
    {
        await using var database = await OpenAsync();
        (await ScalarAsync(database, "UpsertReminderRowKey", Reminder("a", hash: -5))).Should().Be(0);
        (await ScalarAsync(database, "UpsertReminderRowKey", Reminder("a", hash: -5))).Should().Be(1);
        await ScalarAsync(database, "UpsertReminderRowKey", Reminder("b", hash: 7));

        (await GrainsAsync("ReadRangeRows1Key", -5, 7)).Should().Equal(["b"], "a range begins after its first place");
        (await GrainsAsync("ReadRangeRows2Key", 6, -6)).Should().Equal(["b"], "around the ring's origin");
        (await GrainsAsync("ReadRangeRows2Key", 8, -5)).Should().Equal("a");
        (await RowsAsync(database, "ReadReminderRowKey", Reminder("a", 0))).Should().ContainSingle();
        (await ScalarAsync(database, "DeleteReminderRowKey", [.. Reminder("a", 0), ("Version", 0)])).Should().Be(0);
        (await ScalarAsync(database, "DeleteReminderRowKey", [.. Reminder("a", 0), ("Version", 1)])).Should().Be(1);
        (await RowsAsync(database, "ReadReminderRowsKey", Reminder("a", 0))).Should().BeEmpty();
        await ScalarAsync(database, "DeleteReminderRowsKey", ("ServiceId", Cluster));
        (await RowsAsync(database, "ReadReminderRowsKey", Reminder("b", 0))).Should().BeEmpty();

        async Task<IEnumerable<object>> GrainsAsync(string query, int begin, int end) =>
            (await RowsAsync(database, query, ("ServiceId", Cluster), ("BeginHash", begin), ("EndHash", end))).Select(row => row["grainid"]).Order();
    }

    private static (string, object?)[] Name() => [("DeploymentId", Cluster)];

    private static (string, object?)[] Member(int port, int version, int status = Active) =>
    [
        ("DeploymentId", Cluster), ("Address", "127.0.0.1"), ("Port", port), ("Generation", 1), ("SiloName", "silo"), ("HostName", "host"),
        ("Status", status), ("ProxyPort", 30000 + port), ("SuspectTimes", null), ("StartTime", DateTime.UtcNow), ("IAmAliveTime", DateTime.UtcNow),
        ("Version", version),
    ];

    private static (string, object?)[] State(string? key, int? version, byte payload) =>
    [
        ("GrainIdHash", 1), ("GrainIdN0", 0L), ("GrainIdN1", 0L), ("GrainTypeHash", 2), ("GrainTypeString", "type"), ("GrainIdExtensionString", key),
        ("ServiceId", Cluster), ("GrainStateVersion", version), ("PayloadBinary", new[] { payload }),
    ];

    private static (string, object?)[] Reminder(string grain, int hash) =>
    [
        ("ServiceId", Cluster), ("GrainId", grain), ("ReminderName", "wake"), ("StartTime", DateTime.UtcNow), ("Period", 60_000), ("GrainHash", hash),
    ];

    private async Task<NpgsqlDataSource> OpenAsync()
    {
        var connection = await postgres.CreateDatabaseAsync();
        await using var journal = await PostgresJournal.OpenAsync(
            new PostgresJournalOptions { ConnectionString = connection }, new JournalSeal(new byte[JournalSeal.KeySize]), TimeProvider.System, CancellationToken.None);
        return NpgsqlDataSource.Create(connection);
    }

    private static async Task<object?> ScalarAsync(NpgsqlDataSource database, string query, params (string Name, object? Value)[] parameters)
    {
        await using var command = await CommandAsync(database, query, parameters);
        return await command.ExecuteScalarAsync();
    }

    private static async Task<List<Dictionary<string, object>>> RowsAsync(
        NpgsqlDataSource database, string query, params (string Name, object? Value)[] parameters)
    {
        await using var command = await CommandAsync(database, query, parameters);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<Dictionary<string, object>>();
        while (await reader.ReadAsync()) rows.Add(Enumerable.Range(0, reader.FieldCount).ToDictionary(reader.GetName, reader.GetValue));
        return rows;
    }

    private static async Task<NpgsqlCommand> CommandAsync(NpgsqlDataSource database, string query, (string Name, object? Value)[] parameters)
    {
        await using var text = database.CreateCommand("select QueryText from OrleansQuery where QueryKey = $1");
        text.Parameters.AddWithValue(query);
        var command = database.CreateCommand((string)(await text.ExecuteScalarAsync())!);
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }
}
