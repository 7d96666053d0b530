using System.Globalization;
using System.Text;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Journal;

namespace TPWallet.Tests.Notifications;

/// <summary>From the journal to a real receiver and back, by fake time: it fails, is slow, is away, and nothing is lost (field notes 20, 21 and 37).</summary>
public sealed class WebhookGrainTests
{
    private static readonly string _secret = WebhookSecret.New();
    private static readonly Bytes32 _tx = new(0xabc);

    private static readonly PacketEvent[] _story =
        [new PacketEvent.Proposed(false), new PacketEvent.JudgementRequested(), Progress(new LegProgress.Claimed(1)), Progress(new LegProgress.Signed(_tx)), new PacketEvent.Reserved()];

    [Fact]
    public async Task Rows_OfAPacket_AreToldSignedAndInOrder()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await WebhookBench.StartAsync();
        await bench.WriteAsync("before", _story);
        await bench.AddAsync(receiver.Url, _secret);
        await bench.WriteAsync("rent", _story);
        await bench.UntilAsync(view => view.LastStatus == 200 && view.Waiting == 0, "told");
        var told = receiver.All.Select(one => one.Verified(_secret, bench.Time)).ToArray();
        told.Select(one => (one.Type, one.Data.Subject, one.Data.Version)).Should().Equal(
            ("packet.proposed", "packet/rent", 1L), ("leg.signed", "packet/rent", 4L), ("packet.reserved", "packet/rent", 5L));
        (told[1].Data.Transaction, told[1].Data.Account, told[1].Data.Leg, told[1].Data.Fact)
            .Should().Be((_tx.ToString(), WebhookBench.Account.ToString(), "pay", "packet/rent/leg/pay"));
        var stream = StreamId.Of(WebhookBench.Tenant, "packet", $"{WebhookBench.Account}/rent");
        receiver.All.Select(one => one.Id).Should().Equal($"evt_{stream}_1", $"evt_{stream}_4", $"evt_{stream}_5");
    }

    [Fact]
    public async Task Receiver_ThatFailsForAnHour_HasEverythingInOrderAfterwards()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await WebhookBench.StartAsync();
        await bench.AddAsync(receiver.Url, _secret);
        var (began, works, told) = (bench.Time.GetUtcNow(), false, default(DateTimeOffset?));
        receiver.Answer = (http, _) =>
        {
            // The clock stands still here; between requests it runs ahead of a machine that has much to do.
            if (works) told ??= bench.Time.GetUtcNow();
            return Receiver.Say(http, works ? 200 : 503);
        };
        await bench.WriteAsync("rent", _story);
        await bench.UntilAsync(view => view.Failures >= 1, "failing");
        await bench.WriteAsync("loan", _story);
        await bench.UntilAsync(view => view.Waiting == 2, "heard of");
        await bench.UntilAsync(_ => bench.Time.GetUtcNow() - began > TimeSpan.FromHours(1), "an hour", TimeSpan.FromSeconds(20));
        (await bench.Grain.Read()).Endpoints.Single().Waiting.Should().Be(2);
        works = true;
        await bench.UntilAsync(view => view.Waiting == 0, "told", TimeSpan.FromSeconds(20));
        (told - began).Should().BeLessThan(TimeSpan.FromHours(4), "the next try is never far");
        foreach (var packet in new[] { "packet/rent", "packet/loan" })
        {
            receiver.All.Select(one => one.Verified(_secret, new Then(one))).Where(one => one.Data.Subject == packet).Select(one => one.Data.Version).Distinct()
                .Should().Equal([1, 4, 5], "none lost, in order");
        }

        receiver.All.GroupBy(one => one.Id).Should().Contain(tries => tries.Count() > 2, "an event keeps its id in every attempt");
    }

    [Fact]
    public async Task Receiver_ThatAnswersSlowly_IsTriedAgain()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await WebhookBench.StartAsync();
        bench.WaitsForAnswers = false;
        var slow = new TaskCompletionSource();
        receiver.Answer = (http, _) => receiver.All.Count > 1 ? Receiver.Say(http, 200) : slow.Task.WaitAsync(http.RequestAborted);
        await bench.AddAsync(receiver.Url, _secret);
        await bench.WriteAsync("rent", new PacketEvent.Reserved());
        await bench.UntilAsync(_ => receiver.All.Count == 1, "the first attempt");
        await bench.UntilAsync(view => view.Failures == 1, "a time-out", TimeSpan.FromSeconds(1));
        await bench.UntilAsync(view => view.Waiting == 0, "told", TimeSpan.FromSeconds(1));
        var log = await bench.Grain.ReadDeliveries(new("hook", 0, "", "", -1));
        log!.Deliveries.Select(one => (one.Fate, one.Attempt.Status, one.Attempt.Problem, one.Attempt.Number)).Should().Equal(("delivered", 200, "", 2), ("failed", 0, "timeout", 1));
        log.Deliveries.Select(one => one.Attempt.Event).Distinct().Should().ContainSingle();
        slow.SetResult();
    }

    [Fact]
    public async Task Silo_ThatDiesBeforeItRecordsTheAnswer_SendsTheSameEventAgain()
    {
        await using var receiver = await Receiver.StartAsync();
        var store = new MemoryStore();
        Instant died;
        await using (var bench = await WebhookBench.StartAsync(store))
        {
            await bench.AddAsync(receiver.Url, _secret);
            bench.LosesResults = true;
            await bench.WriteAsync("rent", _story);
            await bench.UntilAsync(_ => receiver.All.Count > 0, "a request");
            await bench.WriteAsync("loan", _story);
            bench.Journal.Kill();
            died = new(bench.Time.GetUtcNow().ToUnixTimeMilliseconds());
        }

        var first = receiver.All.First();
        await using var next = await WebhookBench.StartAsync(store, died);
        (await next.Journal.ReadWakingAsync("webhook", default, 10, CancellationToken.None)).Should().ContainSingle().Which.Key.Should().Be(WebhookBench.Account.ToString());
        await next.UntilAsync(view => view.LastStatus == 200 && view.Waiting == 0 && receiver.All.Select(one => one.Id).Distinct().Count() == 6, "told");
        var again = receiver.All.Where(one => one.Id == first.Id).ToArray();
        again.Should().HaveCountGreaterThan(1);
        again.Select(one => Encoding.UTF8.GetString(one.Body)).Distinct().Should().ContainSingle("the same event says the same");
    }

    [Fact]
    public async Task Gone_StopsTheEndpoint_AndUpdateTellsItTheRest()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await WebhookBench.StartAsync();
        receiver.Answer = (http, _) => Receiver.Say(http, 410);
        await bench.AddAsync(receiver.Url, _secret);
        await bench.WriteAsync("rent", _story);
        await bench.UntilAsync(view => view.Stop == WebhookStop.Gone, "stopped");
        await bench.WriteAsync("loan", _story);
        bench.Time.Advance(TimeSpan.FromHours(1));
        receiver.All.Should().ContainSingle();
        receiver.Answer = (http, _) => Receiver.Say(http, 200);
        (await bench.Grain.Submit(new WebhookCommand.Update(Guid.NewGuid(), "hook", receiver.Url.ToString(), [], true, true))).Should().BeOfType<CommandReply.Accepted>();
        await bench.UntilAsync(_ => receiver.All.Select(one => one.Id).Distinct().Count() == 6, "all of it, also of what happened meanwhile");
    }

    [Fact]
    public async Task Resend_ByAnyIdThatAnEventConcerns_SendsItAgain()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await WebhookBench.StartAsync();
        await bench.AddAsync(receiver.Url, _secret);
        await bench.WriteAsync("rent", _story);
        await bench.WriteAsync("loan", new PacketEvent.Reserved());
        await bench.UntilAsync(_ => receiver.All.Count == 4, "told");
        var signed = receiver.All.Single(one => one.Verified(_secret, new Then(one)).Type == "leg.signed").Id;
        (await ResentAsync(bench, receiver, _tx.ToString(), 1)).Should().Equal(signed);
        (await ResentAsync(bench, receiver, signed, 1)).Should().Equal(signed);
        (await ResentAsync(bench, receiver, "rent", 3)).Should().HaveCount(3);
        (await ResentAsync(bench, receiver, WebhookBench.Account.ToString(), 4)).Should().HaveCount(4);
        (await ResentAsync(bench, receiver, "", 4)).Should().HaveCount(4);
        (await bench.Grain.ReadDeliveries(new("hook", 0, signed, "", 200)))!.Deliveries.Should().HaveCount(6);
        (await bench.Grain.ReadDeliveries(new("hook", 0, "", "packet/loan", 200)))!.Deliveries.Should().HaveCount(3);
        (await bench.Grain.ReadDeliveries(new("hook", 0, "", "", 500)))!.Deliveries.Should().BeEmpty();
        (await bench.Grain.ReadDeliveries(new("other", 0, "", "", -1))).Should().BeNull();
    }

    [Fact]
    public async Task Resend_OfAnotherAccountsEvent_SendsNothing()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await WebhookBench.StartAsync();

        // One of this account's own has the same name and version.
        await bench.WriteAsync("rent", new PacketEvent.Reserved());
        await bench.AddAsync(receiver.Url, _secret);
        var other = new StreamName(WebhookBench.Tenant, "packet", $"{new AccountId(new Bytes32(8))}/rent");
        var row = new NewRow("reserved", 1, """{"event":"reserved"}"""u8.ToArray(), Guid.NewGuid(), new byte[32], 1);
        await bench.Journal.AppendAsync(new(other, 0, ReadOnlyMemory<byte>.Empty, [row], null), CancellationToken.None);
        (await bench.Grain.Submit(new WebhookCommand.Resend(Guid.NewGuid(), "hook", $"evt_{other.Id}_1", default, false))).Should().BeOfType<CommandReply.Accepted>();
        await bench.UntilAsync(view => view.Resends == 0, "looked up");
        (await bench.Grain.Read()).Endpoints.Single().Retrying.Should().Be(0);
        receiver.All.Should().BeEmpty();
    }

    [Fact]
    public async Task Rotation_BothSecretsSignForAWhile()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await WebhookBench.StartAsync();
        var (old, fresh) = (_secret, WebhookSecret.New());
        await bench.AddAsync(receiver.Url, old);
        (await bench.Grain.Submit(new WebhookCommand.Rotate(Guid.NewGuid(), "hook", fresh, Span.Hours(1)))).Should().BeOfType<CommandReply.Accepted>();
        await bench.WriteAsync("rent", new PacketEvent.Reserved());
        await bench.UntilAsync(_ => receiver.All.Count == 1, "told");
        var first = receiver.All.First();
        first.Verified(old, bench.Time).Should().BeEquivalentTo(first.Verified(fresh, bench.Time));
        bench.Time.Advance(TimeSpan.FromHours(1));
        await bench.WriteAsync("loan", new PacketEvent.Reserved());
        await bench.UntilAsync(_ => receiver.All.Count == 2, "told");
        var second = receiver.All.Last();
        second.Verified(fresh, bench.Time).Type.Should().Be("packet.reserved");
        var verify = () => second.Verified(old, bench.Time);
        verify.Should().Throw<TPWallet.Client.RefusedException>();
    }

    [Fact]
    public async Task Secret_IsNowhereInTheJournal_AndNoOther()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await WebhookBench.StartAsync();
        await bench.AddAsync(receiver.Url, _secret);
        (await bench.Grain.Submit(new WebhookCommand.Add(Guid.NewGuid(), "weak", receiver.Url.ToString(), [], true, "whsec_AAAA"))).Should().BeOfType<CommandReply.Refused>()
            .Which.Rejection.Code.Should().Be(RejectionCode.Malformed);
        var id = Guid.NewGuid();
        var test = new WebhookCommand.Try(id, "hook");
        (await bench.Grain.Submit(test)).Should().BeOfType<CommandReply.Accepted>();
        await bench.UntilAsync(_ => receiver.All.Count == 1, "the test event");
        receiver.All.Single().Verified(_secret, bench.Time).Type.Should().Be("webhook.test");
        receiver.All.Single().Id.Should().Be($"test_{id:n}");
        var rows = await bench.Journal.ReadAsync(StreamId.Of(WebhookBench.Tenant, "webhook", WebhookBench.Account.ToString()), 1, 100, CancellationToken.None);
        rows.Select(row => Encoding.UTF8.GetString(row.Payload.ToArray())).Should().OnlyContain(text => !text.Contains("whsec_", StringComparison.Ordinal));
        (await bench.Grain.Read()).ToString().Should().NotContain("sealed:");
    }

    [Fact]
    public async Task Reorg_TellsTheSameFactAgainWithAHigherVersion()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await WebhookBench.StartAsync();
        await bench.AddAsync(receiver.Url, _secret, ordered: true, "leg.*");
        await bench.WriteAsync("rent", Progress(new LegProgress.Mined(In(1))), Progress(new LegProgress.Unmined(_tx, new Bytes32(1))), Progress(new LegProgress.Mined(In(2))));
        await bench.UntilAsync(_ => receiver.All.Count == 3, "told");
        var told = receiver.All.Select(one => one.Verified(_secret, bench.Time).Data).ToArray();
        told.Select(one => (one.Fact, one.Version, one.State, one.Block)).Should().Equal(
            ("packet/rent/leg/pay", 1L, "mined", new Bytes32(1).ToString()),
            ("packet/rent/leg/pay", 2L, "unmined", new Bytes32(1).ToString()),
            ("packet/rent/leg/pay", 3L, "mined", new Bytes32(2).ToString()));
    }

    [Fact]
    public async Task Account_WithoutEndpoints_CostsNothing()
    {
        await using var bench = await WebhookBench.StartAsync();
        (await bench.Grain.Read()).Endpoints.Should().BeEmpty();
        await bench.WriteAsync("rent", _story);
        bench.Time.Advance(TimeSpan.FromMinutes(10));
        (await bench.Journal.ReadHeadAsync(StreamId.Of(WebhookBench.Tenant, "webhook", WebhookBench.Account.ToString()), CancellationToken.None)).Version.Should().Be(0);
        (await bench.Journal.ReadWakingAsync("webhook", default, 10, CancellationToken.None)).Should().BeEmpty();
    }

    private static async Task<string[]> ResentAsync(WebhookBench bench, Receiver receiver, string what, int count)
    {
        var before = receiver.All.Count;
        (await bench.Grain.Submit(new WebhookCommand.Resend(Guid.NewGuid(), "hook", what, default, false))).Should().BeOfType<CommandReply.Accepted>();
        await bench.UntilAsync(view => view.Resends == 0 && view.Retrying == 0 && receiver.All.Count >= before + count, $"resent {what}");
        // A request that broke off is sent again: at least once.
        return [.. receiver.All.Skip(before).Select(one => one.Id).Distinct()];
    }

    private static PacketEvent.LegProgressed Progress(LegProgress progress) => new("pay", progress);

    private static Grains.Interfaces.Chains.Inclusion In(ulong block) => new(People.Chain, _tx, new(block, new Bytes32(block)), true, UInt256.One);

    /// <summary>The receiver's clock as the request came.</summary>
    private sealed class Then(Received request) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(long.Parse(request.Timestamp, CultureInfo.InvariantCulture));
    }
}
