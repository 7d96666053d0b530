using Npgsql;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Journal.Postgres;

namespace TPWallet.Tests.Journal;

/// <summary>What only a database over a network can do: cut connections, several silos, settings that lose commits.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresFaultTests(Postgres postgres)
{
    private static readonly JournalSeal Seal = new(new byte[32]);
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly StreamName Stream = new("tenant", "account", "a");

    [Theory] // dotnet/orleans#6128, #4697: a cut connection must not become a second write or a lost one.
    [InlineData((int)Cut.BeforeTheServer)]
    [InlineData((int)Cut.AfterTheServer)]
    public async Task ConnectionCut_DuringACommit_IsResolvedToDurableOnce(int cut)
    {
        var direct = await postgres.CreateDatabaseAsync();
        await using var proxy = new CuttingProxy(new NpgsqlConnectionStringBuilder(direct).Port);
        // One committer, so that all three appends are of one chain whichever of two would have been free first.
        var options = new PostgresJournalOptions { ConnectionString = Through(proxy, direct), Committers = 1 };
        await using var journal = await PostgresJournal.OpenAsync(options, Seal, TimeProvider.System, None);
        var head = await Durable(journal, new Append(Stream, 0, Array.Empty<byte>(), [Row(1)]));

        proxy.Arm((Cut)cut);
        head = await Durable(journal, new Append(Stream, 1, head.HeadHash, [Row(2), Row(3)], WakeAtUnixMs: 5));

        proxy.Cuts.Should().Be(1);
        head = await Durable(journal, new Append(Stream, 3, head.HeadHash, [Row(4)]));
        (await journal.ReadAsync(Stream.Id, 1, 10, None)).Select(r => r.Version).Should().Equal(1, 2, 3, 4);
        var newest = (await journal.ReadNewestBatchesAsync(None)).Should().ContainSingle().Subject;
        newest.N.Should().Be(3, "the same chain goes on");
        (await journal.AuditAsync(newest.Committer, 0, 10, None)).Clean.Should().BeTrue();
    }

    [Fact]
    public async Task DatabaseHangs_AppendIsUnknownAtItsDeadline_AndTheJournalGoesOnWhenItHeals()
    {
        var direct = await postgres.CreateDatabaseAsync();
        await using var proxy = new CuttingProxy(new NpgsqlConnectionStringBuilder(direct).Port);
        var options = new PostgresJournalOptions
        {
            ConnectionString = Through(proxy, direct),
            AppendDeadline = TimeSpan.FromSeconds(3),
            Committers = 1,
        };
        await using var journal = await PostgresJournal.OpenAsync(options, Seal, TimeProvider.System, None);
        var head = await Durable(journal, new Append(Stream, 0, Array.Empty<byte>(), [Row(1)]));
        var second = new Append(Stream, 1, head.HeadHash, [Row(2)]);

        proxy.Arm(Cut.Hang);
        (await journal.AppendAsync(second, None)).Should().BeOfType<AppendOutcome.Unknown>();

        proxy.Heal();
        (await journal.ReadHeadAsync(Stream.Id, None)).Version.Should().Be(1);
        AppendOutcome outcome = new AppendOutcome.NotWritten("not tried yet");
        // Until the committer has connected again its answer is NotWritten, each after a bounded wait.
        for (var attempt = 0; attempt < 10 && outcome is AppendOutcome.NotWritten; attempt++) outcome = await journal.AppendAsync(second, None);
        outcome.Should().BeOfType<AppendOutcome.Durable>();
        (await journal.ReadNewestBatchesAsync(None)).Select(b => b.N).Should().Equal([1L, 1L], "a batch in doubt ends its chain");
    }

    [Fact]
    public async Task BackendsTerminated_NextAppendIsDurable()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var journal = await OpenAsync(database);
        var head = await Durable(journal, new Append(Stream, 0, Array.Empty<byte>(), [Row(1)]));

        await TerminateAsync(journal, database);

        (await Durable(journal, new Append(Stream, 1, head.HeadHash, [Row(2)]))).Version.Should().Be(2);
    }

    [Fact] // A standby that was promoted without the tail: what the journal knew of the heads ended with its connections.
    public async Task RowLostWithTheConnections_NextAppendIsConflict()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var journal = await OpenAsync(database);
        var head = await Durable(journal, new Append(Stream, 0, Array.Empty<byte>(), [Row(1)]));
        head = await Durable(journal, new Append(Stream, 1, head.HeadHash, [Row(2)]));
        await using (var store = new PostgresStoreUnderTest(database, TimeProvider.System)) await store.Run("delete from event where version = 2");

        await TerminateAsync(journal, database);

        (await journal.AppendAsync(new Append(Stream, 2, head.HeadHash, [Row(3)]), None)).Should().BeOfType<AppendOutcome.Conflict>();
    }

    [Fact]
    public async Task TwoSilos_OtherWroteMeanwhile_IsConflict_AndTheOtherStreamsOfTheCommitAreDurable()
    {
        var database = await postgres.CreateDatabaseAsync();
        var options = new PostgresJournalOptions { ConnectionString = database, Exclusive = false, Committers = 1 };
        await using var one = await PostgresJournal.OpenAsync(options, Seal, TimeProvider.System, None);
        await using var two = await PostgresJournal.OpenAsync(options, Seal, TimeProvider.System, None);
        var beside = new StreamName("tenant", "account", "beside");
        var head = await Durable(one, new Append(Stream, 0, Array.Empty<byte>(), [Row(1)]));
        var besideHead = await Durable(one, new Append(beside, 0, Array.Empty<byte>(), [Row(1)]));
        var others = await Durable(two, new Append(Stream, 1, head.HeadHash, [Row(2)]));

        var outcomes = await Task.WhenAll(
            one.AppendAsync(new Append(Stream, 1, head.HeadHash, [Row(3)]), None),
            one.AppendAsync(new Append(beside, 1, besideHead.HeadHash, [Row(3)]), None));

        outcomes[0].Should().BeOfType<AppendOutcome.Conflict>();
        outcomes[1].Should().BeOfType<AppendOutcome.Durable>();
        (await Durable(one, new Append(Stream, 2, others.HeadHash, [Row(4)]))).Version.Should().Be(3);
    }

    [Fact]
    public async Task TwoSilos_FirstWritersRace_ExactlyOneWinsEachStream()
    {
        var database = await postgres.CreateDatabaseAsync();
        var options = new PostgresJournalOptions { ConnectionString = database, Exclusive = false };
        await using var one = await PostgresJournal.OpenAsync(options, Seal, TimeProvider.System, None);
        await using var two = await PostgresJournal.OpenAsync(options, Seal, TimeProvider.System, None);
        var alone = () => OpenAsync(database);
        await alone.Should().ThrowAsync<JournalOwnedException>("silos share the database");

        var streams = Enumerable.Range(0, 300).Select(i => new StreamName("tenant", "account", $"{i}")).ToArray();
        var outcomes = await Task.WhenAll(streams.Select(async stream => await Task.WhenAll(
            one.AppendAsync(new Append(stream, 0, Array.Empty<byte>(), [Row(1), Row(2)], WakeAtUnixMs: 1), None),
            two.AppendAsync(new Append(stream, 0, Array.Empty<byte>(), [Row(1), Row(2), Row(3)], WakeAtUnixMs: 1), None))));

        for (var i = 0; i < streams.Length; i++)
        {
            var won = outcomes[i].OfType<AppendOutcome.Durable>().Should().ContainSingle().Subject;
            outcomes[i].OfType<AppendOutcome.Conflict>().Should().ContainSingle();
            (await one.ReadAsync(streams[i].Id, 1, 10, None)).Should().HaveCount((int)won.Version);
        }
    }

    [Fact]
    public async Task CommitsThatAreNotDurable_AreRefusedAtStart()
    {
        var open = async () => await OpenAsync(await postgres.CreateDatabaseAsync() + ";Options=-c synchronous_commit=off");
        (await open.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*synchronous_commit*");
    }

    [Fact]
    public async Task AlteredScript_IsRefusedAtStart()
    {
        var database = await postgres.CreateDatabaseAsync();
        await (await OpenAsync(database)).DisposeAsync();
        await using (var store = new PostgresStoreUnderTest(database, TimeProvider.System))
            await store.Run("update journal_script set checksum = 'other' where number = 1");
        var open = () => OpenAsync(database);
        (await open.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*0001-journal.sql*");
    }

    private static async Task TerminateAsync(PostgresJournal journal, string database)
    {
        await using var admin = new NpgsqlConnection(database + ";Pooling=false");
        await admin.OpenAsync();
        await using var kill = new NpgsqlCommand(
            "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity where application_name = any($1)", admin);
        kill.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. journal.Sessions] });
        (await kill.ExecuteScalarAsync()).Should().Be(2L);
    }

    private static Task<PostgresJournal> OpenAsync(string connectionString) =>
        PostgresJournal.OpenAsync(new PostgresJournalOptions { ConnectionString = connectionString }, Seal, TimeProvider.System, None);

    private static string Through(CuttingProxy proxy, string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Port = proxy.Port, SslMode = SslMode.Disable, Pooling = false }.ToString();

    private static NewRow Row(int i) => new("Tested", 1, new byte[] { (byte)i }, null, Array.Empty<byte>(), i);

    private static async Task<AppendOutcome.Durable> Durable(PostgresJournal journal, Append append) =>
        (await journal.AppendAsync(append, None)).Should().BeOfType<AppendOutcome.Durable>().Subject;
}
