using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Journal;

public abstract partial class JournalSpec
{
    [Fact]
    public async Task Append_ThenRead_GivesTheSameBytes()
    {
        var stream = NewStream();
        var command = Guid.NewGuid();
        var rows = new[] { Row("first \u20ac", command), new NewRow("Other", 3, Array.Empty<byte>(), null, Array.Empty<byte>(), At + 1) };
        var head = await Durable(First(stream, rows));

        var read = await Journal.ReadAsync(stream.Id, 1, 10, None);

        head.Version.Should().Be(2);
        head.HeadHash.Should().Equal(read[^1].Hash);
        head.DatabaseTimeUnixMs.Should().BePositive();
        read.Select(r => (r.Version, r.Type, r.Schema, r.CommandId, r.AtUnixMs))
            .Should().Equal((1, "Tested", 1, command, At), (2, "Other", 3, null, At + 1));
        read[0].Payload.ToArray().Should().Equal(rows[0].Payload.ToArray());
        read[0].Fingerprint.ToArray().Should().Equal(7, 7);
        read[1].Payload.Length.Should().Be(0);
        read[1].Fingerprint.Length.Should().Be(0);
        (await Journal.ReadHeadAsync(stream.Id, None)).Should().BeEquivalentTo(new StreamHead(2, head.HeadHash));
        (await Journal.FindStreamAsync(stream.Id, None)).Should().Be(stream);
    }

    [Fact]
    public async Task Read_ByPages_GivesEveryRowOnce()
    {
        var stream = NewStream();
        await Filled(stream, 7);
        var seen = new List<long>();
        for (var from = 1L; ;)
        {
            var page = await Journal.ReadAsync(stream.Id, from, 3, None);
            if (page.Count == 0) break;
            seen.AddRange(page.Select(r => r.Version));
            from = page[^1].Version + 1;
        }

        seen.Should().Equal(1, 2, 3, 4, 5, 6, 7);
    }

    [Fact]
    public async Task Read_EmptyStream_GivesNothing()
    {
        var stream = NewStream();
        (await Journal.ReadAsync(stream.Id, 1, 10, None)).Should().BeEmpty();
        (await Journal.ReadHeadAsync(stream.Id, None)).Version.Should().Be(0);
        (await Journal.FindStreamAsync(stream.Id, None)).Should().BeNull();
        (await Journal.FindCommandAsync(stream.Id, Guid.NewGuid(), None)).Should().BeNull();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Append_WrongExpectedVersion_IsConflict(int expected)
    {
        var stream = NewStream();
        var head = await Filled(stream, 2);
        var append = new Append(stream, expected, expected == 0 ? [] : head.HeadHash, [Row("late")]);

        (await Journal.AppendAsync(append, None)).Should().BeOfType<AppendOutcome.Conflict>();
        (await Versions(stream)).Should().Equal(1, 2);
    }

    [Fact]
    public async Task Append_RightVersionWrongHash_IsConflict()
    {
        var stream = NewStream();
        await Filled(stream, 2);

        (await Journal.AppendAsync(new Append(stream, 2, new byte[32], [Row("fork")]), None)).Should().BeOfType<AppendOutcome.Conflict>();
        (await Versions(stream)).Should().Equal(1, 2);
    }

    [Fact] // dotnet/orleans#920, #6403, #9855: two activations of one grain.
    public async Task TwoFirstWriters_AtOnce_ExactlyOneWins()
    {
        for (var round = 0; round < 20; round++)
        {
            var stream = NewStream();
            var outcomes = await Task.WhenAll(
                Task.Run(() => Journal.AppendAsync(First(stream, Row("a"), Row("b")), None)),
                Task.Run(() => Journal.AppendAsync(First(stream, Row("c")), None)));

            outcomes.OfType<AppendOutcome.Durable>().Should().ContainSingle();
            outcomes.OfType<AppendOutcome.Conflict>().Should().ContainSingle();
            (await Versions(stream)).Should().HaveCount(outcomes[0] is AppendOutcome.Durable ? 2 : 1);
        }
    }

    [Fact]
    public async Task SameCommand_Twice_IsDuplicateAndFound()
    {
        var stream = NewStream();
        var command = Guid.NewGuid();
        var head = await Durable(First(stream, Row("one", command), Row("its second event")));

        var again = await Journal.AppendAsync(After(stream, head, Row("other", Guid.NewGuid()), Row("one", command)), None);

        again.Should().Be(new AppendOutcome.DuplicateCommand(command));
        (await Versions(stream)).Should().Equal(1, 2);
        (await Journal.FindCommandAsync(stream.Id, command, None))!.Version.Should().Be(1);
        (await Durable(First(NewStream(), Row("one", command)))).Version.Should().Be(1, "another stream may have the same command id");
    }

    [Fact]
    public async Task SameCommand_TwiceInOneAppend_IsDuplicate()
    {
        var (stream, command) = (NewStream(), Guid.NewGuid());
        (await Journal.AppendAsync(First(stream, Row("a", command), Row("b", command)), None))
            .Should().Be(new AppendOutcome.DuplicateCommand(command));
        (await Versions(stream)).Should().BeEmpty();
    }

    [Fact]
    public async Task ManyStreams_OneConflictsInTheMiddle_OthersCommit()
    {
        var streams = Enumerable.Range(0, 50).Select(_ => NewStream()).ToArray();
        var heads = new List<AppendOutcome.Durable>();
        var known = Guid.NewGuid();
        foreach (var stream in streams) heads.Add(await Durable(First(stream, Row("1", known))));

        var appends = streams.Select((stream, i) => i switch
        {
            20 => First(stream, Row("stale")),
            30 => After(stream, heads[i], Row("2"), Row("again", known)),
            _ => After(stream, heads[i], Row("2"), Row("3")),
        });
        var outcomes = await Task.WhenAll(appends.Select(append => Journal.AppendAsync(append, None)));

        for (var i = 0; i < streams.Length; i++)
        {
            if (i == 20) outcomes[i].Should().BeOfType<AppendOutcome.Conflict>();
            else if (i == 30) outcomes[i].Should().Be(new AppendOutcome.DuplicateCommand(known));
            else outcomes[i].Should().BeOfType<AppendOutcome.Durable>();
            (await Versions(streams[i])).Should().HaveCount(i is 20 or 30 ? 1 : 3);
        }
    }

    [Fact]
    public async Task OneStream_ManyWriters_LosersWriteNothing()
    {
        var stream = NewStream();
        var head = await Durable(First(stream, Row("1")));
        var rows = 1;
        for (var round = 0; round < 10; round++)
        {
            var from = head;
            var outcomes = await Task.WhenAll(Enumerable.Range(1, 8).Select(writer => Task.Run(() => Journal.AppendAsync(
                After(stream, from, [.. Enumerable.Range(0, writer).Select(i => Row($"{writer}.{i}"))]), None))));

            head = outcomes.OfType<AppendOutcome.Durable>().Should().ContainSingle().Subject;
            outcomes.OfType<AppendOutcome.Conflict>().Should().HaveCount(7);
            rows += Array.IndexOf(outcomes, head) + 1;
            head.Version.Should().Be(rows);
        }

        (await Versions(stream)).Should().HaveCount(rows);
    }

    [Fact]
    public async Task LargestPayload_IsKept_AndALargerOneRefusedBeforeItIsQueued()
    {
        var stream = NewStream();
        var payload = new byte[JournalLimits.MaxPayloadBytes];
        new Random(5).NextBytes(payload);
        var row = new NewRow("Big", 1, payload, null, Array.Empty<byte>(), At);
        var head = await Durable(First(stream, row, row));

        (await Journal.ReadAsync(stream.Id, 2, 1, None))[0].Payload.ToArray().Should().Equal(payload);
        var tooLarge = () => Journal.AppendAsync(After(stream, head, row with { Payload = new byte[JournalLimits.MaxPayloadBytes + 1] }), None);
        var tooMuch = () => Journal.AppendAsync(After(stream, head, row, row, row, row, row), None);
        var tooMany = () => Journal.AppendAsync(After(stream, head, [.. Enumerable.Repeat(Row("x"), JournalLimits.MaxRowsPerAppend + 1)]), None);
        var nothing = () => Journal.AppendAsync(After(stream, head), None);
        await tooLarge.Should().ThrowAsync<ArgumentException>();
        await tooMuch.Should().ThrowAsync<ArgumentException>();
        await tooMany.Should().ThrowAsync<ArgumentException>();
        await nothing.Should().ThrowAsync<ArgumentException>();
        (await Versions(stream)).Should().Equal(1, 2);
    }

    [Fact]
    public async Task ManyAppends_MoreThanOneCommitHolds_AllCommit()
    {
        var row = new NewRow("Wide", 1, new byte[40_000], null, Array.Empty<byte>(), At);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Journal.AppendAsync(First(NewStream(), row), None)));
        outcomes.Should().AllBeOfType<AppendOutcome.Durable>();
        var most = await Durable(First(NewStream(), [.. Enumerable.Repeat(Row("x"), JournalLimits.MaxRowsPerCommit + 100)]));
        most.Version.Should().Be(JournalLimits.MaxRowsPerCommit + 100);
    }

    [Fact]
    public async Task Reopened_EverythingIsThere()
    {
        var (stream, command) = (NewStream(), Guid.NewGuid());
        var head = await Durable(First(stream, Row("1", command)) with { WakeAtUnixMs = At });
        await Journal.SaveSnapshotAsync(stream.Id, new Snapshot(1, "v1", head.HeadHash, new byte[] { 1, 2 }), None);

        await ReopenAsync();

        (await Journal.FindCommandAsync(stream.Id, command, None))!.Version.Should().Be(1);
        (await Journal.LoadSnapshotAsync(stream.Id, "v1", None))!.State.ToArray().Should().Equal(1, 2);
        (await Journal.ReadDueAsync(stream.Id.Shard, At, 10, None)).Should().Equal(new DueWake(stream, At, 0, 0));
        (await Durable(After(stream, head, Row("2")))).Version.Should().Be(2);
    }

    [Fact]
    public async Task SecondOwner_IsRefused_UntilTheFirstIsGone()
    {
        var second = () => Store.OpenAsync(Seal);
        await second.Should().ThrowAsync<JournalOwnedException>();
        await ReopenAsync();
        (await Versions(NewStream())).Should().BeEmpty();
    }

    [Fact]
    public async Task Append_CallerGivesUp_IsStillWritten()
    {
        var stream = NewStream();
        using var gone = new CancellationTokenSource();
        var append = Journal.AppendAsync(First(stream, Row("1")), gone.Token);
        await gone.CancelAsync();
        try
        {
            await append;
        }
        catch (OperationCanceledException)
        {
            // Whether the wait or the commit ended first is open; that the rows are written is not.
        }

        (await Journal.AppendAsync(First(stream, Row("again")), None)).Should().BeOfType<AppendOutcome.Conflict>();
        (await Versions(stream)).Should().Equal(1);
    }
}
