using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans;
using Orleans.Hosting;
using Orleans.Streams;
using Orleans.TestingHost;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Notifications;
using TPWallet.Grains.Personal;
using TPWallet.Grains.Shell;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Journal;
using TPWallet.Tests.Runtime;

namespace TPWallet.Tests.Notifications;

/// <summary>
/// The product's webhook grain, tail, runner and transport over a model journal and a fake clock. Rows of packets are written by the test; a second bench on one store is a
/// restart.
/// </summary>
internal sealed class WebhookBench : IAsyncDisposable, IEffectRunner
{
    public const string Tenant = "test";

    /// <summary>Turns of the grain in which what a timer began has begun.</summary>
    private const int CalmTurns = 4;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(180);

    private readonly WebhookTransport _transport;
    private readonly JournalTail _tail;
    private readonly WebhookRunner _runner;
    private readonly SemaphoreSlim _ended = new(0);
    private readonly Lock _moving = new();
    private int _running;

    private WebhookBench(MemoryStore store, Instant now, bool streams)
    {
        Store = store;
        Time.Advance(TimeSpan.FromMilliseconds(now.UnixMs - Time.GetUtcNow().ToUnixTimeMilliseconds()));
        Journal = new(store, new JournalSeal(new byte[JournalSeal.KeySize]), Time);
        var texts = new PersonalTexts(Journal, new MasterKey(new byte[MasterKey.Size]), RandomNumberGenerator.GetBytes);
        var rows = new NoticeRows(Journal);
        _transport = new(new([IPNetwork.Parse("127.0.0.0/8")]), Time);
        _tail = new(Journal, Journal, Time);
        Log = new(Journal, Journal, rows);
        _runner = new(rows, Log, texts, _transport, new(() => streams ? Streams : null, Time, NullLogger<WebhookStreams>.Instance), Time, Tenant);
        var services = new ShellServices(Journal, new JournalClock(Time, default), this, Time, NullLoggerFactory.Instance, Tenant, Guid.NewGuid, ShellTimes.Default) { Personal = texts };
        var builder = new InProcessTestClusterBuilder(1).ConfigureSilo((_, silo) => silo.Services.AddSingleton(services).AddSingleton(_tail).AddSingleton(rows).AddSingleton(Log));
        if (streams) builder.ConfigureSilo((_, silo) => silo.AddMemoryStreams(WebhookStream.Provider));
        Cluster = builder.Build();
    }

    public static AccountId Account { get; } = new(new Bytes32(9));

    public MemoryStore Store { get; }

    public ManualTime Time { get; } = new();

    public MemoryJournal Journal { get; }

    public WebhookLog Log { get; }

    /// <summary>Effects whose result is thrown away, as when the silo dies between the answer and its record.</summary>
    public bool LosesResults { get; set; }

    /// <summary>Whether the clock stands still while a request is under way. Not where the receiver is to be late.</summary>
    public bool WaitsForAnswers { get; set; } = true;

    public InProcessTestCluster Cluster { get; }

    public IWebhookGrain Grain => Cluster.Client.GetGrain<IWebhookGrain>(Account.ToString());

    /// <summary>The silo's streams.</summary>
    public IStreamProvider Streams => Cluster.Silos.Single().ServiceProvider.GetRequiredKeyedService<IStreamProvider>(WebhookStream.Provider);

    public static async Task<WebhookBench> StartAsync(MemoryStore? store = null, Instant? now = null, bool streams = false)
    {
        var bench = new WebhookBench(store ?? new MemoryStore(), now ?? People.Start, streams);
        await bench.Cluster.DeployAsync();
        return bench;
    }

    public async Task AddAsync(Uri url, string secret, bool ordered = true, params string[] types) => await AddAsync("hook", url, secret, ordered, types);

    public async Task AddAsync(Name name, Uri url, string secret, bool ordered, params string[] types) =>
        (await Grain.Submit(new WebhookCommand.Add(Guid.NewGuid(), name, url.ToString(), [.. types], ordered, secret))).Should().BeOfType<CommandReply.Accepted>();

    /// <summary>Rows of a packet, as its grain would write them: each in a batch of its own.</summary>
    public async Task WriteAsync(string packet, params PacketEvent[] events)
    {
        var stream = new StreamName(Tenant, "packet", $"{Account}/{packet}");
        foreach (var @event in events)
        {
            var head = await Journal.ReadHeadAsync(stream.Id, CancellationToken.None);
            var type = (string)PacketJson.Default.PacketEvent.PolymorphismOptions!.DerivedTypes.Single(known => known.DerivedType == @event.GetType()).TypeDiscriminator!;
            var row = new NewRow(
                type, 1, JsonSerializer.SerializeToUtf8Bytes(@event, PacketJson.Default.PacketEvent), Guid.NewGuid(), new byte[32], Time.GetUtcNow().ToUnixTimeMilliseconds());
            (await Journal.AppendAsync(new(stream, head.Version, head.Hash.ToArray(), [row], null), CancellationToken.None)).Should().BeOfType<AppendOutcome.Durable>();
        }
    }

    /// <summary>
    /// The clock moves on in small steps until this holds of every endpoint; every step lets what it woke come to its end, so that a slow machine only takes longer: a read is the
    /// grain's next turn, and what its timers began has begun by then.
    /// </summary>
    public async Task UntilAsync(Func<WebhookView, bool> wanted, string awaited, TimeSpan? step = null)
    {
        using var bound = new CancellationTokenSource(_patience);
        while (!(await Grain.Read()).Endpoints.All(wanted))
        {
            if (bound.IsCancellationRequested) throw new TimeoutException($"Not so: {awaited}. It is {string.Join("; ", (await Grain.Read()).Endpoints)}.");
            await _ended.WaitAsync(TimeSpan.FromMilliseconds(20), CancellationToken.None);
            for (var turn = 0; turn < CalmTurns; turn++) await Grain.Read();
            Move(step ?? TimeSpan.FromMilliseconds(250));
        }
    }

    /// <summary>A request that is under way would be late if the clock moved, and one that begins meanwhile begins at its new time.</summary>
    private void Move(TimeSpan step)
    {
        lock (_moving)
            if (!WaitsForAnswers || _running == 0) Time.Advance(step);
    }

    public async Task<EffectResult> RunAsync(Effect effect, CancellationToken cancellationToken)
    {
        if (effect is Effect.Notify)
            lock (_moving) _running++;
        var result = effect switch
        {
            Effect.Notify e => await _runner.RunAsync(e, cancellationToken),
            Effect.FindNotices e => await _runner.RunAsync(e, cancellationToken),
            _ => new EffectResult.NoAnswer("nothing to do"),
        };
        if (effect is Effect.Notify)
        {
            lock (_moving) _running--;
            _ended.Release();
        }

        return LosesResults ? new EffectResult.NoAnswer("lost") : result;
    }

    public async ValueTask DisposeAsync()
    {
        Journal.Kill();
        await Cluster.DisposeAsync();
        _transport.Dispose();
        _tail.Dispose();
        _ended.Dispose();
    }
}
