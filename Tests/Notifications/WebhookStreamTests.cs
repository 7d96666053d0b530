using System.Collections.Concurrent;
using Orleans.Streams;
using TPWallet.Client;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Journal;

namespace TPWallet.Tests.Notifications;

/// <summary>An endpoint that is a stream: the events, ids, order and second tries that a URL has.</summary>
public sealed class WebhookStreamTests
{
    private static readonly string _secret = WebhookSecret.New();
    private static readonly Uri _flow = new("stream:told");

    private static readonly PacketEvent[] _story =
        [new PacketEvent.Proposed(false), new PacketEvent.LegProgressed("pay", new LegProgress.Signed(new Bytes32(0xabc))), new PacketEvent.Reserved()];

    private readonly ConcurrentQueue<WebhookItem> _taken = new();

    [Fact]
    public async Task Rows_ReachASubscriberInOrder_AsTheyReachAUrl()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await WebhookBench.StartAsync(streams: true);
        await SubscribeAsync(bench, _ => { });
        await bench.AddAsync("url", receiver.Url, _secret, ordered: true);
        await bench.AddAsync("flow", _flow, _secret, ordered: true);
        await bench.WriteAsync("rent", _story);
        await bench.UntilAsync(view => view.LastStatus > 0 && view.Waiting == 0, "told");
        _taken.Select(item => item.Id).Should().HaveCount(3).And.Equal(receiver.All.Select(one => one.Id));
        foreach (var (item, request) in _taken.Zip(receiver.All)) item.Body.Should().Equal(request.Body);
        var told = _taken.Select(item => new WebhookVerifier([_secret], bench.Time).Verify(item.Id, item.Timestamp, item.Signature, item.Body.AsSpan()).OrThrow().Notification);
        told.Select(one => (one.Type, one.Data.Version)).Should().Equal(("packet.proposed", 1L), ("leg.signed", 2L), ("packet.reserved", 3L));
    }

    [Fact]
    public async Task Subscriber_ThatFails_IsToldAgainBeforeWhatComesAfter()
    {
        await using var bench = await WebhookBench.StartAsync(streams: true);
        var tries = 0;
        await SubscribeAsync(bench, _ =>
        {
            if (tries++ < 2) throw new FormatException("not now");
        });
        await bench.AddAsync(_flow, _secret);
        await bench.WriteAsync("rent", _story);
        await bench.UntilAsync(view => view.LastStatus == 202 && view.Waiting == 0, "told", TimeSpan.FromSeconds(5));
        _taken.Select(item => Version(item.Id)).Should().Equal("1", "2", "3");
        var log = await bench.Grain.ReadDeliveries(new("hook", 0, _taken.First().Id, "", -1));
        log!.Deliveries.Select(one => (one.Fate, one.Attempt.Status, one.Attempt.Problem, one.Attempt.Number)).Should().Equal(
            ("delivered", 202, "", 3), ("failed", 0, "not-taken", 2), ("failed", 0, "not-taken", 1));
    }

    [Fact]
    public async Task Subscriber_ThatDoesNotAnswer_IsATimeout()
    {
        await using var bench = await WebhookBench.StartAsync(streams: true);
        bench.WaitsForAnswers = false;
        await Stream(bench).SubscribeAsync((_, _) => new TaskCompletionSource().Task);
        await bench.AddAsync(_flow, _secret);
        await bench.WriteAsync("rent", _story);
        await bench.UntilAsync(view => view.Failures == 1, "a time-out", TimeSpan.FromSeconds(1));
        (await bench.Grain.ReadDeliveries(new("hook", 0, "", "", -1)))!.Deliveries.Single().Attempt.Problem.Should().Be("timeout");
    }

    [Fact]
    public async Task Silo_ThatDiesBeforeItRecordsTheOutcome_SendsTheSameEventAgain()
    {
        var store = new MemoryStore();
        Instant died;
        await using (var bench = await WebhookBench.StartAsync(store, streams: true))
        {
            await SubscribeAsync(bench, _ => { });
            await bench.AddAsync(_flow, _secret);
            bench.LosesResults = true;
            await bench.WriteAsync("rent", _story);
            await bench.UntilAsync(_ => !_taken.IsEmpty, "an item");
            bench.Journal.Kill();
            died = new(bench.Time.GetUtcNow().ToUnixTimeMilliseconds());
        }

        var before = _taken.First();
        _taken.Clear();
        await using var next = await WebhookBench.StartAsync(store, died, streams: true);
        await SubscribeAsync(next, _ => { });
        await next.UntilAsync(view => view.LastStatus == 202 && view.Waiting == 0, "told");
        _taken.Select(item => Version(item.Id)).Should().Equal("1", "2", "3");
        (_taken.First().Id, _taken.First().Body.AsSpan().SequenceEqual(before.Body.AsSpan())).Should().Be((before.Id, true));
    }

    [Fact]
    public async Task Provider_ThatIsGone_IsAFailureAndNothingIsLost()
    {
        await using var bench = await WebhookBench.StartAsync();
        await bench.AddAsync(_flow, _secret);
        await bench.WriteAsync("rent", _story);
        await bench.UntilAsync(view => view.Failures == 1, "failing");
        (await bench.Grain.ReadDeliveries(new("hook", 0, "", "", -1)))!.Deliveries.Should().OnlyContain(one => one.Attempt.Problem == "no-stream");
        (await bench.Grain.Read()).Endpoints.Single().Waiting.Should().Be(1);
    }

    private static IAsyncStream<WebhookItem> Stream(WebhookBench bench) =>
        bench.Streams.GetStream<WebhookItem>(Orleans.Runtime.StreamId.Create("told", WebhookBench.Account.ToString()));

    private static string Version(string id) => id[(id.LastIndexOf('_') + 1)..];

    private async Task SubscribeAsync(WebhookBench bench, Action<WebhookItem> first) => await Stream(bench).SubscribeAsync((item, _) =>
    {
        first(item);
        _taken.Enqueue(item);
        return Task.CompletedTask;
    });
}
