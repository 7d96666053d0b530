using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Hosting;
using Orleans.TestingHost;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Shell;
using TPWallet.Tests.Journal;

namespace TPWallet.Tests.Shell;

/// <summary>An effect runner that a test steers: each call is told to the test and waits for the result that the test gives.</summary>
public sealed class SteeredEffects : IEffectRunner
{
    private readonly System.Threading.Channels.Channel<(Effect Effect, TaskCompletionSource<EffectResult> Result)> _calls =
        System.Threading.Channels.Channel.CreateUnbounded<(Effect, TaskCompletionSource<EffectResult>)>();

    public Task<EffectResult> RunAsync(Effect effect, CancellationToken cancellationToken)
    {
        var result = new TaskCompletionSource<EffectResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls.Writer.TryWrite((effect, result)).Should().BeTrue();
        return result.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The next effect that was started; fails by name when none comes.</summary>
    public async Task<(Effect Effect, TaskCompletionSource<EffectResult> Result)> NextAsync(string awaited)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            return await _calls.Reader.ReadAsync(bound.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"No effect was started: {awaited}.");
        }
    }

    public bool IsQuiet => !_calls.Reader.TryPeek(out _);
}

/// <summary>A small cluster of tally grains over a model store; a second bench on the same store is a restart.</summary>
public sealed class ShellBench : IAsyncDisposable
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, JournalSeal.KeySize).Select(i => (byte)i)];

    private ShellBench(MemoryStore store, ShellTimes times)
    {
        Store = store;
        Journal = new(store, new JournalSeal(Key), TimeProvider.System);
        Services = new ShellServices(
            Journal, new JournalClock(TimeProvider.System, default), Effects, TimeProvider.System, NullLoggerFactory.Instance, "test", Guid.NewGuid, times);
        Cluster = new InProcessTestClusterBuilder(1)
            .ConfigureSilo((_, silo) =>
            {
                silo.Services.AddSingleton(Services);
                silo.AddIncomingGrainCallFilter<InnerCallFilter>();
            })
            .Build();
    }

    public MemoryStore Store { get; }

    public MemoryJournal Journal { get; }

    public ShellServices Services { get; }

    public SteeredEffects Effects { get; } = new();

    public InProcessTestCluster Cluster { get; }

    public static async Task<ShellBench> StartAsync(MemoryStore? store = null, ShellTimes? times = null)
    {
        var bench = new ShellBench(store ?? new MemoryStore(), times ?? ShellTimes.Default);
        await bench.Cluster.DeployAsync();
        return bench;
    }

    public ITallyGrain Tally(string key = "one") => Cluster.Client.GetGrain<ITallyGrain>(key);

    public StreamId Stream(string key = "one") => StreamId.Of("test", TallyMachine.Kind, key);

    public async Task<IReadOnlyList<JournalRow>> RowsAsync(string key = "one") =>
        await Journal.ReadAsync(Stream(key), 1, JournalLimits.MaxPage, CancellationToken.None);

    /// <summary>Ends when the next append has become durable and the grain has taken its outcome.</summary>
    public async Task NextAppendAsync(string key = "one")
    {
        var gate = new Gate();
        Journal.Intercept = gate.Hold;
        await gate.LetGoAsync();
        Journal.Intercept = null;
        // The outcome is a turn of the grain; a write of our own comes after it.
        (await Tally(key).Submit(new TallyCommand.Add(Guid.NewGuid(), 0))).ShouldBeAccepted();
    }

    public async ValueTask DisposeAsync()
    {
        Journal.Kill();
        await Cluster.DisposeAsync();
    }
}

/// <summary>Holds appends back until the test lets them go, one fault each.</summary>
public sealed class Gate
{
    private readonly System.Threading.Channels.Channel<TaskCompletionSource<MemoryFault>> _held =
        System.Threading.Channels.Channel.CreateUnbounded<TaskCompletionSource<MemoryFault>>();

    public Task<MemoryFault> Hold(Append append)
    {
        var source = new TaskCompletionSource<MemoryFault>(TaskCreationOptions.RunContinuationsAsynchronously);
        _held.Writer.TryWrite(source).Should().BeTrue();
        return source.Task;
    }

    /// <summary>Until an append is held.</summary>
    public async Task WaitForOneAsync()
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        (await _held.Reader.WaitToReadAsync(bound.Token)).Should().BeTrue();
    }

    public async Task LetGoAsync(MemoryFault fault = MemoryFault.None)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        (await _held.Reader.ReadAsync(bound.Token)).SetResult(fault);
    }
}

internal static class Replies
{
    public static CommandReply.Accepted ShouldBeAccepted(this CommandReply reply) => reply.Should().BeOfType<CommandReply.Accepted>().Subject;

    public static Rejection ShouldBeRefused(this CommandReply reply, RejectionCode code)
    {
        var rejection = reply.Should().BeOfType<CommandReply.Refused>().Subject.Rejection;
        rejection.Code.Should().Be(code);
        return rejection;
    }
}
