using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace TPWallet.Tests.Runtime;

/// <summary>How activations begin, end, and hand over what waits.</summary>
public sealed class LifeTests
{
    [Fact]
    public async Task Activating_RequestsWaitAndThenRunInOrder()
    {
        var run = await Simulated.RunAsync(async run =>
        {
            run.Notes.Open("one");
            run.Notes.Open("two");
            var one = run.Probe("slow").Work("one");
            var two = run.Probe("slow").Work("two");
            var visit = run.Probe("slow").Interleave("one");
            await run.Settle();
            run.Notes.Lines.Should().Equal("slow activates");
            run.Notes.Open("slow activation");
            await one;
            await two;
            await visit;
        });

        run.Notes.Lines.Where(line => line.EndsWith("starts", StringComparison.Ordinal)).First().Should().Be("one starts");
    }

    [Fact]
    public async Task Activating_AnInterleavingRequestThatWaited_PassesTheOneThatRuns()
    {
        var run = await Simulated.RunAsync(async run =>
        {
            var work = run.Probe("slow").Work("work");
            await run.Settle();
            var visit = run.Probe("slow").Interleave("visit");
            await run.Settle();
            run.Notes.Open("visit");
            run.Notes.Open("slow activation");
            await run.Settle();
            visit.IsCompleted.Should().BeTrue();
            run.Notes.Open("work");
            await Task.WhenAll(work, visit);
        });

        run.Notes.Lines.Should().EndWith("work ends");
    }

    [Fact]
    public async Task Activating_Fails_TheWaitingCallsFailWithItsException_AndTheNextCallTriesAgain()
    {
        var run = await Simulated.RunAsync(async run =>
        {
            var one = run.Probe("stillborn").Incarnation().Failure();
            var two = run.Probe("stillborn").Incarnation().Failure();
            (await one).Should().BeOfType<FormatException>().Which.Message.Should().Be("stillborn");
            (await two).Should().BeOfType<FormatException>();
            (await run.Probe("stillborn").Incarnation().Failure()).Should().BeOfType<FormatException>();
        });

        run.Notes.Lines.Should().Equal("stillborn activates", "stillborn activates");
    }

    [Fact]
    public async Task Activating_TakesTooLong_FailsTheCalls()
    {
        await Simulated.RunAsync(
            async run =>
            {
                var call = run.Probe("slow").Incarnation().Failure();
                await run.Pass(TimeSpan.FromSeconds(11));
                (await call).Should().BeAssignableTo<OperationCanceledException>();
            },
            builder => builder.ConfigureSilo((_, silo) =>
                silo.Configure<GrainCollectionOptions>(options => options.ActivationTimeout = TimeSpan.FromSeconds(10))));
    }

    [Fact]
    public async Task DeactivateOnIdle_RunningRequestEndsFirst_AndWaitingOnesGoToTheNextActivation()
    {
        var run = await Simulated.RunAsync(async run =>
        {
            var before = await run.Probe("g").Incarnation();
            var leaving = run.Probe("g").LeaveAfter("leaving");
            await run.Settle();
            var next = run.Probe("g").Incarnation();
            await run.Settle();
            next.IsCompleted.Should().BeFalse("the running request still holds the activation");
            run.Notes.Open("leaving");
            await leaving;
            (await next).Should().NotBe(before);
        });

        run.Notes.Lines.Should().Equal(
            "g activates", "leaving starts", "leaving ends", "g deactivates ApplicationRequested", "g activates");
    }

    [Fact]
    public async Task Forwarding_OfOneRequest_HasABound()
    {
        await Simulated.RunAsync(async run =>
        {
            // Each activation ends after its first request, so the fourth request would have to be forwarded three times.
            var calls = Enumerable.Range(0, 4).Select(_ => run.Probe("g").Leave().Failure()).ToArray();
            var outcomes = await Task.WhenAll(calls);
            outcomes.Take(3).Should().AllSatisfy(outcome => outcome.Should().BeNull());
            outcomes[3].Should().BeOfType<OrleansMessageRejectionException>();
        });
    }

    [Fact]
    public async Task Collection_IdleLongerThanTheAge_Deactivates_AndTheNextCallActivatesAgain()
    {
        var run = await Simulated.RunAsync(
            async run =>
            {
                var before = await run.Probe("g").Incarnation();
                await run.Pass(TimeSpan.FromMinutes(2));
                run.Notes.Lines.Should().Equal("g activates");
                await run.Probe("g").Incarnation();
                await run.Pass(TimeSpan.FromMinutes(2));
                run.Notes.Lines.Should().Equal("g activates");
                await run.Pass(TimeSpan.FromMinutes(2));
                (await run.Probe("g").Incarnation()).Should().NotBe(before);
            },
            builder => builder.ConfigureSilo((_, silo) =>
                silo.Configure<GrainCollectionOptions>(options => options.CollectionAge = TimeSpan.FromMinutes(3))));

        run.Notes.Lines.Should().Equal("g activates", "g deactivates ActivationIdle", "g activates");
    }

    [Fact]
    public async Task Collection_ARunningRequest_IsUse()
    {
        var run = await Simulated.RunAsync(async run =>
        {
            var work = run.Probe("g").Work("work").Failure();
            await run.Pass(TimeSpan.FromMinutes(60));
            await work;
        });

        run.Notes.Lines.Should().NotContain("g deactivates ActivationIdle");
    }

    [Fact]
    public async Task DelayDeactivation_KeepsAnIdleActivation_AsLongAsItSays()
    {
        var run = await Simulated.RunAsync(async run =>
        {
            await run.Probe("g").Delay(TimeSpan.FromMinutes(40));
            await run.Pass(TimeSpan.FromMinutes(39));
            run.Notes.Lines.Should().Equal("g activates");
            await run.Pass(TimeSpan.FromMinutes(2));
        });

        run.Notes.Lines.Should().Equal("g activates", "g deactivates ActivationIdle");
    }

    [Fact]
    public async Task Collection_AgeNotAboveTheQuantum_IsRefusedAtStart()
    {
        var start = async () => await Simulated.RunAsync(
            _ => Task.CompletedTask,
            builder => builder.ConfigureSilo((_, silo) =>
                silo.Configure<GrainCollectionOptions>(options => options.CollectionAge = options.CollectionQuantum)));

        await start.Should().ThrowAsync<OrleansConfigurationException>();
    }
}
