using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace TPWallet.Tests.Runtime.Conformance;

/// <summary>Answers, failures, time-outs and cancellation: the same on both runtimes.</summary>
public sealed class CallTests : IAsyncLifetime
{
    private Bench _bench = null!;

    public async Task InitializeAsync() => _bench = await Bench.StartAsync();

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task Call_EveryReturnShape_AnswersItsValue()
    {
        var grain = _bench.Echo("a/b c");

        (await grain.Echo("hello")).Should().Be("hello");
        (await grain.Add(2, 3)).Should().Be(5);
        await grain.Nothing();
        await grain.NothingAtAll();
        (await grain.Key()).Should().Be("a/b c");
        (await grain.AskOther("asked", "text")).Should().Be("text");
    }

    [Fact]
    public async Task Call_Throws_CallerGetsTheSameTypeAndWords()
    {
        await _bench.Echo().Awaiting(one => one.Fail("late")).Should().ThrowAsync<FormatException>().WithMessage("late");
        await _bench.Echo().Awaiting(one => one.FailBeforeTheFirstAwait("early")).Should().ThrowAsync<FormatException>().WithMessage("early");
    }

    [Fact]
    public async Task Reference_GivenAway_IsEqualAndCallable()
    {
        var self = await _bench.Echo("self").Self();

        self.Should().Be(_bench.Echo("self"));
        self.GetGrainId().Should().Be(GrainId.Create("echo", "self"));
        (await self.Echo("again")).Should().Be("again");
        _bench.Echo("self").Should().NotBe(_bench.Echo("other"));
    }

    [Fact]
    public void GetGrain_NoClassImplementsIt_IsRefused() =>
        _bench.Cluster.Client.Invoking(client => client.GetGrain<IUnimplementedGrain>("x")).Should().Throw<ArgumentException>()
            .WithMessage("Could not find an implementation for interface*");

    [Fact]
    public async Task Timeout_IsTheCallersAlone_AndTheCalleeGoesOn()
    {
        (await _bench.Probe().WorkShort("work").Failure()).Should().BeOfType<TimeoutException>();
        _bench.Notes.Lines.Should().NotContain("work ends");

        _bench.Notes.Open("work");
        await _bench.Notes.Until("work ends");
    }

    [Fact]
    public async Task Timeout_OfTheMethod_WinsOverTheConfigured()
    {
        var other = _bench.Probe("other").Work("other");
        (await _bench.Probe().WorkShort("work").Failure()).Should().BeOfType<TimeoutException>();
        other.IsCompleted.Should().BeFalse("the configured time-out is longer");
        _bench.Notes.Open("other");
        await other;
    }

    [Fact]
    public async Task Timeout_InTheQueue_TheRequestNeverRuns()
    {
        var first = _bench.Probe().Work("first").Failure();
        await _bench.Notes.Until("first starts");
        (await _bench.Probe().WorkShort("second").Failure()).Should().BeOfType<TimeoutException>();
        _bench.Notes.Open("second");
        _bench.Notes.Open("first");
        await first;
        await _bench.Probe().Incarnation();

        _bench.Notes.Lines.Should().Contain("first ends").And.NotContain("second starts");
    }

    [Fact]
    public async Task OneWay_CallerGoesOnAtOnce_AndErrorsAreLost()
    {
        await _bench.Probe().Shout("loud");
        _bench.Notes.Lines.Should().NotContain("loud ends");
        _bench.Notes.Open("loud");
        await _bench.Notes.Until("loud ends");
        await _bench.Probe().Shout("fail");
        await _bench.Probe().Incarnation();
    }

    [Fact]
    public async Task Cancel_RunningCall_CallerStopsWaiting_AndTheCalleeIsToldInItsOwnTurn()
    {
        using var source = new CancellationTokenSource();
        var call = _bench.Probe().Cancellable("work", source.Token);
        await _bench.Notes.Until("work starts");
        await source.CancelAsync();

        (await call.Failure()).Should().BeAssignableTo<OperationCanceledException>();
        await _bench.Notes.Until("work ends");
        _bench.Notes.Lines.Should().Equal("g activates", "work starts", "work told in its own turn: True", "work ends");
    }

    [Fact]
    public async Task Cancel_WaitingCall_NeverRuns()
    {
        using var source = new CancellationTokenSource();
        var first = _bench.Probe().Work("first");
        await _bench.Notes.Until("first starts");
        var second = _bench.Probe().Cancellable("second", source.Token);
        _bench.Notes.Open("visit");
        await _bench.Probe().Interleave("visit");
        await source.CancelAsync();
        (await second.Failure()).Should().BeAssignableTo<OperationCanceledException>();
        await _bench.Probe().Interleave("visit");
        _bench.Notes.Open("first");
        await first;
        await _bench.Probe().Incarnation();

        _bench.Notes.Lines.Should().NotContain("second starts");
    }

    [Fact]
    public async Task Cancel_BeforeTheCall_NothingIsSent()
    {
        var call = async () => await _bench.Probe().Cancellable("work", new CancellationToken(canceled: true));

        await call.Should().ThrowAsync<OperationCanceledException>();
        _bench.Notes.Lines.Should().BeEmpty();
    }

    [Fact]
    public async Task HardLimit_OfWaitingRequests_RefusesMore()
    {
        await using var bench = await Bench.StartAsync(silo => silo.Configure<SiloMessagingOptions>(options => options.MaxEnqueuedRequestsHardLimit = 2));
        var running = bench.Probe().Work("running");
        await bench.Notes.Until("running starts");
        Task<Exception?>[] more = [.. Enumerable.Range(0, 4).Select(_ => bench.Probe().Work("more").Failure())];
        var refused = await await Task.WhenAny(more);
        refused.Should().BeOfType<LimitExceededException>();
        bench.Notes.Open("more");
        bench.Notes.Open("running");
        await running;
        (await Task.WhenAll(more)).Should().Contain(failure => failure == null, "those within the limit ran");
    }
}
