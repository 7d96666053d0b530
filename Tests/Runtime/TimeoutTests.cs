using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace TPWallet.Tests.Runtime;

/// <summary>How long callers wait, and what becomes of requests and answers that nobody waits for.</summary>
public sealed class TimeoutTests
{
    [Fact]
    public async Task Call_NoAnswerIn30Seconds_TimesOutAtTheCaller_WhileTheCalleeGoesOn()
    {
        var run = await Simulated.RunAsync(async run =>
        {
            var call = run.Probe("g").Work("work");
            await run.Pass(TimeSpan.FromSeconds(29.9));
            call.IsCompleted.Should().BeFalse();
            await run.Pass(TimeSpan.FromSeconds(0.2));
            (await call.Failure()).Should().BeOfType<TimeoutException>();
            run.Notes.Lines.Should().NotContain("work ends");

            run.Notes.Open("work");
            await run.Settle();
        });

        run.Notes.Lines.Should().Contain("work ends", "the callee is not cancelled by the caller's time-out, and its late answer is dropped");
    }

    [Fact]
    public async Task Call_ResponseTimeoutAttribute_WinsOverTheDefault()
    {
        await Simulated.RunAsync(async run =>
        {
            var call = run.Probe("g").WorkShort("work");
            await run.Pass(TimeSpan.FromSeconds(4.9));
            call.IsCompleted.Should().BeFalse();
            await run.Pass(TimeSpan.FromSeconds(0.2));
            (await call.Failure()).Should().BeOfType<TimeoutException>();
        });
    }

    [Fact]
    public async Task Call_ConfiguredResponseTimeout_Holds()
    {
        await Simulated.RunAsync(
            async run =>
            {
                var call = run.Probe("g").Work("work");
                await run.Pass(TimeSpan.FromSeconds(2.1));
                (await call.Failure()).Should().BeOfType<TimeoutException>();
            },
            builder => builder.ConfigureClient(client =>
                client.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(2))));
    }

    [Fact]
    public async Task Call_ExpiredInTheQueue_IsDroppedUnrun()
    {
        var run = await Simulated.RunAsync(async run =>
        {
            var first = run.Probe("g").Work("first").Failure();
            await run.Settle();
            var second = run.Probe("g").Work("second").Failure();
            await run.Pass(TimeSpan.FromSeconds(31));
            (await second).Should().BeOfType<TimeoutException>();
            run.Notes.Open("first");
            run.Notes.Open("second");
            await first;
            await run.Settle();
            // The grain is free again, although one request ended unrun.
            await run.Probe("g").Incarnation();
        });

        run.Notes.Lines.Should().Contain("first ends").And.NotContain("second starts");
    }

    [Fact]
    public async Task Call_ExpiredInTheQueueButNotToBeDropped_Runs()
    {
        var run = await Simulated.RunAsync(
            async run =>
            {
                var first = run.Probe("g").Work("first").Failure();
                await run.Settle();
                var second = run.Probe("g").Work("second").Failure();
                await run.Pass(TimeSpan.FromSeconds(31));
                await Task.WhenAll(first, second);
                run.Notes.Open("first");
                run.Notes.Open("second");
                await run.Settle();
            },
            builder => builder.ConfigureClient(client =>
                client.Configure<ClientMessagingOptions>(options => options.DropExpiredMessages = false)));

        run.Notes.Lines.Should().Contain("second ends");
    }

    [Fact]
    public async Task OneWay_CallerGoesOnAtOnce_AndErrorsAreLost()
    {
        var run = await Simulated.RunAsync(async run =>
        {
            await run.Probe("g").Shout("loud");
            run.Notes.Lines.Should().NotContain("loud ends");
            run.Notes.Open("loud");
            await run.Settle();
            await run.Probe("g").Shout("fail");
            await run.Probe("g").Incarnation();
        });

        run.Notes.Lines.Should().Contain("loud ends");
    }

    [Fact]
    public async Task Cancel_RunningCall_CallerStopsWaitingAtOnce_AndTheCalleeIsToldInItsOwnTurn()
    {
        var run = await Simulated.RunAsync(async run =>
        {
            using var source = new CancellationTokenSource();
            var call = run.Probe("g").Cancellable("work", source.Token);
            await run.Settle();
            Simulated.Cancel(source);
            call.IsCanceled.Should().BeTrue();
            (await call.Failure()).Should().BeAssignableTo<OperationCanceledException>();
            await run.Settle();
        });

        run.Notes.Lines.Should().Equal("g activates", "work starts", "work told in its own turn: True", "work ends");
    }

    [Fact]
    public async Task Cancel_WaitingCall_IsDroppedUnrun()
    {
        var run = await Simulated.RunAsync(async run =>
        {
            using var source = new CancellationTokenSource();
            var first = run.Probe("g").Work("first");
            await run.Settle();
            var second = run.Probe("g").Cancellable("second", source.Token);
            await run.Settle();
            Simulated.Cancel(source);
            (await second.Failure()).Should().BeAssignableTo<OperationCanceledException>();
            run.Notes.Open("first");
            await first;
            await run.Probe("g").Incarnation();
        });

        run.Notes.Lines.Should().NotContain("second starts");
    }

    [Fact]
    public async Task Cancel_BeforeTheCall_NothingIsSent()
    {
        var run = await Simulated.RunAsync(async run =>
        {
            var call = async () => await run.Probe("g").Cancellable("work", new CancellationToken(canceled: true));
            await call.Should().ThrowAsync<OperationCanceledException>();
            await run.Settle();
        });

        run.Notes.Lines.Should().BeEmpty();
    }

    [Fact]
    public async Task HardLimit_OfWaitingRequests_RefusesMore()
    {
        await Simulated.RunAsync(
            async run =>
            {
                var running = run.Probe("g").Work("running");
                await run.Settle();
                var waiting = run.Probe("g").Work("waiting");
                (await run.Probe("g").Work("refused").Failure()).Should().BeOfType<Orleans.Runtime.LimitExceededException>();
                run.Notes.Open("running");
                run.Notes.Open("waiting");
                await running;
                await waiting;
            },
            builder => builder.ConfigureSilo((_, silo) => silo.Configure<SiloMessagingOptions>(options => options.MaxEnqueuedRequestsHardLimit = 2)));
    }
}
